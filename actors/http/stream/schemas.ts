/**
 * How the stream's events look, for the description.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { Cut } from "./client.ts";
import type { Hello } from "./opening.ts";
import { flowSchema, profileSchema, stateSchema } from "../api/measurerecords.ts";
import {
  candleSchema,
  depthToldSchema,
  gapSchema,
  quoteSchema,
  tradeSchema,
} from "../api/records.ts";
import { type Status, STATUS_KINDS } from "../../hub.ts";
import { SEVERITIES } from "../../../domain/notice.ts";
import { signalSchema } from "../api/signals.ts";

/** Where to resume from, where something may be. */
const id = z.string().optional().openapi({
  description: "`<epoch>:<sequence>`: what to resume from. Absent: as before.",
  example: "0mwotikkf:349",
});

const told = z.string().openapi({ example: "0mwotikkf:349" });

const helloSchema = z.strictObject({
  epoch: z.string().openapi({ description: "Names this run of the daemon." }),
  from: told.openapi({ description: "The id after which this connection's events start." }),
  to: told.openapi({ description: "The id of the last event before it went live." }),
  replayed: z.int().openapi({ description: "Events that follow, out of what was missed." }),
  missed: z.union([
    z.null(),
    z.literal("unknown"),
    z.strictObject({ from: told, to: told }),
  ]).openapi({
    description: "Ids, both included, of which something may be gone; null: nothing is.",
  }),
  resumed: z.boolean().openapi({ description: "Whether the id was one of this run." }),
}).openapi("Hello") satisfies z.ZodType<Hello>;

const statusSchema = z.strictObject({
  kind: z.enum(STATUS_KINDS),
  id: z.string().openapi({ description: "Whose fortune changed." }),
  status: z.string().openapi({ example: "live" }),
  reason: z.string().nullable(),
  severity: z.enum(SEVERITIES).exactOptional().openapi({
    description: "How bad it is, where the status alone does not say it.",
  }),
}).openapi("StatusChange") satisfies z.ZodType<Status>;

const cutSchema = z.strictObject({
  reason: z.literal("slow-client"),
  fromId: told.openapi({ description: "Inclusive." }),
  toId: told.openapi({ description: "Inclusive." }),
}).openapi("SlowClientGap", {
  description: "The last event of a client that did not read in time: the ids of what it was not " +
    "sent. It can resume. A gap of the market has times instead.",
}) satisfies z.ZodType<Cut>;

function eventOf<Name extends string, Data extends z.ZodType>(event: Name, data: Data) {
  const name = `${event[0]!.toUpperCase()}${event.slice(1)}Event`;
  return z.strictObject({ id, event: z.literal(event), data }).openapi(name);
}

/** An event: a line of NDJSON or, as SSE, its fields. */
export const eventSchema = z.discriminatedUnion("event", [
  eventOf("hello", helloSchema),
  eventOf("trade", tradeSchema),
  eventOf("quote", quoteSchema),
  eventOf("depth", depthToldSchema),
  eventOf("candle", candleSchema),
  eventOf("profile", profileSchema),
  eventOf("flow", flowSchema),
  eventOf("state", stateSchema),
  eventOf("signal", signalSchema),
  eventOf("gap", z.union([gapSchema, cutSchema])),
  eventOf("status", statusSchema),
  z.strictObject({ id, event: z.literal("keepalive") }).openapi("KeepaliveEvent", {
    description: "NDJSON only: as SSE it is the comment `: keepalive`, with or without an id.",
  }),
]).openapi("StreamEvent");
