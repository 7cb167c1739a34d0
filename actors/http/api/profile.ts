/**
 * `GET /api/v1/profile`: volume by price, of the present session or of a span.
 *
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { profileSchema } from "./measurerecords.ts";
import { readProfile } from "./profilespan.ts";
import { checkSpan, pageParams, queryOf, spanParams, symbolParam } from "./query.ts";
import { settle } from "./settle.ts";
import { answerTable, formatOf, type Table, tableContent } from "./table.ts";
import type { HttpDeps } from "../deps.ts";
import { problems, READ } from "../openapi.ts";
import { badParameter } from "../problem.ts";
import type { Symbols } from "../symbols.ts";
import {
  PROFILE_HEADER,
  profileRows,
  type ProfileView,
  profileView,
} from "../../../domain/measuretables.ts";
import { priceAt, widened } from "../../../domain/profile/bins.ts";
import type { SessionProfile } from "../../../domain/profile/series.ts";

const TABLE: Table<ProfileView> = {
  header: PROFILE_HEADER,
  row: profileRows,
  record: (view) => view,
};

const BIN = "must be a price above 0";

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
    query: queryOf({
      symbol: symbolParam,
      ...spanParams,
      bin: z.coerce.number({ error: BIN }).positive({ error: BIN }).optional().openapi({
        description: "The width of a bin, in prices: a whole number of those that are kept.",
        example: 0.05,
      }),
      format: pageParams.format,
    }),
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
    const view = session === null ? null : profileView(inBins(session, query.bin));
    return answerTable(c, TABLE, format, view === null ? [] : [view], null);
  });
}

/** A profile in bins of another width. */
function inBins(session: SessionProfile, bin: number | undefined): SessionProfile {
  if (bin === undefined) return session;
  const { bins, tpo } = session;
  const kept = priceAt(bins.width, bins.step);
  const factor = Math.round(bin / kept);
  if (factor < 1 || Math.abs(bin / kept - factor) > 1e-6) {
    throw badParameter("bin", "bad-bin", `must be a whole number of bins of ${kept} (was ${bin})`);
  }
  const time = tpo === null ? null : { ...tpo, binSteps: bins.width * factor };
  return { ...session, bins: widened(bins, factor), tpo: time };
}
