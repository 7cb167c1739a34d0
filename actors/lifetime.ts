/**
 * The lifetime of a tree as a process sees it: from its start, through the signals, to an exit code.
 *
 * @module
 */
import { logger } from "./log.ts";
import type { Tree } from "./root.ts";

/** How a process ended; see DESIGN: 0 fine, 2 forced, 3 unclean. */
export type Ending = 0 | 2 | 3;

/** Signals within this many milliseconds of the first are one: a terminal sends two. */
const ONE_SIGNAL = 1_000;

const log = logger("root");

/**
 * Waits for a tree's end. The first SIGINT or SIGTERM drains it; a later one gives up waiting.
 *
 * @throws what made the tree fail.
 */
export async function outlive(tree: Tree): Promise<Ending> {
  const forced = Promise.withResolvers<2>();
  let first: number | undefined;
  const onSignal = () => {
    const now = performance.now();
    if (first === undefined) {
      first = now;
      log.info("stopping; a second signal forces it");
      tree.drain();
    } else if (now - first > ONE_SIGNAL) forced.resolve(2);
  };
  const signals: Deno.Signal[] = ["SIGINT", "SIGTERM"];
  for (const signal of signals) Deno.addSignalListener(signal, onSignal);
  try {
    const ended = tree.done.then((): Ending => {
      // What is on the disk is not lost: the next start takes it to the store.
      const { state, trouble } = tree.shared.journal;
      return trouble === null || state === "spooling" ? 0 : 3;
    });
    return await Promise.race([ended, forced.promise]);
  } finally {
    for (const signal of signals) Deno.removeSignalListener(signal, onSignal);
  }
}
