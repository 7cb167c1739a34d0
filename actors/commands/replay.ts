/**
 * `replay`: sends recordings through the very path of a live feed, on the recording's own clock, and
 * says what came of it.
 *
 * @module
 */
import { basename } from "node:path";
import { assemble, type Assembly } from "../assembly.ts";
import { DrivenClock } from "../clock.ts";
import { connectionName } from "../connections/names.ts";
import { type ConnectionRef, type ConnectionReport, reportOf } from "../connections/report.ts";
import { noRow } from "../recorded.ts";
import { outlive } from "../lifetime.ts";
import type { Tree } from "../root.ts";
import type { Settings } from "../settings/schema.ts";
import { requireBasis } from "./basis.ts";
import type { CommandDeps, Output, ReplayArgs } from "./deps.ts";
import { prepare } from "./prepare.ts";
import { ProgressBar } from "./progress.ts";
import { type Replayed, summaryOf, ticksOf } from "./replayed.ts";
import type { Inspection } from "../../providers/provider.ts";

const REPLAY = "replay";
/** Between two looks at how far it has come, in milliseconds. */
const LOOK = 100;

/**
 * Replays recordings.
 *
 * @returns the exit code.
 * @throws MarketdError where a recording or the store cannot be opened.
 */
export async function replay(deps: CommandDeps, args: ReplayArgs): Promise<number> {
  const { settings: configured } = await prepare(deps);
  const definition = (await deps.sources.catalog.load(REPLAY))!;
  const options = definition.options.parse({ files: args.files, speed: args.speed });
  const inspection = await definition.inspect!(options);
  if (inspection.first === null) {
    throw noRow(args.files.join(", "));
  }
  await requireBasis(deps, args, inspection);
  const scratch = args.store === undefined ? await Deno.makeTempDir({ prefix: "marketd-" }) : null;
  try {
    const began = performance.now();
    const assembly = await assemble(deps, {
      settings: settingsFor(configured, args, inspection, { ...options as object, inspection }),
      store: args.store ?? `sqlite:${scratch}/replay.db`,
      clock: new DrivenClock(inspection.first),
      serve: args.serve,
      live: false,
    });
    return await play(deps, args, inspection, assembly, began);
  } finally {
    if (scratch !== null) await Deno.remove(scratch, { recursive: true });
  }
}

function settingsFor(
  settings: Settings,
  { basis }: ReplayArgs,
  inspection: Inspection,
  options: object,
): Settings {
  const known = new Map(settings.instruments.map((one) => [one.symbol.toUpperCase(), one]));
  const instruments = inspection.symbols.map(({ symbol }) => {
    const said = known.get(symbol.toUpperCase()) ?? { symbol };
    return { ...said, ...(basis === undefined ? {} : { basis }) };
  });
  return { ...settings, providers: { [REPLAY]: options }, routes: [], instruments };
}

async function play(
  { stdout, stderr }: CommandDeps,
  { files, serve }: ReplayArgs,
  inspection: Inspection,
  { tree, url, close }: Assembly,
  began: number,
): Promise<number> {
  const ending = outlive(tree, close);
  const names = files.map((file) => basename(file)).join(", ");
  if (url !== null) await stdout.write(`playing ${names} at ${url}; stop with Ctrl-C\n`);
  await Promise.race([comeToEnd(tree, stderr), ending]);
  const fault = faultOf(tree);
  const isOver = hasEnded(tree, inspection);
  const replayed = (): Replayed => ({
    inspection,
    shared: tree.shared,
    provider: REPLAY,
    stopped: isOver || fault !== null ? null : stopOf(tree),
    elapsed: performance.now() - began,
  });
  const isServed = serve && isOver;
  if (isServed) {
    await tree.shared.journal.flushed();
    await stdout.write(await summaryOf(replayed()));
    await stdout.write(`serving it at ${url}; stop with Ctrl-C\n`);
  } else tree.drain();
  const code = await ending;
  if (code === 2) return code;
  if (!isServed) await stdout.write(await summaryOf(replayed()));
  const broken = fault ?? nothingIn(replayed(), names);
  if (broken !== null) {
    await stderr.write(`marketd: ${broken}\n`);
    return 1;
  }
  return isOver && inspection.files.every((file) => file.broken === null) ? code : 3;
}

/** Waits until the feed is over, or broken, and all that came of it was handed on. */
async function comeToEnd(tree: Tree, stderr: Output): Promise<void> {
  const bar = new ProgressBar(stderr);
  while (!settled(tree)) {
    await new Promise((resolve) => setTimeout(resolve, LOOK));
    const { progress } = tree.shared.feeds.of(REPLAY);
    if (progress !== null) await bar.draw(progress);
  }
  await bar.clear();
}

function stateOf(tree: Tree): ConnectionReport | undefined {
  const ref = tree.root.system.get(connectionName(REPLAY)) as ConnectionRef | undefined;
  return ref === undefined ? undefined : reportOf(ref);
}

function settled(tree: Tree): boolean {
  const state = stateOf(tree)?.state ?? "stopped";
  if (state === "faulted" || state === "stopped") return true;
  return state === "ended" &&
    tree.shared.directory.all().every((one) => one.state === "finished" || one.state === "failed");
}

/** Whether every row was played. */
function hasEnded(tree: Tree, { rows }: Inspection): boolean {
  const { progress } = tree.shared.feeds.of(REPLAY);
  return stateOf(tree)?.state === "ended" || (progress !== null && progress.done >= rows);
}

function stopOf({ shared }: Tree): Replayed["stopped"] {
  const { progress } = shared.feeds.of(REPLAY);
  return { rows: progress?.done ?? 0, at: shared.clock.now() };
}

function faultOf(tree: Tree): string | null {
  return stateOf(tree)?.lastError ?? null;
}

/** What to say of a recording that gave nothing at all. */
function nothingIn(replayed: Replayed, names: string): string | null {
  const { problems } = replayed.shared.telemetry.of(REPLAY);
  return replayed.stopped === null && problems > 0 && ticksOf(replayed) === 0
    ? noRow(names).message
    : null;
}
