/**
 * How profiles, order flow and market states look as JSON, for the description.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { time } from "./records.ts";
import type { FlowRecord, ProfileView, StateRecord } from "../../../domain/measuretables.ts";

const range = z.strictObject({ low: z.number(), high: z.number() });

const tpoSchema = z.strictObject({
  minutes: z.number().openapi({ description: "The length of a bracket." }),
  poc: z.number().openapi({ description: "The price that most brackets traded at." }),
  vah: z.number().openapi({ description: "The highest price of the value area by time." }),
  val: z.number(),
  total: z.number().openapi({ description: "How many marks there are." }),
  initial: range.nullable().openapi({
    description: "The initial balance: the range of the first two brackets, the first hour.",
  }),
  brackets: z.array(range.extend({
    letter: z.string(),
    start: time.openapi({ description: "Inclusive." }),
  })).openapi({ description: "Those traded in; each marks every price from its low to its high." }),
}).openapi("TimeByPrice");

/** A profile. */
export const profileSchema = z.strictObject({
  symbol: z.string(),
  start: time.openapi({ description: "Of the session, or of the span asked for; inclusive." }),
  end: time.openapi({ description: "Exclusive." }),
  regular: z.boolean().openapi({
    description: "Whether it is the market's session; else the stretch between two, or a span.",
  }),
  basis: z.enum(["volume", "ticks"]).openapi({
    description:
      "What the bins hold: the volume of trades or, where the feed has none, how many quotes had " +
      "their middle there.",
  }),
  status: z.enum(["forming", "complete", "partial", "gapped"]).openapi({
    description: "How far it can be trusted, as of a candle.",
  }),
  since: time.openapi({ description: "From when on it is whole." }),
  poc: z.number().openapi({ description: "The point of control: the price with the most." }),
  vah: z.number().openapi({ description: "The highest price of the value area." }),
  val: z.number().openapi({ description: "The lowest price of the value area." }),
  high: z.number(),
  low: z.number(),
  total: z.number().openapi({ description: "What all bins hold." }),
  unplaced: z.number().openapi({
    description:
      "Volume beside it without a place by its price: of trades whose conditions let them move " +
      "volume alone. Both together are the candles' volume.",
  }),
  valueShare: z.number().openapi({ description: "The value area's share: 0.7 or more." }),
  hvn: z.array(z.number()).openapi({ description: "High volume nodes, ascending." }),
  lvn: z.array(z.number()).openapi({ description: "Low volume nodes, ascending." }),
  shape: z.enum(["P", "b", "D", "B", "I"]).nullable(),
  tpo: tpoSchema.nullable().openapi({
    description:
      "Time by price (TPO), half hour by half hour. null: outside sessions, and of spans " +
      "longer than a day.",
  }),
  binSize: z.number().openapi({ description: "The width of a bin, in prices." }),
  bins: z.array(z.strictObject({
    price: z.number().openapi({ description: "The lowest price of the bin." }),
    volume: z.number(),
  })).openapi({ description: "Those that hold anything, the lowest first." }),
}).openapi("Profile") satisfies z.ZodType<ProfileView>;

const volume = (description: string) => z.number().openapi({ description });

/** Order flow. */
export const flowSchema = z.strictObject({
  symbol: z.string(),
  interval: z.string().openapi({ example: "1m" }),
  start: time.openapi({ description: "Inclusive." }),
  end: time.openapi({ description: "Exclusive." }),
  buyVolume: volume("Volume of trades that buyers began."),
  sellVolume: volume("Volume of trades that sellers began."),
  unknownVolume: volume("Volume of trades of which nobody can tell."),
  delta: volume("Bought less sold volume."),
  pressure: z.number().nullable().openapi({
    description: "Delta over the volume of known side, from -1 to 1; null without any.",
  }),
  cumulative: volume("The delta since the session's start, up to the bar's last trade (CVD)."),
  deltaHigh: volume("The highest that the delta was in the bar, from 0 at its start."),
  deltaLow: volume("The lowest."),
  buys: z.int(),
  sells: z.int(),
  unknowns: z.int(),
  largeBuyVolume: volume("Volume of large trades that buyers began."),
  largeSellVolume: volume("Volume of large trades that sellers began."),
  larges: z.int().openapi({
    description: "Trades bigger than 99 % of the instrument's of the minutes before.",
  }),
  forming: z.boolean(),
  revision: z.int().openapi({ description: "One more each time that a late trade changed it." }),
}).openapi("Flow") satisfies z.ZodType<FlowRecord>;

/** A market's state. */
export const stateSchema = z.strictObject({
  symbol: z.string(),
  time,
  regime: z.enum(["balance", "imbalance-up", "imbalance-down"]),
  score: z.number().openapi({ description: "From -1 (down) to 1 (up)." }),
  confidence: z.number().openapi({ description: "From 0 to 1." }),
  price: z.number(),
  reasons: z.array(z.string()).openapi({ description: "A sentence for each sign." }),
}).openapi("MarketState") satisfies z.ZodType<Omit<StateRecord, "reasons"> & { reasons: string[] }>;
