/**
 * Waiting until what was made is also kept, so that an answer from the store has no hole at its end.
 *
 * @module
 */
import type { Journal } from "../../journal.ts";

/** The longest wait, in milliseconds. */
const PATIENCE = 1_000;

/**
 * Waits until everything made so far is in the store.
 *
 * @returns whether it is; false where the store has trouble, or nobody writes to it.
 */
export async function settle(journal: Pick<Journal, "flushed">): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), PATIENCE);
  journal.flushed().then(() => resolve(true), () => resolve(false));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}
