/**
 * The longer candles over minutes that were refilled from history.
 *
 * @module
 */
import type { RemakeRequest } from "./remake.ts";
import { readAll } from "../pages.ts";
import type { Store } from "../../db/store.ts";
import { addBar, type Bar, barOf, candleOf, emptyBar, UNPRICED } from "../../domain/bar.ts";
import type { Candle, CandleStatus } from "../../domain/candle.ts";
import type { Span } from "../../domain/candles.ts";
import type { Gap } from "../../domain/gap.ts";
import { BASE_INTERVAL, type Interval } from "../../domain/interval.ts";
import { type Micros, MINUTE } from "../../domain/time.ts";

/** A minute that was looked at. */
export interface Minute {
  readonly start: Micros;
  /** What longer candles had of it. */
  readonly old: Bar;
  /** What they are to have of it. */
  readonly bar: Bar;
  /** Its candle as it is to be; `null` where there is none. */
  readonly made: Candle | null;
  /** Whether that is another than the one that is kept. */
  readonly isNew: boolean;
}

/** What was done to the minutes of a span. */
export interface Repair {
  /** All that was looked at. */
  readonly span: Span;
  readonly interval: Interval;
  readonly minutes: readonly Minute[];
  /** Gaps that are not filled. */
  readonly open: readonly Gap[];
}

const PAGE = 5_000;
const SUMS = ["volume", "notional", "ticks", "buyVolume", "sellVolume"] as const;

/**
 * The closed candles of an interval that are different over such minutes.
 *
 * @throws StoreError
 */
export async function longerOf(
  store: Store,
  request: RemakeRequest & { readonly closedUntil: Micros },
  repair: Repair,
): Promise<Candle[]> {
  const { basis, instrument: { symbol } } = request.listing;
  const made: Candle[] = [];
  for (const window of windowsOf(request, repair)) {
    if (window.end > request.closedUntil) continue;
    const key = { symbol, basis, order: "start" } as const;
    const at = { from: window.start, to: window.start + 1, limit: 1 };
    const name = repair.interval.name;
    const kept = (await store.candles({ ...key, ...at, interval: name })).rows[0] ?? null;
    const within = { from: window.start, to: window.end, limit: PAGE };
    const others = (await readAll((cursor) =>
      store.candles({ ...key, ...within, interval: BASE_INTERVAL.name, cursor })
    )).filter(({ start }) =>
      start < repair.span.start || start >= repair.span.end
    );
    const candle = remade(window, kept, others, repair, { symbol, basis });
    if (candle !== null) made.push(candle);
  }
  return made;
}

/** The spans of the interval in which the repair has a part. */
function windowsOf({ sessionAt }: RemakeRequest, { interval, span }: Repair): Span[] {
  const windows: Span[] = [];
  for (let at = span.start; at < span.end;) {
    const start = at - at % interval.span;
    const found = interval.session ? sessionAt(at) : { start, end: start + interval.span };
    if (found !== null) windows.push(found);
    at = found === null ? at + MINUTE : found.end;
  }
  return windows;
}

function remade(
  window: Span,
  kept: Candle | null,
  others: readonly Candle[],
  { interval, minutes, open }: Repair,
  { basis, symbol }: Pick<Candle, "symbol" | "basis">,
): Candle | null {
  const inside = minutes.filter(({ start }) => start >= window.start && start < window.end);
  const candles = [...others, ...inside.flatMap(({ made }) => made === null ? [] : [made])]
    .filter(({ tickVolume }) => tickVolume > 0).sort((a, b) => a.start - b.start);
  const bar = emptyBar(window.start, window.end);
  for (const one of candles) addBar(bar, barOf(one));
  if (bar.pricing === UNPRICED) return null;
  // What moved volume alone made no minute: it is in the sums all the same.
  if (kept === null) {
    for (const one of inside) if (one.made === null) addBar(bar, one.bar);
  } else {
    const was = barOf(kept);
    for (const sum of SUMS) {
      const told = inside.reduce((total, one) => total + one.bar[sum] - one.old[sum], was[sum]);
      // One that began anew amid its minutes, or was made before the last of them, lacks some.
      bar[sum] = Math.max(told, bar[sum]);
    }
  }
  const isChanged = kept === null ||
    inside.some(({ bar, old }) => SUMS.some((sum) => bar[sum] !== old[sum])) ||
    (["open", "high", "low", "close"] as const).some((price) => bar[price] !== kept[price]);
  const status = statusOf(window, kept, candles, open, isChanged);
  if (!isChanged && status === kept.status) return null;
  const revision = kept === null ? 0 : kept.revision + 1;
  return candleOf(bar, { symbol, basis, interval: interval.name, status, revision });
}

function statusOf(
  window: Span,
  kept: Candle | null,
  minutes: readonly Candle[],
  open: readonly Gap[],
  isChanged: boolean,
): CandleStatus {
  const missing = open.filter(({ from, to }) => from < window.end && to > window.start);
  if (missing.length > 0) {
    return missing.some(({ reason }) => reason !== "joined") ? "gapped" : "partial";
  }
  const isWhole = minutes.every(({ status }) => status === "complete" || status === "repaired");
  if (!isWhole) return kept?.status ?? "gapped";
  return kept?.status === "complete" && !isChanged ? "complete" : "repaired";
}
