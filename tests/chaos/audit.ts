/**
 * The audit of ticks: what was kept against what the venues' markets made. Nothing is made up, nothing
 * is doubled, nothing good is refused, and what is missing lies inside a gap that was told.
 *
 * @module
 */
import type { Kept } from "./kept.ts";
import type { Made, Record } from "./venues.ts";
import { flagNames, FLAGS, REFUSED } from "../../domain/flags.ts";
import type { Gap } from "../../domain/gap.ts";
import type { Quote, Tick } from "../../domain/tick.ts";
import { formatTime, type Micros, SECOND } from "../../domain/time.ts";

/** What is wrong, in words. */
export type Finding = string;

/** How the ticks of one symbol and provider fared. */
export interface Tally {
  readonly symbol: string;
  readonly provider: string;
  readonly made: number;
  readonly kept: number;
  /** Missing, and inside a gap that was told. */
  readonly told: number;
}

/** A span in which one provider led, as its kept ticks show it; both ends inclusive. */
export interface Reign {
  readonly provider: string;
  readonly from: Micros;
  readonly to: Micros;
}

/** What came of an audit of the ticks. */
export interface TickAudit {
  readonly tallies: readonly Tally[];
  readonly findings: readonly Finding[];
  /** By symbol. */
  readonly reigns: ReadonlyMap<string, readonly Reign[]>;
}

/** Audits every symbol. */
export function auditTicks(made: Record, { candles, gaps, ticks }: Kept): TickAudit {
  const tallies: Tally[] = [];
  const findings: Finding[] = [];
  const reigns = new Map<string, Reign[]>();
  const symbols = new Set([...made.values()].flatMap((one) => [...one.keys()]));
  for (const symbol of symbols) {
    const rows = ticks.get(symbol) ?? [];
    const spans = reignsOf(rows);
    reigns.set(symbol, spans);
    // Of an instrument whose candles are made of quotes the venues' histories have bars alone.
    const isRefilled = candles.some((one) => one.symbol === symbol && one.basis === "trade");
    const own = gaps.filter((gap) => gap.symbol === symbol);
    for (const [provider, all] of made) {
      const market = all.get(symbol);
      if (market === undefined) continue;
      const audited = auditOne({
        symbol,
        provider,
        market,
        rows,
        gaps: own,
        reigns: spans,
        isRefilled,
      });
      tallies.push(audited.tally);
      findings.push(...audited.findings);
    }
  }
  return { tallies, findings, reigns };
}

interface One {
  readonly symbol: string;
  readonly provider: string;
  readonly market: readonly Made[];
  readonly rows: readonly Tick[];
  readonly gaps: readonly Gap[];
  readonly reigns: readonly Reign[];
  /** Whether trades that were missed are fetched from history. */
  readonly isRefilled: boolean;
}

function auditOne({ symbol, provider, market, rows, gaps, reigns, isRefilled }: One) {
  const findings: Finding[] = [];
  const about = (what: string, key: string) => `${symbol} of ${provider}: ${what}: ${key}`;
  const wanted = countBy(market.map(keyOfMade));
  const counted = new Map<string, number>();
  for (const row of rows) {
    if (row.provider !== provider) continue;
    const isPolled = (row.flags & FLAGS.polled) !== 0;
    if (isPolled && row.kind === "quote") {
      if (!isSaid(market, row)) findings.push(about("asked for, but never made", keyOfRow(row)));
      continue;
    }
    const key = keyOfRow(row);
    if (!wanted.has(key)) {
      // What was garbled on its way, and refused for it, is explained by its flag.
      if ((row.flags & REFUSED) === 0) findings.push(about("kept, but never made", key));
      continue;
    }
    const bad = row.flags & REFUSED & ~FLAGS.duplicate;
    if (bad !== 0) findings.push(about(`refused as ${flagNames(bad).join(" and ")}`, key));
    if ((row.flags & FLAGS.duplicate) === 0) {
      counted.set(key, (counted.get(key) ?? 0) + 1);
    }
  }
  for (const [key, count] of counted) {
    if (count > wanted.get(key)!) findings.push(about(`kept ${count} times`, key));
  }
  const left = new Map(counted);
  let [kept, told] = [0, 0];
  for (const one of market) {
    const key = keyOfMade(one);
    const count = left.get(key) ?? 0;
    if (count > 0) {
      left.set(key, count - 1);
      kept++;
      continue;
    }
    if (!isDue(one.time, provider, reigns)) continue;
    const gap = gaps.find((gap) => covers(gap, one.time));
    if (gap === undefined) findings.push(about("missing, and no gap tells of it", key));
    else told++;
    if (gap?.status === "filled" && one.kind === "trade" && isRefilled) {
      findings.push(about("missing from a gap that is filled", key));
    }
  }
  return { tally: { symbol, provider, made: market.length, kept, told }, findings };
}

/** Whether a market said a quote at about that time: a request is answered to the second. */
function isSaid(market: readonly Made[], { bid, time }: Quote): boolean {
  return market.some((one) =>
    one.kind === "quote" && one.price === bid && Math.abs(one.time - time) < 2 * SECOND
  );
}

/** Who led when. What was refused, or asked for, leads nowhere. */
function reignsOf(rows: readonly Tick[]): Reign[] {
  const reigns: Reign[] = [];
  for (const { flags, provider, time } of rows) {
    if ((flags & (REFUSED | FLAGS.polled | FLAGS.backfilled)) !== 0) continue;
    const last = reigns.at(-1);
    if (last?.provider === provider) reigns[reigns.length - 1] = { ...last, to: time };
    else reigns.push({ provider, from: time, to: time });
  }
  return reigns;
}

/**
 * Whether a provider's tick is to be kept, or its lack told: from the first tick that was kept on,
 * while the provider led, or where it took over and nobody else was heard.
 */
function isDue(time: Micros, provider: string, reigns: readonly Reign[]): boolean {
  const at = reigns.findIndex(({ to }) => time <= to);
  if (at < 0) return reigns.at(-1)?.provider === provider;
  const reign = reigns[at]!;
  if (at === 0 && time < reign.from) return false;
  // Whoever covered for another is listened to until that speaks: by a second, as with gaps.
  const before = reigns[at - 1];
  if (before !== undefined && time < reign.from && time < before.to + SECOND) return false;
  return reign.provider === provider;
}

/**
 * By a second either way: a venue's time of the last tick is not when it was heard. After a restart a
 * connection that is there within a second is not told of, either.
 */
function covers({ from, reason, to }: Gap, time: Micros): boolean {
  const after = reason === "restart" ? 2 * SECOND : SECOND;
  return time >= from - SECOND && time < to + after;
}

function keyOfMade({ id, kind, time }: Made): string {
  return kind === "trade" ? `trade ${id} ${formatTime(time)}` : `quote ${formatTime(time)}`;
}

function keyOfRow({ id, kind, time }: Tick): string {
  return kind === "trade" ? `trade ${id} ${formatTime(time)}` : `quote ${formatTime(time)}`;
}

function countBy(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
