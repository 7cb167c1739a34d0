/**
 * What counts of a minute that history was put in place of: the candle is made of the trades of the
 * provider whose history it is, and so must be all else that is made of its ticks.
 *
 * @module
 */
import { FLAGS } from "./flags.ts";
import type { Tick } from "./tick.ts";
import { type Micros, MINUTE } from "./time.ts";

/**
 * Ticks without the trades that history stands in place of: in a minute in which trades were added
 * from history, those of any other provider than the one whose was added last.
 *
 * @param ticks of one instrument, whole minutes of them, without those that are refused.
 * @returns in the same order.
 */
export function withoutReplaced(ticks: readonly Tick[]): readonly Tick[] {
  const last = new Map<Micros, Tick>();
  for (const tick of ticks) {
    if ((tick.flags & FLAGS.backfilled) === 0) continue;
    const minute = minuteOf(tick);
    if (tick.receivedAt >= (last.get(minute)?.receivedAt ?? -Infinity)) last.set(minute, tick);
  }
  if (last.size === 0) return ticks;
  return ticks.filter((tick) =>
    tick.kind !== "trade" ||
    (last.get(minuteOf(tick))?.provider ?? tick.provider) === tick.provider
  );
}

function minuteOf({ time }: Tick): Micros {
  return time - time % MINUTE;
}
