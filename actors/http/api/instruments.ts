/**
 * `GET|POST|DELETE /api/v1/instruments`: what is followed, and changing it.
 *
 * @module
 */
import { type OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { change } from "./change.ts";
import * as routes from "./instrumentroutes.ts";
import { INSTRUMENT_TABLE, viewInstrument } from "./instrumentview.ts";
import { answerTable, formatOf } from "./table.ts";
import { refusedNow } from "./telemetryview.ts";
import type { Listing } from "../../instruments/directory.ts";
import type { HttpDeps } from "../deps.ts";
import type { Symbols } from "../symbols.ts";

/** Answers what is asked of the instruments. */
export function mountInstruments(app: OpenAPIHono, deps: HttpDeps, symbols: Symbols): void {
  const { directory } = deps.shared;
  const followed = (text: string): Listing => {
    const listing = directory.get(text.toUpperCase());
    if (listing === undefined) throw symbols.unknown(text.toUpperCase());
    return listing;
  };
  const remove = async (c: Context, text: string) => {
    const { symbol } = followed(text).instrument;
    await change<void>(deps, (reply) => ({ type: "settings.remove", symbol, reply }));
    return c.body(null, 204);
  };

  app.openapi(routes.list, (c) => {
    const { symbol, format } = c.req.valid("query");
    const listings = symbol === undefined ? directory.all() : [followed(symbol)];
    const refused = refusedNow(deps);
    const rows = listings.map((listing) => viewInstrument(deps, listing, refused));
    return answerTable(c, INSTRUMENT_TABLE, formatOf(c, format), rows, null);
  });
  app.openapi(
    routes.read,
    (c) => c.json(viewInstrument(deps, followed(c.req.valid("param").symbol)), 200),
  );
  app.openapi(routes.add, async (c) => {
    const spec = c.req.valid("json");
    const listing = await change<Listing>(deps, (reply) => ({ type: "settings.add", spec, reply }));
    const { symbol } = listing.instrument;
    const location = `/api/v1/instruments/${encodeURIComponent(symbol)}`;
    return c.json(viewInstrument(deps, listing), 201, { location });
  });
  app.openapi(routes.remove, (c) => remove(c, c.req.valid("param").symbol));
  app.openapi(routes.removeAsked, (c) => remove(c, c.req.valid("query").symbol));
}
