/**
 * Events as bytes. An event's JSON is made once, whoever listens, and a chunk once for all who want
 * the same.
 *
 * @module
 */
import type { HubEvent } from "../../hub.ts";
import type { StreamFormat } from "./subscription.ts";
import { measureBook } from "../../../domain/book.ts";
import type { Candle } from "../../../domain/candle.ts";
import type { Gap } from "../../../domain/gap.ts";
import type { OrderFlow } from "../../../domain/flow/bar.ts";
import { flowRecord, profileView, stateRecord } from "../../../domain/measuretables.ts";
import type { SessionProfile } from "../../../domain/profile/series.ts";
import type { Signal } from "../../../domain/signal.ts";
import { signalRecord } from "../../../domain/signaltables.ts";
import type { StateAt } from "../../../domain/state.ts";
import { candleRecord, gapRecord, tickRecord } from "../../../domain/tables.ts";
import type { Depth, Tick } from "../../../domain/tick.ts";

const encoder = new TextEncoder();

/** An event's data as JSON. */
export function jsonOf(event: HubEvent): string {
  return event.json ??= JSON.stringify(recordOf(event));
}

function recordOf(event: HubEvent): unknown {
  switch (event.type) {
    case "trade":
    case "quote":
      return tickRecord(event.payload as Tick);
    case "depth":
      return { ...tickRecord(event.payload as Depth), ...measureBook(event.payload as Depth) };
    case "candle":
      return candleRecord(event.payload as Candle);
    case "gap":
      return gapRecord(event.payload as Gap);
    case "profile":
      return profileView(event.payload as SessionProfile);
    case "flow":
      return flowRecord(event.payload as OrderFlow);
    case "state":
      return stateRecord(event.payload as StateAt);
    case "signal":
      return signalRecord(event.payload as Signal);
    default:
      return event.payload;
  }
}

/** One event as text; `id` is `null` where the client must not resume from it. */
export function frame(format: StreamFormat, id: string | null, type: string, json: string): string {
  if (format === "ndjson") {
    const head = id === null ? "" : `"id":"${id}",`;
    return `{${head}"event":"${type}","data":${json}}\n`;
  }
  const head = id === null ? "" : `id: ${id}\n`;
  return `${head}event: ${type}\ndata: ${json}\n\n`;
}

/** Events of one epoch as a chunk, each with its id. */
export function chunkOf(
  format: StreamFormat,
  epoch: string,
  events: readonly HubEvent[],
): Uint8Array {
  let text = "";
  for (const event of events) {
    text += frame(format, `${epoch}:${event.sequence}`, event.type, jsonOf(event));
  }
  return encoder.encode(text);
}

/** Text as a chunk. */
export function bytes(text: string): Uint8Array {
  return encoder.encode(text);
}

/**
 * What says that the connection is alive where nothing else does.
 *
 * @param id where to resume from; a client takes it over without an event. `null`: as before.
 */
export function keepAlive(format: StreamFormat, id: string | null): string {
  if (format === "ndjson") return `{${id === null ? "" : `"id":"${id}",`}"event":"keepalive"}\n`;
  return `: keepalive\n${id === null ? "" : `id: ${id}\n`}\n`;
}
