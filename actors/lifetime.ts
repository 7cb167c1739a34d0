/**
 * The lifetime of a tree as a process sees it: from its start, through the signals, to an exit code.
 *
 * @module
 */
import { logger } from "./log.ts";
import type { Tree } from "./root.ts";

/** How a process ended; see DESIGN: 0 fine, 2 forced, 3 unclean. */
export type Ending = 0 | 2 | 3;

/** Between two words on how stopping goes, in milliseconds. */
const PROGRESS = 3_000;
/** Signals within this many milliseconds of the first are one: a terminal sends two. */
const ONE_SIGNAL = 1_000;

const log = logger("root");

/**
 * Waits for a tree's end, and lets go of what it worked with. The first SIGINT, SIGTERM or SIGHUP
 * drains it; a later one gives up waiting. A terminal that is closed sends SIGHUP: what it started
 * ends, and loses nothing.
 *
 * @param close lets go of the store and the spool, when the tree has ended.
 * @throws what made the tree fail.
 */
export async function outlive(tree: Tree, close: () => Promise<void>): Promise<Ending> {
  const forced = Promise.withResolvers<2>();
  let first: number | undefined;
  let progress: ReturnType<typeof setInterval> | undefined;
  const onSignal = () => {
    const now = performance.now();
    if (first === undefined) {
      first = now;
      log.info("stopping; a second signal forces it");
      progress = setInterval(() => tellProgress(tree), PROGRESS);
      tree.drain();
    } else if (now - first > ONE_SIGNAL) forced.resolve(2);
  };
  const signals: Deno.Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) Deno.addSignalListener(signal, onSignal);
  try {
    const ended = tree.done.then(async (): Promise<Ending> => {
      await close();
      const { trouble, spooled } = tree.shared.journal;
      const lost = tellRest(tree);
      // What is on the disk is not lost: the next start takes it to the store.
      return lost > 0 || (trouble !== null && spooled.path === null) ? 3 : 0;
    });
    const ending = await Promise.race([ended, forced.promise]);
    if (ending === 2) {
      log.error("stopped by force");
      tellRest(tree);
    }
    return ending;
  } finally {
    clearInterval(progress);
    for (const signal of signals) Deno.removeSignalListener(signal, onSignal);
  }
}

/** Rows that are nowhere but in memory. */
function unkept({ shared: { journal, outbox } }: Tree): number {
  return outbox.rows + journal.inHand;
}

function tellProgress(tree: Tree): void {
  const { journal } = tree.shared;
  log.info("still stopping: {rows} rows are to be written, {spooled} wait on disk", {
    rows: unkept(tree),
    spooled: journal.spooled.rows,
    reason: journal.trouble ?? "",
  });
}

/** Tells what did not get to the store; returns the rows that are lost. */
function tellRest(tree: Tree): number {
  const { journal, store } = tree.shared;
  const { rows, path } = journal.spooled;
  const lost = unkept(tree);
  const reason = journal.trouble ?? "there was no time";
  if (rows > 0) {
    log.warn("{rows} rows wait in {path}.* for {store}", { rows, path, store: store.label });
  }
  if (lost > 0) log.error("{rows} rows are lost: {reason}", { rows: lost, reason });
  return lost;
}
