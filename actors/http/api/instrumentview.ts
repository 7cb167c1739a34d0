/**
 * How a followed instrument looks outside.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { time } from "./records.ts";
import type { Table } from "./table.ts";
import { instrumentTelemetry, refusedNow, viewInstrumentTelemetry } from "./telemetryview.ts";
import type { HttpDeps } from "../deps.ts";
import { isIdle, type Listing } from "../../instruments/directory.ts";
import { redact } from "../../log.ts";
import { BASES } from "../../../domain/candle.ts";
import { csvRow } from "../../../domain/csv.ts";
import { MARKET_IDS } from "../../../domain/market.ts";
import { formatTime } from "../../../domain/time.ts";

/** A followed instrument. */
export const listingSchema = z.strictObject({
  symbol: z.string().openapi({ example: "AAPL" }),
  market: z.enum(MARKET_IDS),
  currency: z.string(),
  step: z.number().openapi({ description: "The smallest price step." }),
  level: z.int().openapi({ description: "1: best bid and ask; 2: the book too." }),
  basis: z.enum(BASES).openapi({ description: "What its candles' prices are." }),
  provider: z.string().openapi({ description: "Who feeds it." }),
  origin: z.enum(["configuration", "api", "provider"]).openapi({
    description: "Where it was asked for.",
  }),
  state: z.enum(["rebuilding", "live", "restarting", "failed", "finished"]),
  fault: z.string().nullable().openapi({
    description: "The last fault of its candles, or why nothing follows it.",
  }),
  ticks: z.int().openapi({ description: "Received since the start." }),
  lastTick: time.nullable().openapi({ description: "When the last one was received." }),
  ...instrumentTelemetry,
  pinned: z.boolean().openapi({
    description: "Whether it stays subscribed though nothing needs it.",
  }),
  subscribed: z.boolean().openapi({
    description: "Whether its venue is to stream it; always, unless subscriptions are dynamic.",
  }),
  idleSince: time.nullable().openapi({
    description: "Since when nothing is heard of it, for nothing needs it, or its venue has not " +
      "answered since something does.",
  }),
  consumers: z.int().openapi({
    description: "Clients of the stream that it is told to, and strategies that need it.",
  }),
}).openapi("Instrument");

/** A followed instrument. */
export type InstrumentView = z.infer<typeof listingSchema>;

/** An instrument as the outside sees it. @param refused where several are shown: for all of them. */
export function viewInstrument(
  deps: HttpDeps,
  listing: Listing,
  refused = refusedNow(deps),
): InstrumentView {
  const { symbol, market, currency, step, level, pinned } = listing.instrument;
  const { basis, provider, origin, idle, state, fault, heardAt, pulse } = listing;
  return {
    symbol,
    market,
    currency,
    step,
    level,
    basis,
    provider,
    origin,
    state,
    fault: fault === null ? null : redact(fault),
    ticks: pulse.ticks,
    lastTick: heardAt === -Infinity ? null : formatTime(heardAt),
    ...viewInstrumentTelemetry(deps, listing, refused),
    pinned,
    subscribed: !isIdle(listing),
    idleSince: idle === undefined ? null : formatTime(idle.since),
    consumers: deps.shared.demand.holds(symbol),
  };
}

const COLUMNS = Object.keys(listingSchema.shape) as (keyof InstrumentView)[];

/** Instruments as a table. */
export const INSTRUMENT_TABLE: Table<InstrumentView> = {
  header: COLUMNS.join(","),
  row: (view) => csvRow(COLUMNS.map((column) => view[column])),
  record: (view) => view,
};
