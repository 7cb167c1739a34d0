/**
 * Playing a recording to its end, and saying what came of it.
 *
 * @module
 */
import type { Assembly } from "../assembly.ts";
import { connectionName } from "../connections/names.ts";
import { type ConnectionRef, type ConnectionReport, reportOf } from "../connections/report.ts";
import { outlive } from "../lifetime.ts";
import { noRow } from "../recorded.ts";
import type { Tree } from "../root.ts";
import type { CommandDeps, Output } from "./deps.ts";
import { ProgressBar } from "./progress.ts";
import { type Replayed, summaryOf, ticksOf } from "./replayed.ts";
import type { Store } from "../../db/store.ts";
import type { Inspection } from "../../providers/provider.ts";

/** The provider that plays recordings. */
export const REPLAY = "replay";
/** Between two looks at how far it has come, in milliseconds. */
const LOOK = 100;

/** What is done with all that came of it, beside the summary. */
export type Conclude = (tree: Tree, store: Store) => Promise<void>;

/** A recording that is being played. */
export interface Playing {
  readonly assembly: Assembly;
  readonly inspection: Inspection;
  /** What is played, in words. */
  readonly source: string;
  /** The URL of the store that it is played into. */
  readonly store: string;
  /** Whether that store is kept. */
  readonly isKept: boolean;
  /** When it began, as `performance.now` has it. */
  readonly began: number;
  /** Whether to stay up and serve it. */
  readonly serve: boolean;
  /** Where the summary goes. */
  readonly summary: Output;
  readonly conclude: Conclude | null;
}

/** Plays it. @returns the exit code. */
export async function play(deps: CommandDeps, playing: Playing): Promise<number> {
  const { openStore, stderr, stdout } = deps;
  const { assembly, began, conclude, inspection, serve, source, summary } = playing;
  const { tree, url, close } = assembly;
  const ending = outlive(tree, close);
  if (url !== null) await stdout.write(`playing ${source} at ${url}; stop with Ctrl-C\n`);
  await Promise.race([comeToEnd(tree, stderr), ending]);
  const fault = faultOf(tree);
  const isOver = hasEnded(tree, inspection);
  const replayed = (): Replayed => ({
    inspection,
    shared: tree.shared,
    provider: REPLAY,
    isKept: playing.isKept,
    stopped: isOver || fault !== null ? null : stopOf(tree),
    elapsed: performance.now() - began,
  });
  const isServed = serve && isOver;
  if (isServed) {
    await tree.shared.journal.flushed();
    await summary.write(await summaryOf(replayed()));
    await conclude?.(tree, tree.shared.store);
    await stdout.write(`serving it at ${url}; stop with Ctrl-C\n`);
  } else tree.drain();
  const code = await ending;
  if (code === 2) return code;
  if (!isServed) {
    await summary.write(await summaryOf(replayed()));
    if (conclude !== null) {
      const store = await openStore(playing.store, { mode: "read" });
      await conclude(tree, store).finally(() => store.close());
    }
  }
  const broken = fault ?? nothingIn(replayed(), source);
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
