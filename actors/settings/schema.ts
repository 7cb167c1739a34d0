/**
 * The configuration's shape: what may be said, and what holds where nothing is said.
 *
 * @module
 */
import { z } from "zod";
import { parseInterval } from "../../domain/interval.ts";
import { type Micros, parseDuration } from "../../domain/time.ts";

const SPAN = "must be a span such as 250ms, 5s or 30d";
const INTERVAL = "must be whole minutes or hours that divide a day, or 1d: such as 1m, 15m, 4h";

/** A span written as text (`250ms`, `2s`, `30d`), held in microseconds. */
export const duration = z.string({ error: SPAN }).transform((text, context): Micros => {
  const span = parseDuration(text);
  if (span !== undefined) return span;
  context.addIssue({ code: "custom", message: SPAN });
  return z.NEVER;
});

/** An age without a limit, as it is written. */
export const FOREVER = "forever";

/** A span, or `forever`, which is held as `null`. */
export const age = z.string().transform((text, context): Micros | null => {
  if (text === FOREVER) return null;
  const span = parseDuration(text);
  if (span !== undefined && span > 0) return span;
  context.addIssue({ code: "custom", message: "must be a span such as 30d, or forever" });
  return z.NEVER;
});

const interval = z.string({ error: INTERVAL }).refine(
  (text) => parseInterval(text) !== undefined,
  { message: INTERVAL },
);

/** What may be said of an instrument, here and in `POST /api/v1/instruments`. */
export const instrumentSchema = z.strictObject({
  symbol: z.string().regex(/^[A-Za-z0-9^][A-Za-z0-9.^_-]{0,31}$/, {
    message: "must be a symbol such as AAPL, VOD.L, ^FTSE or EURUSD",
  }),
  market: z.string().min(1).optional(),
  currency: z.string().regex(/^[A-Za-z]{3}$/, { message: "must be three letters" }).optional(),
  step: z.number().positive().optional(),
  level: z.literal([1, 2]).optional(),
  basis: z.enum(["trade", "bid", "ask", "mid"]).optional(),
  providers: z.record(z.string(), z.strictObject({ epic: z.string().min(1).exactOptional() }))
    .optional(),
});

const failoverSchema = z.strictObject({
  delay: duration.default(5_000_000),
  failback: duration.default(60_000_000),
  standby: z.enum(["hot", "cold"]).default("cold"),
});

const routeSchema = z.strictObject({
  match: z.string().min(1).optional(),
  market: z.string().min(1).optional(),
  providers: z.array(z.string().min(1)).min(1),
  failover: failoverSchema.optional(),
});

/** The whole configuration. Secrets: `server.token`, a password in `store.url`, and what each
 * provider names as such. */
export const settingsSchema = z.strictObject({
  server: z.strictObject({
    host: z.string().min(1).default("127.0.0.1"),
    port: z.int().min(0).max(65_535).default(8080),
    token: z.string().min(16, { message: "must be at least 16 characters" }).optional(),
    /** Names beside loopback's under which the daemon may be addressed. */
    hosts: z.array(z.string().min(1)).default([]),
    /** Origins whose pages may read. */
    origins: z.array(z.url()).default([]),
  }).prefault({}),
  store: z.strictObject({
    /** Absent: `sqlite:data/marketd.db`, or `sqlite:data/demo.db` for made-up data. */
    url: z.string().min(1).optional(),
    flush: z.strictObject({
      rows: z.int().min(1).max(100_000).default(5_000),
      every: duration.default(250_000),
    }).prefault({}),
    /** What waits on disk while the store cannot be written. */
    spool: z.strictObject({
      /** Bytes at most; past it books go, then quotes, then whatever else is left. */
      cap: z.int().min(65_536).default(1_073_741_824),
    }).prefault({}),
    /** How long rows are kept; candles are kept for ever. */
    retention: z.strictObject({
      ticks: age.prefault("30d"),
      books: age.prefault("7d"),
      events: age.prefault("90d"),
      gaps: age.prefault("forever"),
    }).prefault({}),
  }).prefault({}),
  /** By id; loading checks and completes each with the provider's own schema. */
  providers: z.record(z.string(), z.unknown()).default({}),
  /** A bare text is a symbol. */
  instruments: z.array(
    z.preprocess((said) => typeof said === "string" ? { symbol: said } : said, instrumentSchema),
  ).default([]),
  routes: z.array(routeSchema).default([]),
  candles: z.strictObject({
    intervals: z.array(interval).min(1).default(["1m", "5m", "15m", "1h", "1d"]),
    /** How long after a candle's end its ticks may still come. */
    grace: duration.default(2_000_000),
  }).prefault({}),
  stream: z.strictObject({
    /** Clients at once; one more is answered 503. */
    clients: z.int().min(1).max(100_000).default(1_000),
    /** Trades, closed candles and the like kept for whoever resumes. */
    ring: z.int().min(16).max(10_000_000).default(65_536),
    /** Bytes that may wait for one slow client. */
    buffer: z.int().min(4_096).default(4_194_304),
  }).prefault({}),
  log: z.strictObject({
    level: z.enum(["debug", "info", "warning", "error"]).default("info"),
    format: z.enum(["text", "json"]).default("text"),
  }).prefault({}),
});

type Parsed = z.infer<typeof settingsSchema>;

/** The configuration, checked and completed: each provider's options are what `create` takes. */
export type Settings = Omit<Parsed, "store"> & {
  store: Omit<Parsed["store"], "url"> & { url: string };
};
/** What was said of an instrument. */
export type InstrumentSettings = z.infer<typeof instrumentSchema>;
