/**
 * The audit of bars: each says of itself what is true, by bars made here of what the venues' markets
 * made.
 *
 * @module
 */
import type { Finding, Reign } from "./audit.ts";
import { candleKey, type ToldCandle } from "./consumer.ts";
import type { Kept } from "./kept.ts";
import type { Made, Record } from "./venues.ts";
import type { KeptCandle } from "../../db/store.ts";
import type { Gap } from "../../domain/gap.ts";
import { formatTime, type Micros, MINUTE } from "../../domain/time.ts";

/** What a bar is held to. */
interface Bar {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly realVolume: number;
  readonly tickVolume: number;
}

/** What the audit of bars works with. */
export interface BarScope {
  readonly made: Record;
  readonly kept: Kept;
  readonly reigns: ReadonlyMap<string, readonly Reign[]>;
  /** Closed bars as a consumer was told of them last. */
  readonly told: ReadonlyMap<string, ToldCandle>;
}

/** Audits every bar. */
export function auditBars(scope: BarScope): Finding[] {
  const { candles, gaps } = scope.kept;
  const minutes = candles.filter(({ interval }) => interval === "1m");
  const longer = candles.filter(({ interval }) => interval !== "1m");
  return [
    ...minutes.flatMap((one) => auditMinute(scope, one)),
    ...longer.flatMap((one) => auditLonger(minutes, one)),
    ...candles.flatMap((one) =>
      auditStatus(one, gaps.filter(({ symbol }) => symbol === one.symbol))
    ),
    ...auditTold(scope),
    ...[...scope.reigns.keys()].flatMap((symbol) => auditPresence(scope, symbol, minutes)),
  ];
}

/** A minute equals what the ticks make of it. */
function auditMinute({ made, reigns }: BarScope, one: KeptCandle): Finding[] {
  const { basis, providers, start, status, symbol } = one;
  if (status !== "complete" && status !== "repaired") return [];
  const wants = basis === "trade" ? "trade" : "quote";
  const within = (provider: string) =>
    (made.get(provider)?.get(symbol) ?? []).filter(({ kind, time }) =>
      kind === wants && time >= start && time < start + MINUTE
    );
  const led = () => {
    const spans = reigns.get(symbol)!;
    return [...made.keys()].flatMap((provider) =>
      within(provider).filter(({ time }) =>
        spans.some((span) => span.provider === provider && time >= span.from && time <= span.to)
      )
    );
  };
  const isAlone = [...made.values()].filter((market) => market.has(symbol)).length === 1;
  // Where two may lead, a repaired minute is one venue's own.
  const ticks = status === "complete" && !isAlone ? led() : providers.flatMap(within);
  const expected = barOf(ticks);
  if (expected === null) return [`${name(one)} is made of nothing`];
  return differences(one, expected, FIELDS);
}

const FIELDS = ["open", "high", "low", "close", "realVolume", "tickVolume"] as const;

/** A longer bar equals what its minutes make of it, and is no better than they are. */
function auditLonger(minutes: readonly KeptCandle[], one: KeptCandle): Finding[] {
  const parts = minutes.filter(({ basis, start, symbol }) =>
    symbol === one.symbol && basis === one.basis && start >= one.start && start < one.end
  );
  if (parts.length === 0) return [`${name(one)} has no minute`];
  const expected: Bar = {
    open: parts[0]!.open,
    high: Math.max(...parts.map(({ high }) => high)),
    low: Math.min(...parts.map(({ low }) => low)),
    close: parts.at(-1)!.close,
    realVolume: parts.reduce((sum, { realVolume }) => sum + realVolume, 0),
    tickVolume: parts.reduce((sum, { tickVolume }) => sum + tickVolume, 0),
  };
  const worst = parts.find(({ status }) => status !== "complete");
  const isTooGood = one.status === "complete" && worst !== undefined;
  const worse = isTooGood
    ? [`${name(one)} is complete, but a minute of it is ${worst.status}`]
    : [];
  return [...differences(one, expected, FIELDS), ...worse];
}

/** What is missing of a bar is in a gap, and a gap is seen in its bars. */
function auditStatus(one: KeptCandle, gaps: readonly Gap[]): Finding[] {
  const touching = gaps.filter(({ from, to }) => from < one.end && to > one.start);
  const open = touching.filter(({ status }) => status !== "filled");
  switch (one.status) {
    case "forming":
      return [`${name(one)} is kept while it forms`];
    case "complete":
      return touching.map((gap) => `${name(one)}, but for ${gapName(gap)}`);
    case "gapped":
    case "partial":
      return open.length > 0 ? [] : [`${name(one)}, but no gap in it is left`];
    case "repaired":
      return [];
  }
}

/** What a consumer of the stream was told last is what is kept. */
function auditTold({ kept: { candles }, told }: BarScope): Finding[] {
  const findings: Finding[] = [];
  const known = new Set<string>();
  for (const one of candles) {
    const key = candleKey({ ...one, start: formatTime(one.start) });
    known.add(key);
    const last = told.get(key);
    if (last === undefined) findings.push(`${name(one)} was never told`);
    else if (last.revision !== one.revision || last.status !== one.status) {
      findings.push(`${name(one)}, but it was told as revision ${last.revision}, ${last.status}`);
    } else findings.push(...differences(last, one, ["open", "high", "low", "close"]));
  }
  for (const [key, { revision, status }] of told) {
    if (!known.has(key)) {
      findings.push(`${key} was told as ${revision}, ${status}, but is not kept`);
    }
  }
  return findings;
}

/** Each minute in which something was kept has its bar. */
function auditPresence(
  { kept: { gaps, ticks } }: BarScope,
  symbol: string,
  minutes: readonly KeptCandle[],
): Finding[] {
  const own = minutes.filter((one) => one.symbol === symbol);
  const starts = new Set(own.map(({ start }) => start));
  const last = Math.max(...starts);
  const kind = own[0]?.basis === "trade" ? "trade" : "quote";
  const busy = new Set(
    (ticks.get(symbol) ?? []).filter((tick) => tick.kind === kind)
      .map(({ time }) => time - time % MINUTE),
  );
  return [...busy].filter((start) => start < last && !starts.has(start))
    .filter((start) => !isOpen(gaps, symbol, start))
    .map((start) => `${symbol} has no bar of ${formatTime(start)}`);
}

function isOpen(gaps: readonly Gap[], symbol: string, start: Micros): boolean {
  return gaps.some((gap) =>
    gap.symbol === symbol && gap.status !== "filled" && gap.from <= start &&
    gap.to >= start + MINUTE
  );
}

/** The bar of ticks; `null` where none of them has a price. An odd lot moves the volume alone. */
function barOf(ticks: readonly Made[]): Bar | null {
  // Of equal times the order in which they were made decides: the sort is stable.
  const inOrder = ticks.toSorted((a, b) => a.time - b.time);
  const prices = inOrder.filter(({ isOdd }) => !isOdd).map(({ price }) => price);
  if (prices.length === 0) return null;
  return {
    open: prices[0]!,
    high: Math.max(...prices),
    low: Math.min(...prices),
    close: prices.at(-1)!,
    realVolume: ticks.reduce((sum, { size }) => sum + size, 0),
    tickVolume: ticks.length,
  };
}

/** What a bar is known by. */
interface Named {
  readonly symbol: string;
  readonly interval: string;
  readonly basis: string;
  readonly status: string;
  readonly revision: number;
  readonly start: Micros | string;
}

function differences<Field extends keyof Bar>(
  one: Named & Pick<Bar, Field>,
  expected: Pick<Bar, Field>,
  fields: readonly Field[],
): Finding[] {
  return fields.filter((field) => one[field] !== expected[field])
    .map((field) => `${name(one)}: ${field} is ${one[field]}, and should be ${expected[field]}`);
}

function name(
  { basis, interval, start, status, symbol, revision }: Named,
): string {
  const at = typeof start === "string" ? start : formatTime(start);
  return `${symbol} ${interval} ${basis} of ${at} (${status}, revision ${revision})`;
}

function gapName({ from, provider, reason, status, to }: Gap): string {
  return `the ${status} gap (${reason}, ${provider}) ${formatTime(from)} to ${formatTime(to)}`;
}
