/**
 * Insisting on the store's answer.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Journal } from "./journal.ts";
import { MarketdError } from "../domain/errors.ts";

/** Between two attempts to read the store, in milliseconds. */
const RETRY = 1_000;

/**
 * Reads from the store, with all that was handed over before in it, however long it takes until it
 * answers: once at least, and again until all is about to end.
 *
 * @param ending aborted when all is about to end.
 * @returns whether it was done.
 * @throws what is no failure of the store: it would be the same another time.
 */
export async function insist(
  journal: Pick<Journal, "flushed">,
  ending: AbortSignal,
  attempt: () => Promise<void>,
): Promise<boolean> {
  do {
    try {
      await journal.flushed();
      await attempt();
      return true;
    } catch (error) {
      if (!(error instanceof MarketdError)) throw error;
      await delay(RETRY, undefined, { signal: ending }).catch(() => {});
    }
  } while (!ending.aborted);
  return false;
}
