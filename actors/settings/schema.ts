/**
 * The configuration's shape: what may be said, and what holds where nothing is said.
 *
 * @module
 */
import { z } from "zod";
import type { GateRules } from "../../domain/gate/rules.ts";
import { parseInterval } from "../../domain/interval.ts";
import { NOTICE_EVENTS, SEVERITIES } from "../../domain/notice.ts";
import { STRATEGIES } from "../../domain/strategies/catalog.ts";
import { ANY, setupSchema } from "../../domain/strategies/config.ts";
import { DAY, type Micros, MILLISECOND, MINUTE, parseDuration, SECOND } from "../../domain/time.ts";
import { duration } from "../../providers/provider.ts";
import { flawOfWebhook, isHost, isOrigin } from "./hosts.ts";
import { CAPABILITIES } from "../../providers/provider.ts";

const HOST = "must be an address of this machine, or its name, without a scheme or a port";
const NAME = "must be a name or address without a scheme, such as charts.example.org";
const ORIGIN = "must be an origin such as https://charts.example.org";
const INTERVAL = "must be whole minutes or hours that divide a day, or 1d: such as 1m, 15m, 4h";

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

const interval = z.string({ error: INTERVAL }).transform((text, context): string => {
  const known = parseInterval(text);
  if (known !== undefined) return known.name;
  context.addIssue({ code: "custom", message: INTERVAL });
  return z.NEVER;
});

const symbolText = z.string().regex(/^[A-Za-z0-9^][A-Za-z0-9.^_-]{0,31}$/, {
  message: "must be a symbol such as AAPL, VOD.L, ^FTSE or EURUSD",
});

/** What may be said of an instrument, here and in `POST /api/v1/instruments`. */
export const instrumentSchema = z.strictObject({
  symbol: symbolText,
  market: z.string().min(1).optional(),
  currency: z.string().regex(/^[A-Za-z]{3}$/, { message: "must be three letters" }).optional(),
  step: z.number().positive().optional(),
  level: z.literal([1, 2]).optional(),
  basis: z.enum(["trade", "bid", "ask", "mid"]).optional(),
  /** Whether it stays subscribed though nothing needs it. */
  pinned: z.boolean().optional(),
  providers: z.record(
    z.string(),
    z.strictObject({
      epic: z.string().min(1).exactOptional(),
      level: z.literal([1, 2]).exactOptional(),
      active: z.boolean().exactOptional(),
    }),
  )
    .optional(),
});

/** When a route's providers take over from each other; see `domain/failover.ts`. */
export const failoverSchema = z.strictObject({
  delay: duration.default(5 * SECOND),
  failback: duration.default(MINUTE),
  standby: z.enum(["hot", "cold"]).default("cold"),
  /** Frames or rows a minute that may be unusable, or ticks refused where those are not few of all. */
  errors: z.int().min(0).default(60),
});

/** The name of a route that no rule is. */
export const DEFAULT_ROUTE = "default";

const ROUTE_NAME = "must be a name of letters, digits, dots, dashes and underscores, not default";

/** A route's name, as it stands in a path. */
export const routeName = z.string()
  .regex(/^(?!default$)[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/, { message: ROUTE_NAME });

/** The name of a rule in force: a route's, or that which an exchange's providers make. */
export const ruleName = z.string()
  .regex(/^(exchange:)?[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/, { message: ROUTE_NAME });

/** What may be said of a route, here and in `PUT /api/v1/routes/{name}`. */
export const routeSchema = z.strictObject({
  /** Made of what it matches unless said. */
  name: routeName.optional(),
  match: z.string().min(1).optional(),
  market: z.string().min(1).optional(),
  /** What it decides; the live feed, and everything else, unless said. */
  capabilities: z.array(z.enum(CAPABILITIES)).min(1).optional(),
  providers: z.array(z.string().min(1)).min(1),
  failover: failoverSchema.optional(),
});

/** A rule. */
export type RouteSettings = z.infer<typeof routeSchema>;

/** The intervals that are built unless said. */
export const USUAL_INTERVALS: readonly string[] = ["1m", "5m", "15m", "1h", "1d"];

/** What may be said of strategies; see `setupSchema` for what of each. */
const strategiesSchema = z.strictObject(Object.fromEntries(
  [...STRATEGIES.values()].map((strategy) => [
    strategy.id,
    z.record(z.union([z.literal(ANY), symbolText]), setupSchema(strategy)).optional(),
  ]),
));

/** What may be said of an exchange's providers, here and in `PUT /api/v1/exchanges/{market}`. */
export const exchangeSchema = z.strictObject({
  providers: z.array(z.strictObject({
    provider: z.string().min(1),
    /** The lower is preferred; its place in the list unless said. */
    priority: z.int().min(1).max(1_000_000).optional(),
    /** Before all others. */
    primary: z.boolean().default(false),
    active: z.boolean().default(true),
  })).min(1),
  failover: failoverSchema.optional(),
});

/** What makes a tick an offender: see `domain/gate/rules.ts`. */
const gateSchema = z.strictObject({
  time: z.strictObject({
    past: duration.default(7 * DAY),
    future: duration.default(MINUTE),
  }).prefault({}),
  outlier: z.strictObject({
    z: z.number().positive().default(8),
    window: z.int().min(2).max(100_000).default(64),
    percent: z.number().min(0).default(0.25),
    steps: z.number().min(0).default(5),
    confirmations: z.int().min(1).max(10).default(3),
    hold: duration.default(5 * SECOND),
    pause: duration.default(MINUTE),
    reopening: z.number().positive().default(100),
  }).prefault({}),
  crossed: z.strictObject({
    spreads: z.number().positive().default(15),
  }).prefault({}),
  duplicates: z.strictObject({
    memory: z.int().min(1).max(65_536).default(256),
  }).prefault({}),
}) satisfies z.ZodType<GateRules>;

/** A webhook that is told of changes of state. */
const notificationSchema = z.strictObject({
  /** Whoever knows it may post there: a secret. */
  url: z.string().superRefine((text, context) => {
    const flaw = flawOfWebhook(text);
    if (flaw !== undefined) context.addIssue({ code: "custom", message: flaw });
  }),
  /** `slack`: what Slack's incoming webhooks take; `plain`: JSON of marketd's own. */
  format: z.enum(["slack", "plain"]).default("plain"),
  /** Sent as a bearer token. */
  token: z.string().min(1).optional(),
  /** What it is told of. */
  events: z.array(z.enum(NOTICE_EVENTS)).min(1).default([...NOTICE_EVENTS]),
  /** The least that it is told, and what ends it. */
  severity: z.enum(SEVERITIES).default("warning"),
  /** There is one message in so long at most: what comes meanwhile is told together. */
  pause: duration.default(MINUTE),
});

/** A webhook. */
export type NotificationSettings = z.infer<typeof notificationSchema>;

/** The whole configuration. Secrets: `server.token`, the URLs of `notifications`, a password in `store.url`, and what each
 * provider names as such. */
export const settingsSchema = z.strictObject({
  server: z.strictObject({
    host: z.string().refine(isHost, { message: HOST }).default("127.0.0.1"),
    port: z.int().min(0).max(65_535).default(8080),
    token: z.string().min(16, { message: "must be at least 16 characters" }).optional(),
    /** Names beside loopback's under which the daemon may be addressed. */
    hosts: z.array(
      z.string().refine((text) => isHost(text.replace(/:\d{1,5}$/, "")), { message: NAME }),
    ).default([]),
    /** Origins whose pages may read. */
    origins: z.array(z.string().refine(isOrigin, { message: ORIGIN })).default([]),
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
  /** By market: which providers its instruments come from, where no route says anything else. */
  exchanges: z.record(z.string(), exchangeSchema).default({}),
  /** Whether instruments are subscribed at their venues only while something needs them. */
  subscriptions: z.strictObject({
    dynamic: z.boolean().default(false),
    /** How long nothing must have needed an instrument before it is unsubscribed. */
    idle: duration.default(5 * MINUTE),
  }).refine(({ idle }) => idle >= SECOND, { path: ["idle"], message: "must be at least 1s" })
    .prefault({}),
  candles: z.strictObject({
    intervals: z.array(interval).min(1).default([...USUAL_INTERVALS]),
    /** How long after a candle's end its ticks may still come. */
    grace: duration.default(2_000_000),
  }).prefault({}),
  /** Volume profiles, order flow and the state of markets. */
  profile: z.strictObject({
    enabled: z.boolean().default(true),
    /** Price steps in a bin; `auto` is one, and wider where a session has too many prices. */
    bin: z.union([z.literal("auto"), z.int().min(1).max(1_000_000)], {
      error: "must be auto, or a whole number of price steps",
    }).default("auto"),
  }).prefault({}),
  /** By the strategy's id, then by the instrument; `*` is any that has nothing of its own. */
  strategies: strategiesSchema.default({}),
  gate: gateSchema.prefault({}),
  backfill: z.strictObject({
    /** Whether gaps are filled by themselves. */
    enabled: z.boolean().default(true),
    /** Whether what lies before an instrument was first followed is filled, too. */
    joined: z.boolean().default(false),
  }).prefault({}),
  metrics: z.strictObject({
    /** Up to so many instruments have metrics of their own; past it none has. */
    instruments: z.int().min(0).default(500),
  }).prefault({}),
  stream: z.strictObject({
    /** Clients at once; one more is answered 503. */
    clients: z.int().min(1).max(100_000).default(1_000),
    /** Trades, closed candles and the like kept for whoever resumes. */
    ring: z.int().min(16).max(10_000_000).default(65_536),
    /** Bytes that may wait for one slow client. */
    buffer: z.int().min(4_096).default(4_194_304),
  }).prefault({}),
  /** By name. */
  notifications: z.record(
    z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/, {
      message: "must be a name of letters, digits, dashes and underscores",
    }),
    notificationSchema,
  ).default({}),
  /** Beyond any of these the daemon is overloaded, and sheds what may be shed. */
  limits: z.strictObject({
    /** How late timers may be, in the median of three seconds. */
    lag: duration.default(500 * MILLISECOND),
    /** Bytes of the heap in use. */
    memory: z.int().min(1).default(1_073_741_824),
    /** Rows that wait for the store while it is written. */
    outbox: z.int().min(1).default(100_000),
    /** Ticks that wait for candles which are being rebuilt. */
    buffers: z.int().min(1).default(500_000),
    /** Events that wait to be given out. */
    hub: z.int().min(1).default(100_000),
    /** Bytes that wait for clients, of all together. */
    clients: z.int().min(1).default(268_435_456),
    /** How long a measure is given to help before the next is taken. */
    patience: duration.default(2 * SECOND),
    /** How long all must be well below the limits before a measure is taken back. */
    recovery: duration.default(10 * SECOND),
  }).refine(({ lag }) => lag > 0, { path: ["lag"], message: "must be more than 0" }).prefault({}),
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
