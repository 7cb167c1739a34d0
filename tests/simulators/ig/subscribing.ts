/**
 * What the simulated venue makes of a subscription request.
 *
 * @module
 */
import type { Fields } from "./feed.ts";
import type { Item, Subscription } from "./pushsession.ts";
import type { Params, Values } from "./tlcp.ts";

/** A refusal of a request. */
export interface Rejection {
  readonly code: number;
  readonly message: string;
}

/** Streamed items that one connection may have. */
export const ITEM_LIMIT = 40;

/** What a request is judged by. */
export interface Judging {
  /** The session's account. */
  readonly user: string;
  /** Items it has already. */
  readonly itemCount: number;
  /** Whether the venue streams an epic's prices. */
  readonly streams: (epic: string) => boolean;
  /** Whether it streams its candles and ticks. */
  readonly charts: (epic: string) => boolean;
  /** Whether the items that were switched off are accepted without ever speaking. */
  readonly silentLegacy: boolean;
}

const PRICE = /^PRICE:([^:]+):([^:]+)$/;
const CHART = /^CHART:([^:]+):(TICK|1MINUTE)$/;
const LEGACY = /^(MARKET|L1):/;

/** Reads a subscription, or tells why it is refused: codes as in TLCP. */
export function judge(params: Params, judging: Judging): Subscription | Rejection {
  const names = (params.get("LS_group") ?? "").split(" ").filter((name) => name !== "");
  const fields = (params.get("LS_schema") ?? "").split(" ").filter((name) => name !== "");
  const id = Number(params.get("LS_subId"));
  if (!Number.isInteger(id) || id < 1) return { code: 65, message: "LS_subId" };
  if (names.length === 0) return { code: 21, message: "Invalid group" };
  if (fields.length === 0) return { code: 23, message: "Invalid schema" };
  if (judging.silentLegacy && names.every((name) => LEGACY.test(name))) {
    return { id, fields, items: [] };
  }
  const items: Item[] = [];
  for (const name of names) {
    const item = itemOf(name, params, judging);
    if ("code" in item) return item;
    items.push(item);
  }
  if (judging.itemCount + items.length > ITEM_LIMIT) {
    return { code: -40, message: `More than ${ITEM_LIMIT} concurrent subscriptions` };
  }
  return { id, fields, items };
}

function itemOf(name: string, params: Params, judging: Judging): Item | Rejection {
  const adapter = params.get("LS_data_adapter") ?? "DEFAULT";
  const mode = params.get("LS_mode");
  const price = PRICE.exec(name);
  const [, epic = "", scale = ""] = CHART.exec(name) ?? [];
  if (price !== null) {
    if (adapter !== "Pricing") return { code: 17, message: "Data Adapter not found" };
    if (mode !== "MERGE") return { code: 24, message: "Mode not allowed" };
    if (price[1] !== judging.user || !judging.streams(price[2]!)) return invalid();
    return { name, kind: "price", epic: price[2]!, last: null };
  }
  if (adapter !== "DEFAULT") return { code: 17, message: "Data Adapter not found" };
  if (epic === "" || !judging.charts(epic)) return invalid();
  const kind = scale === "TICK" ? "tick" : "minute";
  if (mode !== (kind === "tick" ? "DISTINCT" : "MERGE")) {
    return { code: 24, message: "Mode not allowed" };
  }
  return { name, kind, epic, last: null };
}

function invalid(): Rejection {
  return { code: 21, message: "Invalid group" };
}

/** An item's values by its schema; names that the venue does not know are null. */
export function valuesOf(fields: readonly string[], now: Fields): Values {
  return fields.map((field) => now[field] ?? null);
}
