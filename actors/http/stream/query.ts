/**
 * What may be asked of the stream.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { Selection, StreamFormat, Subscription } from "./subscription.ts";
import { queryOf, timeParam } from "../api/query.ts";
import { EVENT_TYPES, type EventType } from "../../hub.ts";
import { nearest } from "../../settings/problems.ts";
import { intervalName } from "../../../domain/interval.ts";
import { type Micros, MILLISECOND, parseDuration, SECOND } from "../../../domain/time.ts";

/** The quickest and the slowest pace that makes sense. */
const EVERY = { min: 10 * MILLISECOND, max: 60 * SECOND };
const PACE = "must be a span from 10ms to 60s, such as 250ms";
const ID = "must be an event's id, <epoch>:<sequence>";

/** A position in the stream: an event's id. */
export interface Position {
  readonly epoch: string;
  readonly sequence: number;
}

/** What a client asked for. */
export interface StreamRequest {
  readonly subscription: Subscription;
  /** Where to resume; `unknown` where its id is none of ours. */
  readonly resume: Position | "unknown" | null;
  readonly since: Micros | null;
  readonly snapshot: boolean;
}

/** What the daemon has, for checking a query. */
export interface Known {
  readonly intervals: readonly string[];
  isFollowed(symbol: string): boolean;
  /** The followed symbols. */
  symbols(): string[];
}

/** The stream's query. */
export function streamQuery(known: Known) {
  const { intervals } = known;
  const symbol: Naming = {
    read: (text) => text.toUpperCase(),
    isKnown: known.isFollowed,
    others: (symbol) => {
      const near = nearest(symbol, known.symbols());
      return `followed instruments${near === undefined ? "" : `, such as ${near}`}`;
    },
  };
  const symbolsParam = once.transform((text, context): ReadonlySet<string> | null =>
    readList(text, symbol, context)
  );
  const listOf = (values: readonly string[], read = (name: string) => name) => {
    const name = {
      read,
      isKnown: (name: string) => values.includes(name),
      others: () => values.join(", "),
    };
    return once.transform((text, context) => readSelection(text, name, symbol, context));
  };
  return queryOf({
    symbols: symbolsParam.optional().openapi({
      ...LIST,
      description: "Instruments, joined by commas; `*` is all.",
      example: "AAPL,VOD.L",
    }),
    types: listOf(EVENT_TYPES).optional().openapi({
      ...LIST,
      description: `Event types, joined by commas: ${EVENT_TYPES.join(", ")}; \`*\` is all. ` +
        "`trade@AAPL`: of that instrument alone, among those asked for.",
      example: "candle,trade@AAPL",
    }),
    intervals: listOf(intervals, intervalName).optional().openapi({
      ...LIST,
      description:
        "Intervals of candles and order flow, joined by commas; `*` is all. `1h@AAPL`: " +
        "of that instrument alone.",
      example: "1m,1h@AAPL",
    }),
    lastEventId: positionParam.optional().openapi({
      type: "string",
      description: "The last event received, where the `Last-Event-ID` header cannot be sent.",
    }),
    since: timeParam.optional().openapi({
      type: "string",
      format: "date-time",
      description: "Prepends the stored candles from this time on, without a hole or a duplicate.",
      example: "2014-05-01T00:00:00Z",
    }),
    every: everyParam.optional().openapi({
      type: "string",
      description: "The pace: what may be conflated is, and the stream is written this often.",
      example: "250ms",
    }),
    snapshot: z.enum(["true", "false"], { error: "must be true or false" }).default("true")
      .openapi({
        description: "Whether a fresh client first gets the latest value of each subscribed thing.",
      }),
  });
}

/**
 * What a client asks for with its query.
 *
 * @param header its `Last-Event-ID`, which wins over the parameter. A browser sends by itself what
 * it was given last: whatever that is, refusing it would end its retries.
 */
export function toRequest(
  query: z.output<ReturnType<typeof streamQuery>>,
  header: string | undefined,
  format: StreamFormat,
): StreamRequest {
  const asked = query.lastEventId ?? null;
  return {
    subscription: {
      symbols: query.symbols ?? null,
      types: (query.types ?? ALL_TYPES) as Selection<EventType>,
      intervals: query.intervals ?? null,
      every: query.every ?? 0,
      format,
    },
    resume: header === undefined ? asked : parsePosition(header) ?? "unknown",
    since: query.since ?? null,
    snapshot: query.snapshot === "true",
  };
}

const LIST = { type: "string", default: "*" } as const;
const ALL_TYPES: Selection<EventType> = new Map(EVENT_TYPES.map((type) => [type, null]));

/** How one name of a list is read. */
interface Naming {
  read(text: string): string;
  isKnown(name: string): boolean;
  /** Which others there are. */
  others(name: string): string;
}

/** A list joined by commas; `null` for `*`. Only the first name that is wrong is complained of. */
function readList(
  text: string,
  naming: Naming,
  context: z.RefinementCtx,
): ReadonlySet<string> | null {
  const names = namesOf(text).map((name) => naming.read(name));
  if (names.includes("*")) return null;
  const wrong = names.find((name) => !naming.isKnown(name));
  if (wrong !== undefined) return refuseName(context, naming, wrong);
  return names.length > 0 ? new Set(names) : refuse(context, "must name one, or be *", text);
}

/** A list as {@link readList} has it, whose names may each be limited to an instrument: `name@SYMBOL`. */
function readSelection(
  text: string,
  naming: Naming,
  symbol: Naming,
  context: z.RefinementCtx,
): Selection | null {
  const selection = new Map<string, Set<string> | null>();
  for (const one of namesOf(text)) {
    if (one === "*") return null;
    const at = one.indexOf("@");
    const name = naming.read(at < 0 ? one : one.slice(0, at));
    if (!naming.isKnown(name)) return refuseName(context, naming, name);
    if (at < 0) selection.set(name, null);
    else {
      const of = symbol.read(one.slice(at + 1));
      if (!symbol.isKnown(of)) return refuseName(context, symbol, of);
      const others = selection.get(name);
      // All of them is more than one of them.
      if (others !== null) selection.set(name, (others ?? new Set()).add(of));
    }
  }
  return selection.size > 0 ? selection : refuse(context, "must name one, or be *", text);
}

function namesOf(text: string): string[] {
  return text.split(",").map((name) => name.trim()).filter((name) => name !== "");
}

function refuseName(context: z.RefinementCtx, { others }: Naming, name: string): never {
  return refuse(context, `must be of ${others(name)}`, name);
}

const once = z.string({ error: "must be said once" });

const positionParam = once.transform((text, context) =>
  parsePosition(text) ?? refuse(context, ID, text)
);

const everyParam = once.transform((text, context) => {
  const span = parseDuration(text);
  if (span === 0 || (span !== undefined && span >= EVERY.min && span <= EVERY.max)) return span;
  return refuse(context, PACE, text);
});

function refuse(context: z.RefinementCtx, message: string, was: string): never {
  context.addIssue({ code: "custom", message: `${message} (was "${was.slice(0, 40)}")` });
  return z.NEVER;
}

function parsePosition(text: string): Position | undefined {
  const match = /^([0-9a-z]{1,16}):(\d{1,15})$/.exec(text);
  return match === null ? undefined : { epoch: match[1]!, sequence: Number(match[2]) };
}
