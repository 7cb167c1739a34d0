/**
 * Subscribing to what fits: the venue takes a request whole or refuses it whole, so one that it
 * refuses is halved until it is known which instruments it refuses.
 *
 * @module
 */
import type { Refusal } from "../provider.ts";

/** What the venue answered to a request. */
export type Answer =
  | { readonly kind: "subscription"; readonly trades: ReadonlySet<string> }
  | { readonly kind: "error"; readonly code: number; readonly words: string };

/** What is refused, by the venue's name. */
export interface Refused extends Omit<Refusal, "symbol"> {
  readonly name: string;
}

/** Asks the venue for instruments by its names. */
export type Ask = (names: readonly string[]) => Promise<Answer>;

/** Instruments in one request: its frame stays below 16 KiB. */
const BATCH = 200;

/** Codes that refuse what was asked, not the stream. */
const ABOUT_SYMBOLS: ReadonlySet<number> = new Set([400, 405, 409, 410]);

/** Whether an error of the stream's is an answer to a subscription. */
export function refusesSymbols(code: number): boolean {
  return ABOUT_SYMBOLS.has(code);
}

/**
 * Subscribes to as many as the venue takes, in order.
 *
 * @param quote the venue's words, fit to be shown.
 * @returns those that it does not take.
 */
export async function subscribeWhatFits(
  names: readonly string[],
  ask: Ask,
  quote: (words: string) => string,
): Promise<Refused[]> {
  const refused: Refused[] = [];
  /** Why nothing more fits, once that is known. */
  let full: string | null = null;

  const refuse = (name: string, reason: string, more: Pick<Refused, "polls" | "full"> = {}) =>
    refused.push({ name, reason, ...more });
  const crowdOut = (name: string, words: string) =>
    refuse(name, noRoom(name, words), { polls: true, full: true });

  async function add(some: readonly string[]): Promise<void> {
    if (full !== null) {
      for (const name of some) crowdOut(name, full);
      return;
    }
    const answer = await ask(some);
    if (answer.kind === "subscription") {
      for (const name of some) {
        if (answer.trades.has(name)) continue;
        refuse(name, `Alpaca left ${name} out of the subscription without a word.`, {
          polls: true,
        });
      }
      return;
    }
    const words = quote(answer.words);
    if (some.length > 1) {
      const half = some.length >> 1;
      await add(some.slice(0, half));
      await add(some.slice(half));
    } else if (answer.code === 405) {
      full = words;
      crowdOut(some[0]!, words);
    } else {
      refuse(
        some[0]!,
        `Alpaca does not stream ${some[0]} on this feed and plan: ${answer.code} ${words}.`,
      );
    }
  }

  for (const some of batchesOf(names)) await add(some);
  return refused;
}

/** Names in as many parts as requests are made of them. */
export function* batchesOf(names: readonly string[]): Iterable<readonly string[]> {
  for (let at = 0; at < names.length; at += BATCH) yield names.slice(at, at + BATCH);
}

function noRoom(name: string, words: string): string {
  return `The plan's limit of streamed instruments leaves no room for ${name} (405 ${words}): it ` +
    "is asked for by REST; follow fewer instruments, or take a plan that streams more.";
}
