/**
 * Offences: how often each instrument's ticks offended, by reason, and the last that did.
 *
 * @module
 */
import { type Flag, flagNames, QUALITY } from "../../domain/flags.ts";
import { Ring } from "../../domain/ring.ts";
import type { Tick } from "../../domain/tick.ts";

/** Ticks shown of each instrument and reason. */
export const SHOWN = 5;

/** What offended for one reason. */
export interface Offence {
  readonly symbol: string;
  readonly reason: Flag;
  /** Since the daemon was started. */
  readonly count: number;
  /** The last few, newest first. */
  readonly last: readonly Tick[];
}

interface Noted {
  count: number;
  readonly last: Ring<Tick>;
}

/** Symbols that nobody follows are counted together: a venue may say any number of them. */
export const STRANGERS = "*";

/** One provider's offences. */
export class Offences {
  readonly #symbols = new Map<string, Map<Flag, Noted>>();

  /** Notes a flagged tick. @param isFollowed whether anyone follows its instrument. */
  note(tick: Tick, isFollowed: boolean): void {
    const symbol = isFollowed ? tick.symbol : STRANGERS;
    let reasons = this.#symbols.get(symbol);
    if (reasons === undefined) this.#symbols.set(symbol, reasons = new Map());
    for (const reason of flagNames(tick.flags & QUALITY)) {
      let noted = reasons.get(reason);
      if (noted === undefined) reasons.set(reason, noted = { count: 0, last: new Ring(SHOWN) });
      noted.count++;
      noted.last.push(tick);
    }
  }

  forget(symbol: string): void {
    this.#symbols.delete(symbol);
  }

  /** All of them, by symbol. */
  list(): Offence[] {
    return [...this.#symbols].sort(([a], [b]) => a < b ? -1 : 1).flatMap(([symbol, reasons]) =>
      [...reasons].map(([reason, { count, last }]) => {
        const ticks = Array.from({ length: last.length }, (_, at) => last.at(at)!);
        return { symbol, reason, count, last: ticks.reverse() };
      })
    );
  }
}
