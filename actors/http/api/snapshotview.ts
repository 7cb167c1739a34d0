/**
 * An instrument's snapshot: where its market is, and how far that can be trusted.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { dayStart, type Kept } from "./closes.ts";
import { connectionState, type ProviderView } from "./providers.ts";
import { time } from "./records.ts";
import type { HttpDeps } from "../deps.ts";
import type { Status } from "../../hub.ts";
import { isIdle, type Listing } from "../../instruments/directory.ts";
import { redact } from "../../log.ts";
import { BASES, type Candle, CANDLE_STATUSES } from "../../../domain/candle.ts";
import type { OrderFlow } from "../../../domain/flow/bar.ts";
import { FRESHNESS_STATES, freshnessOf } from "../../../domain/freshness.ts";
import { BASE_INTERVAL } from "../../../domain/interval.ts";
import { MARKET_IDS } from "../../../domain/market.ts";
import type { StateAt } from "../../../domain/state.ts";
import type { Quote } from "../../../domain/tick.ts";
import { formatTime, type Micros } from "../../../domain/time.ts";

/** A snapshot, as it is described. */
export const snapshotSchema = z.strictObject({
  symbol: z.string().openapi({ example: "AAPL" }),
  market: z.enum(MARKET_IDS),
  currency: z.string(),
  step: z.number().openapi({ description: "The smallest price step." }),
  level: z.int().openapi({ description: "1: best bid and ask; 2: the book too." }),
  basis: z.enum(BASES).openapi({ description: "What `price` and the candles are." }),
  provider: z.string().openapi({ description: "Who feeds it." }),
  price: z.number().nullable().openapi({ description: "The last; null: none was heard or kept." }),
  time: time.nullable().openapi({ description: "The venue's, of that price." }),
  bid: z.number().nullable().openapi({ description: "The last one heard." }),
  ask: z.number().nullable(),
  reference: z.strictObject({
    price: z.number(),
    kind: z.enum(["close", "open"]).openapi({
      description:
        "`close`: of the last day kept before this one; `open`: this day's first price, " +
        "where none is kept.",
    }),
    time: time.openapi({ description: "Where that day ended, or this one began." }),
    status: z.enum(CANDLE_STATUSES).openapi({ description: "How far its candle can be trusted." }),
  }).nullable().openapi({ description: "What the change is measured from." }),
  change: z.number().nullable().openapi({ description: "`price` less `reference.price`." }),
  changeShare: z.number().nullable().openapi({
    description: "The same as a share of the reference.",
    example: 0.0123,
  }),
  day: z.strictObject({
    open: z.number(),
    high: z.number(),
    low: z.number(),
    volume: z.number().openapi({ description: "Sum of the trades' sizes." }),
    status: z.enum(CANDLE_STATUSES),
  }).nullable().openapi({
    description: "The daily candle of this day; null before its first tick.",
  }),
  state: z.strictObject({
    regime: z.enum(["balance", "imbalance-up", "imbalance-down"]),
    confidence: z.number(),
    reasons: z.array(z.string()),
  }).nullable().openapi({ description: "As `/api/v1/state` has it." }),
  flow: z.strictObject({
    cumulative: z.number().openapi({ description: "Delta since the session's start (CVD)." }),
    pressure: z.number().nullable().openapi({ description: "Of the minute, from -1 to 1." }),
  }).nullable().openapi({ description: "Of the last minute that traded; null without trades." }),
  freshness: z.strictObject({
    state: z.enum(FRESHNESS_STATES).openapi({
      description:
        "`live`: heard just now. `quiet`: its feed speaks, but not of it for a minute. " +
        "`stale`: its feed is silent while the market is open. `wrong`: its feed is down, or " +
        "nothing can follow it. `halted`: by its venue. `idle`: nothing needs it, so it is not " +
        "subscribed to. `waiting`: nothing was heard yet. `closed`: its market is. `ended`: its " +
        "feed had an end.",
    }),
    reason: z.string().nullable().openapi({ description: "Why, in a sentence." }),
  }),
  heardAt: time.nullable().openapi({ description: "When anything of it was received last." }),
}).openapi("Snapshot");

/** A snapshot. */
export type SnapshotView = z.infer<typeof snapshotSchema>;

/** What several snapshots of one look have in common: it is asked once. */
export interface Look {
  readonly deps: HttpDeps;
  readonly now: Micros;
  connection(provider: string): Pick<ProviderView, "state" | "failures" | "lastError" | "refusals">;
  heardAt(provider: string): Micros | null;
}

/** Looks at how the providers are now. */
export function lookAround(deps: HttpDeps): Look {
  const { clock, directory } = deps.shared;
  const connections = new Map<string, ReturnType<typeof connectionState>>();
  const heard = new Map<string, Micros>();
  for (const { heardAt, provider } of directory.all()) {
    if (heardAt > -Infinity) heard.set(provider, Math.max(heardAt, heard.get(provider) ?? 0));
  }
  return {
    deps,
    now: clock.now(),
    connection(provider) {
      let found = connections.get(provider);
      if (found === undefined) connections.set(provider, found = connectionState(deps, provider));
      return found;
    },
    heardAt: (provider) => heard.get(provider) ?? null,
  };
}

/**
 * The snapshot of an instrument.
 *
 * @param kept what the store has of it; `undefined` where it was not asked.
 */
export function viewSnapshot(look: Look, listing: Listing, kept: Kept | undefined): SnapshotView {
  const { instrument, basis, provider, heardAt } = listing;
  const { symbol, market, currency, step, level } = instrument;
  const { hub } = look.deps.shared;
  const told = <T>(type: "candle" | "quote" | "state" | "flow", subject: string) =>
    hub.latestOf(type, subject)?.payload as T | undefined;
  const minute = told<Candle>("candle", `${symbol} ${BASE_INTERVAL.name} ${basis}`) ?? kept?.last;
  const daily = told<Candle>("candle", `${symbol} 1d ${basis}`);
  const day = daily !== undefined && daily.end > dayStart(market, look.now) ? daily : undefined;
  const quote = told<Quote>("quote", symbol);
  const state = told<StateAt>("state", symbol);
  const flow = told<OrderFlow>("flow", `${symbol} ${BASE_INTERVAL.name}`) ??
    told<OrderFlow>("flow", `${symbol} ${BASE_INTERVAL.name} closed`);
  const price = minute?.close ?? null;
  const reference = referenceOf(kept?.before ?? null, day);
  const change = price === null || reference === null ? null : price - reference.price;
  return {
    symbol,
    market,
    currency,
    step,
    level,
    basis,
    provider,
    price,
    time: minute === undefined || minute === null ? null : formatTime(minute.closeTime),
    bid: quote?.bid ?? null,
    ask: quote?.ask ?? null,
    reference,
    // Without the noise of binary fractions: a price has far fewer figures.
    change: change === null ? null : Number(change.toPrecision(12)),
    changeShare: change === null || reference!.price === 0 ? null : change / reference!.price,
    day: day === undefined ? null : {
      open: day.open,
      high: day.high,
      low: day.low,
      volume: day.realVolume,
      status: day.status,
    },
    state: state === undefined ? null : {
      regime: state.regime,
      confidence: state.confidence,
      reasons: [...state.reasons],
    },
    flow: flow === undefined ? null : { cumulative: flow.cumulative, pressure: flow.pressure },
    freshness: viewFreshness(look, listing),
    heardAt: heardAt === -Infinity ? null : formatTime(heardAt),
  };
}

function referenceOf(before: Candle | null, day: Candle | undefined): SnapshotView["reference"] {
  if (before !== null) {
    const { close, end, status } = before;
    return { price: close, kind: "close", time: formatTime(end), status };
  }
  if (day === undefined) return null;
  return { price: day.open, kind: "open", time: formatTime(day.start), status: day.status };
}

/** How fresh an instrument is. */
function viewFreshness(look: Look, listing: Listing): SnapshotView["freshness"] {
  const { instrument: { symbol, market }, alwaysOpen, provider, state, fault, heardAt } = listing;
  const { state: connection, failures, lastError, refusals } = look.connection(provider);
  const trading = look.deps.shared.hub.latestOf("status", `instrument ${symbol}`)?.payload as
    | Status
    | undefined;
  const freshness = freshnessOf({
    market,
    alwaysOpen,
    provider,
    connection,
    failures,
    lastError,
    refusal: refusals.find((one) => one.symbol === symbol) ?? null,
    halt: trading?.status === "halted" ? trading.reason ?? "Its venue has halted it." : null,
    subscribed: !isIdle(listing),
    following: state,
    fault,
    heardAt: heardAt === -Infinity ? null : heardAt,
    providerHeardAt: look.heardAt(provider),
  }, look.now);
  const { reason } = freshness;
  return { state: freshness.state, reason: reason === null ? null : redact(reason) };
}
