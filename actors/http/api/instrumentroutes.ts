/**
 * What may be asked of the instruments.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import { listingSchema } from "./instrumentview.ts";
import { noQuery, pageParams, queryOf, symbolParam } from "./query.ts";
import { tableContent } from "./table.ts";
import { instrumentSchema } from "../../settings/schema.ts";
import { problems, READ, specOf, WRITE } from "../openapi.ts";

const PATH = "/api/v1/instruments";
const tags = ["control"];
const one = { "application/json": { schema: listingSchema } };
const params = z.object({ symbol: symbolParam });

const specSchema = specOf(instrumentSchema, "InstrumentSpec");

/** `GET /api/v1/instruments` */
export const list = createRoute({
  method: "get",
  path: PATH,
  operationId: "listInstruments",
  tags,
  summary: "The instruments that are followed",
  security: READ,
  request: {
    query: queryOf({ symbol: symbolParam.optional(), format: pageParams.format }),
  },
  responses: {
    200: {
      description: "All of them, or the one asked for.",
      content: tableContent(listingSchema),
    },
    ...problems(400, 404, 406),
  },
});

/** `GET /api/v1/instruments/{symbol}` */
export const read = createRoute({
  method: "get",
  path: `${PATH}/{symbol}`,
  operationId: "getInstrument",
  tags,
  summary: "An instrument that is followed",
  security: READ,
  request: { params, query: noQuery },
  responses: { 200: { description: "It.", content: one }, ...problems(400, 404) },
});

/** `POST /api/v1/instruments` */
export const add = createRoute({
  method: "post",
  path: PATH,
  operationId: "addInstrument",
  tags,
  summary: "Follow an instrument",
  description: "Is kept, and laid over the configuration at every later start.",
  security: WRITE,
  request: {
    query: noQuery,
    body: { required: true, content: { "application/json": { schema: specSchema } } },
  },
  responses: {
    201: {
      description: "It is followed from here on.",
      headers: z.object({ location: z.string() }),
      content: one,
    },
    ...problems(400, 403, 408, 409, 413, 415, 422, 503),
  },
});

const left = { description: "It is not followed any more; what was kept of it stays." };

/** `DELETE /api/v1/instruments/{symbol}` */
export const remove = createRoute({
  method: "delete",
  path: `${PATH}/{symbol}`,
  operationId: "removeInstrument",
  tags,
  summary: "Follow an instrument no more",
  description: "The removal is kept, and outlives a restart, whatever the configuration says.",
  security: WRITE,
  request: { params, query: noQuery },
  responses: { 204: left, ...problems(400, 403, 404, 408, 413, 503) },
});

/** `DELETE /api/v1/instruments?symbol=` */
export const removeAsked = createRoute({
  method: "delete",
  path: PATH,
  operationId: "removeInstrumentAsked",
  tags,
  summary: "Follow an instrument no more",
  description: "As with the symbol in the path.",
  security: WRITE,
  request: { query: queryOf({ symbol: symbolParam }) },
  responses: { 204: left, ...problems(400, 403, 404, 408, 413, 503) },
});
