/**
 * How candles, ticks and gaps look as JSON, for the description.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { BASES, CANDLE_STATUSES } from "../../../domain/candle.ts";
import { type Flag, FLAGS } from "../../../domain/flags.ts";
import { GAP_REASONS } from "../../../domain/gap.ts";
import type { BookRecord, CandleRecord, GapRecord, TickRecord } from "../../../domain/tables.ts";

/** An instant as it is written outside. */
export const time: z.ZodString = z.string().openapi({
  type: "string",
  format: "date-time",
  example: "2014-05-01T13:30:00.000Z",
});

/** A price level of a book. */
const level = z.strictObject({ price: z.number(), size: z.number() });
const flags = z.array(z.enum(Object.keys(FLAGS) as [Flag, ...Flag[]]));

/** A candle. */
export const candleSchema = z.strictObject({
  symbol: z.string(),
  interval: z.string().openapi({ example: "1m" }),
  start: time.openapi({ description: "Inclusive." }),
  end: time.openapi({ description: "Exclusive." }),
  open: z.number(),
  high: z.number(),
  low: z.number(),
  close: z.number(),
  realVolume: z.number().openapi({ description: "Sum of the trades' sizes." }),
  tickVolume: z.int().openapi({ description: "Ticks that counted." }),
  vwap: z.number().nullable().openapi({ description: "Volume-weighted mean price." }),
  buyVolume: z.number().openapi({ description: "Volume whose aggressor is known to have bought." }),
  sellVolume: z.number().openapi({ description: "Volume whose aggressor is known to have sold." }),
  basis: z.enum(BASES),
  status: z.enum(CANDLE_STATUSES).openapi({ description: "How far it can be trusted." }),
  revision: z.int().openapi({ description: "One more each time that it was changed." }),
  providers: z.array(z.string()),
}).openapi("Candle") satisfies z.ZodType<CandleRecord>;

const tick = {
  symbol: z.string(),
  time: time.openapi({ description: "The venue's." }),
  receivedAt: time,
  provider: z.string(),
  id: z.string(),
  flags: flags.openapi({ description: "What the quality gate says of it." }),
};

/** A trade. */
export const tradeSchema = z.strictObject({
  ...tick,
  kind: z.literal("trade"),
  price: z.number().nullable(),
  size: z.number().nullable(),
  side: z.enum(["buy", "sell"]).nullable(),
  conditions: z.string().nullable(),
}).openapi("Trade");

/** A quote. */
export const quoteSchema = z.strictObject({
  ...tick,
  kind: z.literal("quote"),
  bid: z.number().nullable(),
  bidSize: z.number().nullable(),
  ask: z.number().nullable(),
  askSize: z.number().nullable(),
}).openapi("Quote");

/** A book. */
export const depthSchema = z.strictObject({
  ...tick,
  kind: z.literal("depth"),
  bids: z.array(level),
  asks: z.array(level),
}).openapi("Depth");

/** A tick. */
export const tickSchema = z.discriminatedUnion("kind", [tradeSchema, quoteSchema, depthSchema])
  .openapi("Tick") satisfies z.ZodType<TickRecord>;

/** What is measured of a book. */
const bookMeasures = {
  mid: z.number().nullable().openapi({ description: "Half way between the best of both sides." }),
  spread: z.number().nullable(),
  imbalance: z.number().nullable().openapi({
    description: "The bids' share of all sizes less the asks', from -1 to 1.",
  }),
};

/** A book as it is told on the stream: with what is measured of it. */
export const depthToldSchema = depthSchema.extend(bookMeasures).openapi("DepthTold");

/** A book. */
export const bookSchema = z.strictObject({
  symbol: z.string(),
  provider: z.string(),
  time: time.openapi({ description: "The venue's." }),
  bids: z.array(level).openapi({ description: "Best first." }),
  asks: z.array(level).openapi({ description: "Best first." }),
  ...bookMeasures,
}).openapi("Book") satisfies z.ZodType<BookRecord>;

/** A gap. */
export const gapSchema = z.strictObject({
  symbol: z.string(),
  provider: z.string(),
  from: time.openapi({ description: "Inclusive." }),
  to: time.openapi({ description: "Exclusive." }),
  reason: z.enum(GAP_REASONS),
  status: z.enum(["open", "filled", "unfillable"]),
  detectedAt: time,
}).openapi("Gap") satisfies z.ZodType<GapRecord>;
