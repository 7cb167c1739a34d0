/**
 * `GET /api/v1/snapshots`: where each instrument's market is, in one look.
 *
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Closes } from "./closes.ts";
import { queryOf } from "./query.ts";
import { lookAround, snapshotSchema, viewSnapshot } from "./snapshotview.ts";
import type { HttpDeps } from "../deps.ts";
import { problems, READ } from "../openapi.ts";
import type { Symbols } from "../symbols.ts";
import type { Listing } from "../../instruments/directory.ts";
import { StoreError } from "../../../db/store.ts";

/** The longest wait for the store, in milliseconds. */
const PATIENCE = 1_000;

const route = createRoute({
  method: "get",
  path: "/api/v1/snapshots",
  operationId: "listSnapshots",
  tags: ["data"],
  summary: "Price, change, state, flow and freshness of instruments",
  description:
    "What an overview is made of: the stream's events bring it forward. While the store " +
    "cannot be asked, what only it knows is as it was, or null.",
  security: READ,
  request: {
    query: queryOf({
      symbols: z.string({ error: "must be said once" }).default("*").openapi({
        description: "Instruments that are followed, joined by commas; `*` is all.",
        example: "AAPL,VOD.L",
      }),
    }),
  },
  responses: {
    200: {
      description: "Those asked for, by symbol.",
      content: {
        "application/json": { schema: z.object({ data: z.array(snapshotSchema), next: z.null() }) },
      },
    },
    ...problems(400, 404),
  },
});

/** Answers `GET /api/v1/snapshots`. */
export function mountSnapshots(
  app: OpenAPIHono,
  deps: HttpDeps,
  { closes, symbols }: { readonly closes: Closes; readonly symbols: Symbols },
): void {
  const { demand, directory } = deps.shared;
  app.openapi(route, async (c) => {
    const names = c.req.valid("query").symbols.split(",").map((name) => name.trim().toUpperCase())
      .filter((name) => name !== "");
    const listings = names.includes("*") ? directory.all() : [...new Set(names)].map((symbol) => {
      const listing = directory.get(symbol);
      if (listing === undefined) throw symbols.unknown(symbol);
      return listing;
    });
    for (const listing of listings) demand.ask(listing);
    await readAll(closes, listings);
    const look = lookAround(deps);
    const data = listings.map((listing) => viewSnapshot(look, listing, closes.known(listing)));
    return c.json({ data, next: null }, 200);
  });
}

/** Has all that is kept read, but waits no longer than it takes: what is heard must not depend on it. */
async function readAll(closes: Closes, listings: readonly Listing[]): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, PATIENCE);
  try {
    await Promise.race([late, Promise.all(listings.map((listing) => closes.of(listing)))]);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
  } finally {
    clearTimeout(timer);
  }
}
