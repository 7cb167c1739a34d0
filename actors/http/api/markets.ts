/**
 * `GET /api/v1/markets`: which markets are open, by the calendar, and until when.
 *
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { noQuery } from "./query.ts";
import { time } from "./records.ts";
import type { HttpDeps } from "../deps.ts";
import { problems, READ } from "../openapi.ts";
import { holidayOn, horizonOf, type Session } from "../../../domain/calendar.ts";
import { MARKET_IDS, type MarketId, MARKETS } from "../../../domain/market.ts";
import { phaseAt, PHASES } from "../../../domain/phase.ts";
import { formatTime, type Micros, MILLISECOND } from "../../../domain/time.ts";

const phase = z.enum(PHASES).openapi({
  description: "`open`: the regular hours; `extended`: before or after them, auctions included.",
});

/** A market, as it is described. */
export const marketSchema = z.strictObject({
  id: z.enum(MARKET_IDS),
  name: z.string().openapi({ example: "London Stock Exchange" }),
  zone: z.string().openapi({ description: "Its IANA zone.", example: "Europe/London" }),
  phase,
  session: z.strictObject({
    date: z.string().openapi({ description: "In its own zone.", example: "2026-03-02" }),
    half: z.boolean().openapi({ description: "Whether it ends early." }),
    start: time,
    end: time.openapi({ description: "Exclusive." }),
    certain: z.boolean().openapi({
      description: "False past the horizon: by the weekly hours alone, and maybe a holiday.",
    }),
  }).nullable().openapi({ description: "The session that it is in; null while it is closed." }),
  next: z.strictObject({ time, phase }).openapi({ description: "When that changes, and to what." }),
  holiday: z.string().nullable().openapi({
    description: "The holiday that it keeps today, whole or half.",
  }),
  horizon: z.strictObject({ first: z.string(), last: z.string() }).openapi({
    description: "The dates for which its holidays are known, both inclusive.",
  }),
  instruments: z.int().openapi({ description: "Those that are followed." }),
}).openapi("Market");

/** A market. */
export type MarketView = z.infer<typeof marketSchema>;

const route = createRoute({
  method: "get",
  path: "/api/v1/markets",
  operationId: "listMarkets",
  tags: ["data"],
  summary: "Which markets are open, and until when",
  description: "By their calendars. A feed may speak outside these hours, or be silent within.",
  security: READ,
  request: { query: noQuery },
  responses: {
    200: {
      description: "All markets that marketd knows.",
      content: {
        "application/json": { schema: z.object({ data: z.array(marketSchema), next: z.null() }) },
      },
    },
    ...problems(400),
  },
});

/** Answers `GET /api/v1/markets`. */
export function mountMarkets(app: OpenAPIHono, deps: HttpDeps): void {
  app.openapi(route, (c) => {
    const data = MARKET_IDS.map((market) => viewMarket(deps, market));
    return c.json({ data, next: null }, 200);
  });
}

/** A market as it is now. */
export function viewMarket({ shared }: Pick<HttpDeps, "shared">, id: MarketId): MarketView {
  const now = shared.clock.now();
  const { name, zone } = MARKETS[id];
  const { phase, session, next } = phaseAt(id, now);
  return {
    id,
    name,
    zone,
    phase,
    session: session === null ? null : viewSession(session),
    next: { time: formatTime(next.time), phase: next.phase },
    holiday: holidayOn(id, dateIn(zone, now))?.name ?? null,
    horizon: horizonOf(id),
    instruments: shared.directory.all().filter(({ instrument }) => instrument.market === id).length,
  };
}

function viewSession({ date, half, start, end, certain }: Session) {
  return { date, half, start: formatTime(start), end: formatTime(end), certain };
}

function dateIn(zone: string, time: Micros): string {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(time / MILLISECOND))
    .toZonedDateTimeISO(zone).toPlainDate().toString();
}
