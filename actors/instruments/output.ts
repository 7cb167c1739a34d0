/**
 * What leaves a shard: events for the hub and, with the ticks themselves, rows for the outbox.
 *
 * @module
 */
import type { Made } from "./candles.ts";
import { toEvents } from "./events.ts";
import type { Anyone } from "../addresses.ts";
import { publish } from "../publish.ts";
import type { Shared } from "../shared.ts";
import type { Amendment, KeptCandle } from "../../db/store.ts";
import type { Credit } from "../../domain/credit.ts";
import type { Gap } from "../../domain/gap.ts";
import { isCanary } from "../vitals.ts";
import type { Tick } from "../../domain/tick.ts";

/** What one event of a shard gave. */
export interface Output {
  readonly made: Made;
  readonly ticks: readonly Tick[];
  readonly gaps: readonly Gap[];
  readonly credit: Credit | undefined;
  /** Whether the hub was told of the ticks when they came. */
  readonly told?: boolean;
  /** Ticks that are to be kept, but are no news. */
  readonly past?: readonly Tick[];
  readonly amendments?: readonly Amendment[];
}

/** Tells the hub, and leaves all of it together in the outbox: once. */
export function giveOut(shared: Shared, from: Anyone, output: Output): void {
  const { hub, meters, outbox } = shared;
  const { made, ticks, gaps, credit, told = false, past = [], amendments = [] } = output;
  const isShown = ({ symbol }: { symbol: string }) => !isCanary(symbol);
  const events = toEvents(
    told ? [] : ticks,
    made.candles.filter(isShown),
    made.forming.filter(isShown),
    gaps,
  );
  publish(hub, from, events);
  const candles: KeptCandle[] = [];
  for (const event of events) {
    if (event.type !== "candle" || event.conflates) continue;
    const candle = event.payload as KeptCandle;
    meters.candles.inc({ interval: candle.interval, status: candle.status });
    candles.push({ ...candle, epoch: hub.epoch, sequence: event.sequence });
  }
  const kept = past.length === 0 ? ticks : [...ticks, ...past];
  if (gaps.some(({ status }) => status === "open")) shared.backlog.wake();
  if (kept.length + candles.length + gaps.length + amendments.length === 0) return;
  outbox.add({ ticks: kept, candles, gaps, credit, amendments });
}
