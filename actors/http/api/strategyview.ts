/**
 * How strategies and their setups look outside.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { time } from "./records.ts";
import { redact } from "../../log.ts";
import { fortuneKey, type Setup, type Setups, SHOWN_CHANGES } from "../../setups.ts";
import type { Shared } from "../../shared.ts";
import type { StrategyChange } from "../../../db/store.ts";
import type { Strategy } from "../../../domain/strategies/contract.ts";
import { formatTime } from "../../../domain/time.ts";

const parameters = z.record(z.string(), z.unknown());

/** What was said of a strategy. */
const saidSchema = z.strictObject({
  enabled: z.boolean().optional(),
  interval: z.string().optional().openapi({ example: "5m" }),
  parameters: parameters.optional().openapi({ example: { fast: 9, slow: 21 } }),
});

/** What may be said of a strategy on an instrument; the parameters are each strategy's own. */
export const specSchema = saidSchema.openapi("StrategySpec");

const change = z.strictObject({
  at: time,
  by: z.string().openapi({ description: "Who said it.", example: "api 127.0.0.1" }),
  old: saidSchema.nullable().openapi({ description: "What was said before; null: nothing." }),
  new: saidSchema.nullable().openapi({ description: "null: it was removed." }),
}).openapi("StrategyChange");

const running = z.strictObject({
  symbol: z.string(),
  status: z.enum(["warming", "running", "restarting", "given-up"]).openapi({
    description: "`warming`: what it goes on from is being read.",
  }),
  fault: z.string().nullable().openapi({ description: "What went wrong last." }),
  until: time.nullable().openapi({ description: "The end of the last candle it looked at." }),
});

/** A setup. */
export const setupView = z.strictObject({
  strategy: z.string(),
  symbol: z.string().openapi({ description: "`*`: any that has nothing of its own." }),
  origin: z.enum(["configuration", "api"]),
  enabled: z.boolean(),
  interval: z.string(),
  parameters: parameters.openapi({ description: "All of them, those not said too." }),
  revision: z.string().openapi({ description: "The same for the same interval and parameters." }),
  running: z.array(running).openapi({ description: "How it fares on each instrument." }),
  changes: z.array(change).openapi({
    description: `What was said through the API, the newest first; at most ${SHOWN_CHANGES}.`,
  }),
}).openapi("StrategySetup");

/** A strategy of the catalog. */
export const strategyView = z.strictObject({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  intraday: z.boolean().openapi({
    description: "Whether it needs candles that are shorter than a session.",
  }),
  parameters: parameters.openapi({ description: "Their JSON schema, with what is usual." }),
  setups: z.array(setupView),
}).openapi("Strategy");

/** A strategy as it is shown. */
export function viewStrategy(shared: Shared, strategy: Strategy): z.infer<typeof strategyView> {
  const { description, id, intraday, title } = strategy;
  const { $schema: _, ...schema } = z.toJSONSchema(strategy.parameters, { io: "input" });
  const setups = shared.setups.all.filter((one) => one.strategy === strategy);
  return {
    id,
    title,
    description,
    intraday,
    parameters: schema as Record<string, unknown>,
    setups: setups.map((one) => viewSetup(shared, one)),
  };
}

/** A setup as it is shown. */
export function viewSetup(
  { directory, setups }: Shared,
  setup: Setup,
): z.infer<typeof setupView> {
  const { origin, revision, setup: { enabled, interval, parameters }, strategy, symbol } = setup;
  const followed = directory.all().map(({ instrument }) => instrument.symbol)
    .filter((one) => setups.find(strategy.id, one) === setup);
  return {
    strategy: strategy.id,
    symbol,
    origin,
    enabled,
    interval,
    parameters,
    revision,
    running: followed.flatMap((one) => {
      const fortune = setups.fortunes.get(fortuneKey(strategy.id, one));
      if (fortune === undefined) return [];
      const { fault, status, until } = fortune;
      return [{
        symbol: one,
        status,
        fault: fault === null ? null : redact(fault),
        until: until === null ? null : formatTime(until),
      }];
    }),
    changes: changesOf(setups, strategy.id, symbol),
  };
}

function changesOf(setups: Setups, id: string, symbol: string) {
  const own = setups.changes.filter((one) => one.strategy === id && one.symbol === symbol);
  return own.map(({ changedAt, changedBy, spec }, index) => ({
    at: formatTime(changedAt),
    by: changedBy,
    old: said(own[index - 1]?.spec ?? null),
    new: said(spec),
  })).reverse().slice(0, SHOWN_CHANGES);
}

function said(spec: StrategyChange["spec"]): z.infer<typeof saidSchema> | null {
  return spec as z.infer<typeof saidSchema> | null;
}
