/**
 * Shares: how an entry is dealt out to the lanes of a spool, and put together again.
 *
 * @module
 */
import { deserialize } from "node:v8";
import type { Found } from "./lane.ts";
import { type Entry, rowsOf } from "../outbox.ts";
import type { Tick } from "../../domain/tick.ts";
import type { Micros } from "../../domain/time.ts";

/** The lanes, what matters most first. */
export const LANES = ["rest", "quote", "depth"] as const;
/** One of the lanes. */
export type LaneName = typeof LANES[number];
/** One entry's share of a lane: some of its ticks, and their places among all of them. */
export interface Share {
  readonly ticks: readonly Tick[];
  readonly at: readonly number[];
  /** What it holds beside ticks; in the lane of the rest alone. */
  readonly others: Omit<Entry, "ticks" | "credit" | "canaries"> | null;
}

/** What a record holds. It was made by the same engine, and its checksum is right. */
export function decode({ body }: Found): Share[] {
  return deserialize(body) as Share[];
}

/** When the first and the last of some ticks were received; 0 without any. */
export function spanOf(ticks: readonly Tick[]): { from: Micros; until: Micros } {
  let from = Infinity;
  let until = 0;
  for (const { receivedAt } of ticks) {
    from = Math.min(from, receivedAt);
    until = Math.max(until, receivedAt);
  }
  return { from: Math.min(from, until), until };
}

function laneOf(tick: Tick): LaneName {
  return tick.kind === "trade" ? "rest" : tick.kind;
}

/** An entry's share of a lane. */
export function shareOf(entry: Entry, name: LaneName): Share {
  const at = entry.ticks.flatMap((tick, index) => laneOf(tick) === name ? [index] : []);
  const { ticks, credit: _, canaries: __, ...others } = entry;
  return { ticks: at.map((index) => ticks[index]!), at, others: name === "rest" ? others : null };
}

/** Rows in shares. */
export function rowsIn(shares: readonly Share[]): number {
  return shares.reduce((sum, { ticks, others }) => sum + rowsOf({ ticks, ...others }), 0);
}

/** Puts the entries of one append together again from their shares. */
export function join(parts: readonly Share[][]): Entry[] {
  return (parts[0] ?? []).map((_, index) => {
    const shares = parts.map((part) => part[index]!);
    const placed = shares.flatMap(({ ticks, at }) =>
      ticks.map((tick, i) => ({ tick, at: at[i]! }))
    );
    placed.sort((a, b) => a.at - b.at);
    const others = shares.find((share) => share.others !== null)?.others;
    return { ticks: placed.map(({ tick }) => tick), ...others };
  });
}
