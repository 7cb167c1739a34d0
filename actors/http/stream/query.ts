/**
 * What may be asked of the stream.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { StreamFormat, Subscription } from "./subscription.ts";
import { EVENT_TYPES, type EventType } from "../../hub.ts";
import {
  type Micros,
  MILLISECOND,
  parseDuration,
  parseTime,
  SECOND,
} from "../../../domain/time.ts";

/** The slowest pace that makes sense. */
const MAX_EVERY = 60 * SECOND;

/** The stream's query. */
export const streamQuery = z.object({
  symbols: z.string().default("*").openapi({
    description: "Instruments, joined by commas; `*` is all.",
    example: "AAPL,VOD.L",
  }),
  types: z.string().default("*").openapi({
    description: `Event types, joined by commas: ${EVENT_TYPES.join(", ")}; \`*\` is all.`,
    example: "trade,candle",
  }),
  intervals: z.string().default("*").openapi({
    description: "Candle intervals, joined by commas; `*` is all.",
    example: "1m,1h",
  }),
  lastEventId: z.string().optional().openapi({
    description: "The last event received, where the `Last-Event-ID` header cannot be sent.",
  }),
  since: z.string().optional().openapi({
    description: "Prepends the stored candles from this time on, without a hole or a duplicate.",
    example: "2014-05-01T00:00:00Z",
  }),
  every: z.string().optional().openapi({
    description: "The pace: what may be conflated is, and the stream is written this often.",
    example: "250ms",
  }),
  snapshot: z.enum(["true", "false"]).default("true").openapi({
    description: "Whether a fresh client first gets the latest value of each subscribed thing.",
  }),
});

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

/** One thing that is wrong with a query. */
export interface QueryProblem {
  readonly path: string;
  readonly message: string;
}

/** What the daemon knows, for checking a query. */
export interface Known {
  readonly intervals: readonly string[];
  /** Says what is wrong with a symbol; `null` where it is followed. */
  readonly symbolProblem: (symbol: string) => string | null;
}

/**
 * Reads a query.
 *
 * @param header the `Last-Event-ID` header, which wins over the parameter.
 * @returns the request, or everything that is wrong with it.
 */
export function readQuery(
  query: z.infer<typeof streamQuery>,
  header: string | undefined,
  format: StreamFormat,
  known: Known,
): StreamRequest | QueryProblem[] {
  const problems: QueryProblem[] = [];
  const complain = (path: string, message: string) => void problems.push({ path, message });
  const list = (path: "symbols" | "types" | "intervals", check: (one: string) => string | null) => {
    const names = query[path].split(",").map((name) => name.trim()).filter((name) => name !== "");
    if (names.includes("*")) return null;
    if (names.length === 0) complain(path, "must name at least one, or be *");
    for (const name of names) {
      const problem = check(name);
      if (problem !== null) complain(path, problem);
    }
    return new Set(names);
  };
  const oneOf = (values: readonly string[]) => (name: string) =>
    values.includes(name) ? null : `must be of ${values.join(", ")} (was "${name}")`;
  const symbols = list("symbols", (name) => known.symbolProblem(name.toUpperCase()));
  const types = list("types", oneOf(EVENT_TYPES));
  const intervals = list("intervals", oneOf(known.intervals));

  const every = query.every === undefined ? 0 : parseDuration(query.every);
  if (every === undefined || every > MAX_EVERY || (every > 0 && every < 10 * MILLISECOND)) {
    complain("every", `must be a span from 10ms to 60s, such as 250ms (was "${query.every}")`);
  }
  const since = query.since === undefined ? null : parseTime(query.since);
  if (since === undefined) {
    complain("since", `must be a time such as 2014-05-01T09:30:00Z (was "${query.since}")`);
  }
  const asked = query.lastEventId === undefined ? null : parsePosition(query.lastEventId);
  if (asked === undefined) {
    complain(
      "lastEventId",
      `must be an event's id, <epoch>:<sequence> (was "${query.lastEventId}")`,
    );
  }
  if (problems.length > 0) return problems;
  return {
    subscription: {
      symbols: symbols === null ? null : new Set([...symbols].map((name) => name.toUpperCase())),
      types: (types ?? new Set(EVENT_TYPES)) as ReadonlySet<EventType>,
      intervals,
      every: every!,
      format,
    },
    // A browser sends back what it has by itself: whatever that is, refusing it would end its retries.
    resume: header === undefined ? asked! : parsePosition(header) ?? "unknown",
    since: since!,
    snapshot: query.snapshot === "true",
  };
}

/** Reads an event's id; `undefined` where the text is none. */
export function parsePosition(text: string): Position | undefined {
  const match = /^([0-9a-z]{1,16}):(\d{1,15})$/.exec(text);
  return match === null ? undefined : { epoch: match[1]!, sequence: Number(match[2]) };
}
