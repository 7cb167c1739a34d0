/**
 * `GET /api/v1/profile`: volume by price, of the present session or of a span.
 *
 * @module
 */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { profileSchema } from "./measurerecords.ts";
import { readProfile } from "./profilespan.ts";
import { checkSpan, pageParams, queryOf, spanParams, symbolParam } from "./query.ts";
import { settle } from "./settle.ts";
import { answerTable, formatOf, type Table, tableContent } from "./table.ts";
import type { HttpDeps } from "../deps.ts";
import { problems, READ } from "../openapi.ts";
import type { Symbols } from "../symbols.ts";
import {
  PROFILE_HEADER,
  profileRows,
  type ProfileView,
  profileView,
} from "../../../domain/measuretables.ts";
import type { SessionProfile } from "../../../domain/profile/series.ts";

const TABLE: Table<ProfileView> = {
  header: PROFILE_HEADER,
  row: profileRows,
  record: (view) => view,
};

const route = createRoute({
  method: "get",
  path: "/api/v1/profile",
  operationId: "getProfile",
  tags: ["data"],
  summary: "The volume profile of an instrument",
  description:
    "Of the present session, up to its last tick; of the last one where none is known. With a span, " +
    "of all its closed minutes. Outside sessions there are profiles of the stretches between them. As " +
    "CSV it has a row for each bin.",
  security: READ,
  request: {
    query: queryOf({ symbol: symbolParam, ...spanParams, format: pageParams.format }),
  },
  responses: {
    200: {
      description: "One profile; none where nothing is known yet.",
      content: tableContent(profileSchema),
    },
    ...problems(400, 404, 406, 503),
  },
});

/** Answers `GET /api/v1/profile`. */
export function mountProfile(app: OpenAPIHono, { shared }: HttpDeps, symbols: Symbols): void {
  app.openapi(route, async (c) => {
    const query = c.req.valid("query");
    const format = formatOf(c, query.format);
    checkSpan(query);
    const { symbol, listing } = await symbols.need(query.symbol);
    const { from, to } = query;
    const isSpan = from !== undefined || to !== undefined;
    const told = shared.hub.latestOf("profile", symbol)?.payload as SessionProfile | undefined;
    let session = isSpan ? null : told ?? null;
    if (session === null) {
      await settle(shared.journal);
      const preferred = listing === undefined || listing.basis === "trade" ? "volume" : "ticks";
      session = await readProfile(
        shared.store,
        { symbol, preferred, from, to },
        shared.clock.now(),
      );
    }
    const view = session === null ? null : profileView(session);
    return answerTable(c, TABLE, format, view === null ? [] : [view], null);
  });
}
