/**
 * Where the time goes, by V8's sampling profiler.
 *
 * @module
 */
import { type Profiler, Session } from "node:inspector";

/** A stage, and the paths of the files whose time is its. */
export interface Stage {
  readonly name: string;
  readonly paths: RegExp;
}

/** Microseconds between two samples. */
const INTERVAL = 250;

/**
 * Runs something and tells which share of its time each stage took. A sample belongs to the stage
 * of the innermost frame that is of any; collecting garbage is a stage of its own, and `other` is
 * what is left but idleness.
 */
export async function profileStages(
  stages: readonly Stage[],
  work: () => Promise<void>,
): Promise<ReadonlyMap<string, number>> {
  const session = new Session();
  session.connect();
  const post = (method: string, params: object = {}) =>
    new Promise<unknown>((resolve, reject) =>
      session.post(method, params, (error, result) => error ? reject(error) : resolve(result))
    );
  await post("Profiler.enable");
  await post("Profiler.setSamplingInterval", { interval: INTERVAL });
  await post("Profiler.start");
  await work();
  const { profile } = await post("Profiler.stop") as Profiler.StopReturnType;
  session.disconnect();
  return sharesOf(profile, stages);
}

/** What V8 calls the time in which nothing of ours ran. */
const NOT_OURS = new Set(["(idle)", "(program)", "(root)"]);
/** The profiler's own time. */
const PROFILER = /\/inspector\.js$/;

function sharesOf(profile: Profiler.Profile, stages: readonly Stage[]): Map<string, number> {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map<number, number>();
  for (const { id, children = [] } of profile.nodes) {
    for (const child of children) parents.set(child, id);
  }
  const stageOf = (id: number): string | null => {
    const { functionName } = nodes.get(id)!.callFrame;
    if (NOT_OURS.has(functionName)) return null;
    if (functionName === "(garbage collector)") return "garbage collection";
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const { url } = nodes.get(at)!.callFrame;
      if (PROFILER.test(url)) return null;
      const stage = stages.find(({ paths }) => paths.test(url));
      if (stage !== undefined) return stage.name;
    }
    return "other";
  };
  const times = new Map<string, number>();
  let total = 0;
  profile.samples?.forEach((id, index) => {
    const stage = stageOf(id);
    if (stage === null) return;
    const time = profile.timeDeltas?.[index] ?? INTERVAL;
    total += time;
    times.set(stage, (times.get(stage) ?? 0) + time);
  });
  return new Map([...times].map(([stage, time]) => [stage, time / total]));
}
