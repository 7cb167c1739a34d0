/**
 * Query parameters that several resources share.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { hintFor } from "../../settings/problems.ts";
import { badParameter } from "../problem.ts";
import { BASE_INTERVAL, type Interval, intervalName } from "../../../domain/interval.ts";
import { type Micros, parseTime } from "../../../domain/time.ts";

/** Rows on a page unless said. */
const DEFAULT_LIMIT = 500;
/** The most rows on a page. */
const MAX_LIMIT = 10_000;

/** Microseconds since 1970 are whole numbers, exactly, from 1684 on. */
const FIRST_YEAR = 1_700;

const TIME = "must be an RFC 3339 time, such as 2014-05-01T09:30:00Z";
const LIMIT = `must be a whole number from 1 to ${MAX_LIMIT}`;

/** A query of exactly these parameters. */
export function queryOf<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== "unrecognized_keys") return undefined;
      const hint = hintFor(issue.keys[0]!, Object.keys(shape));
      return `is no parameter here; ${hint ?? "there are none"}`;
    },
  });
}

/** A query without parameters. */
export const noQuery = queryOf({});

/** The instrument that is meant. */
export const symbolParam = z.string({
  error: ({ input }) => Array.isArray(input) ? "must be said once" : "must name an instrument",
}).min(1, { message: "must name an instrument" }).max(64, { message: "is too long for a symbol" })
  .openapi({ description: "An instrument's symbol, in any case.", example: "AAPL" });

/** The length of bars. */
export const intervalParam = z.string().transform(intervalName).default(BASE_INTERVAL.name).openapi(
  {
    type: "string",
    description: "One of the configured ones.",
    example: "5m",
  },
);

/**
 * Refuses an interval that is not built.
 *
 * @throws ProblemError 400
 */
export function checkInterval(interval: string, intervals: readonly Interval[]): void {
  const names = intervals.map(({ name }) => name);
  if (names.includes(interval)) return;
  throw badParameter(
    "interval",
    "unknown-interval",
    `must be one of those configured: ${names.join(", ")} (was "${interval.slice(0, 40)}")`,
  );
}

/** A time of a query, read. */
export const timeParam = z.string({ error: TIME }).transform((text, context): Micros => {
  const year = /^(\d{4})-/.exec(text)?.[1];
  if (Number(year) < FIRST_YEAR) {
    const message = `must be of the year ${FIRST_YEAR} or later (was "${text.slice(0, 40)}")`;
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  }
  // In a URL, a plus that is not encoded stands for a space.
  const time = parseTime(text.replace(/(T.*) (\d\d:\d\d)$/i, "$1+$2"));
  if (time !== undefined) return time;
  context.addIssue({ code: "custom", message: `${TIME} (was "${text.slice(0, 40)}")` });
  return z.NEVER;
});

/** The span that is asked about. */
export const spanParams = {
  from: timeParam.optional().openapi({
    type: "string",
    format: "date-time",
    description: "Inclusive. Without it, the latest rows are given.",
    example: "2014-05-01T00:00:00Z",
  }),
  to: timeParam.optional().openapi({
    type: "string",
    format: "date-time",
    description: "Exclusive.",
  }),
};

/** Which page, and how it is written. */
export const pageParams = {
  limit: z.coerce.number({ error: LIMIT }).int({ error: LIMIT }).min(1, { error: LIMIT })
    .max(MAX_LIMIT, { error: LIMIT }).default(DEFAULT_LIMIT)
    .openapi({ description: "Rows on a page." }),
  cursor: z.string().max(1_000).optional().openapi({
    description: "`next` of an earlier page; everything else as it was then.",
  }),
  format: z.enum(["json", "csv", "ndjson"], { error: "must be json, csv or ndjson" }).optional()
    .openapi({ description: "Instead of the Accept header." }),
};

/** In which order of time the rows come. */
export const orderParam = z.enum(["asc", "desc"], { error: "must be asc or desc" }).default("asc")
  .openapi({
    description:
      "`asc`: the oldest row of a page first. Pages themselves go forward from `from`; " +
      "without `from`, or with `desc`, they go back in time.",
  });

/**
 * Refuses a span that holds nothing.
 *
 * @throws ProblemError 400
 */
export function checkSpan({ from, to }: { from?: Micros | undefined; to?: Micros | undefined }) {
  if (from !== undefined && to !== undefined && from >= to) {
    throw badParameter("from", "empty-span", "must be before to");
  }
}
