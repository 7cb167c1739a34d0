/**
 * How a stream begins: `hello`, then what was missed or the latest values or stored history, up to
 * the point from which the client gets what is published.
 *
 * @module
 */
import type { Client } from "./client.ts";
import { frame, jsonOf, keepAlive } from "./encode.ts";
import { readHistory, readMissed } from "./past.ts";
import type { Position, StreamRequest } from "./query.ts";
import { type Subscription, wants } from "./subscription.ts";
import type { Shared } from "../../shared.ts";
import type { Hub, HubEvent } from "../../hub.ts";
import type { KeptCandle } from "../../../db/store.ts";
import type { Candle } from "../../../domain/candle.ts";
import { candleRecord } from "../../../domain/tables.ts";

/** A span of ids, both ends included, of which something may be gone; or nobody knows which. */
export type Missed = null | "unknown" | { readonly from: string; readonly to: string };

/** The data of `hello`. */
export interface Hello {
  readonly epoch: string;
  /** The id after which this connection's events start. */
  readonly from: string;
  /** The id of the last event published before it went live. */
  readonly to: string;
  /** Events that follow, out of what came after the id to resume from. */
  readonly replayed: number;
  readonly missed: Missed;
  /** Whether the id to resume from was one of this run, so that the ring could serve it. */
  readonly resumed: boolean;
}

/** Events written at once. */
const CHUNK = 500;
/** The shortest and the longest wait that a client is asked for before it reconnects. */
const RETRY = { min: 1_000, max: 5_000 };

/** What precedes the live events. */
interface Plan {
  /** Whether the ring can serve the id to resume from. */
  readonly resumed: boolean;
  readonly replay: readonly HubEvent[];
  readonly missed: Missed;
  /** What only the store can have: after one event, up to another. */
  readonly lost: { readonly after: Position; readonly until: Position } | null;
}

/**
 * Writes a stream's beginning to a client that already collects what is published after `head`.
 *
 * @param page candles read at once.
 * @throws StoreError where what was asked for cannot be read.
 */
export async function open(
  shared: Shared,
  client: Client,
  request: StreamRequest,
  head: number,
  page: number,
): Promise<void> {
  const { hub } = shared;
  const { resume, since, snapshot, subscription } = request;
  const { format } = subscription;
  const plan = planOf(hub, request, head);
  const latest = snapshot && !plan.resumed ? latestOf(hub, subscription) : [];
  const refill = await refillOf(shared, request, plan, page);

  const now = idOf({ epoch: hub.epoch, sequence: head });
  const sent = plan.resumed ? (resume as Position).sequence : head;
  const from = plan.resumed || refill !== null ? idOf(resume as Position) : now;
  const hello: Hello = {
    epoch: hub.epoch,
    from,
    to: now,
    replayed: plan.replay.length + (refill?.length ?? 0),
    missed: plan.missed,
    resumed: plan.resumed,
  };
  const { min, max } = RETRY;
  const retry = Math.round(min + Math.random() * (max - min));
  // Until stored history is through, a client that loses the connection must begin anew.
  const id = since === null || plan.resumed ? from : null;
  const greeting = frame(format, id, "hello", JSON.stringify(hello));
  const text = format === "sse" ? `retry: ${retry}\n\n${greeting}` : greeting;
  await client.begin(text, sent);

  const told = (candle: KeptCandle) =>
    frame(format, null, "candle", JSON.stringify(candleRecord(candle)));
  for (const candles of chunks(refill ?? [])) await client.begin(candles.map(told).join(""));
  for (const events of chunks(plan.replay)) {
    const text = events.map((event) =>
      frame(format, `${hub.epoch}:${event.sequence}`, event.type, jsonOf(event))
    );
    await client.begin(text.join(""), events.at(-1)!.sequence);
  }
  if (since !== null && !plan.resumed) {
    for await (const candles of readHistory(shared, subscription, since, head, page)) {
      if (candles.length > 0) await client.begin(candles.map(told).join(""));
      if (client.gone) return;
    }
  }
  const known = new Set(refill?.map(keyOf));
  const values = latest.filter((event) =>
    !isClosed(event) || (since === null && !known.has(keyOf(event.payload as Candle)))
  );
  for (const events of chunks(values)) {
    const text = events.map((event) => frame(format, null, event.type, jsonOf(event)));
    await client.begin(text.join(""));
  }
  if (id !== now) await client.begin(keepAlive(format, now), head);
  client.goLive();
}

function planOf(hub: Hub, { resume, subscription }: StreamRequest, head: number): Plan {
  const fresh = { resumed: false, replay: [], lost: null };
  if (resume === null) return { ...fresh, missed: null };
  if (resume === "unknown") return { ...fresh, missed: "unknown" };
  const { epoch } = hub;
  if (resume.epoch !== epoch || resume.sequence > head) {
    const lost = resume.epoch < epoch ? { after: resume, until: { epoch, sequence: head } } : null;
    return { ...fresh, missed: "unknown", lost };
  }
  const { events, lostUntil } = hub.after(resume.sequence);
  const replay = events.filter((event) => wants(subscription, event));
  if (lostUntil === 0) return { resumed: true, replay, missed: null, lost: null };
  const until = { epoch, sequence: lostUntil };
  const from = { epoch, sequence: resume.sequence + 1 };
  const missed = { from: idOf(from), to: idOf(until) };
  return { resumed: true, replay, missed, lost: { after: resume, until } };
}

/** The closed candles, among what the ring cannot give, that the store has; `null`: it has none. */
async function refillOf(
  shared: Shared,
  { subscription, since }: StreamRequest,
  { lost, resumed }: Plan,
  page: number,
): Promise<KeptCandle[] | null> {
  if (lost === null || !subscription.types.has("candle")) return null;
  const found = await readMissed(shared, subscription, lost, page);
  if (found === null || since === null || resumed) return found;
  // The rest is in the stored history that follows.
  return found.filter(({ start }) => start < since);
}

/** The latest value of each subscribed thing; none of them an event to resume from. */
function latestOf(hub: Hub, wanted: Subscription): HubEvent[] {
  return [...hub.latest()].filter((event) =>
    wants(wanted, event) && event.type !== "gap" && event.type !== "signal"
  );
}

function isClosed({ type, conflates }: HubEvent): boolean {
  return type === "candle" && !conflates;
}

function keyOf({ symbol, interval, basis, start, revision }: Candle): string {
  return `${symbol} ${interval} ${basis} ${start} ${revision}`;
}

function idOf({ epoch, sequence }: Position): string {
  return `${epoch}:${sequence}`;
}

function* chunks<T>(values: readonly T[]): Iterable<T[]> {
  for (let at = 0; at < values.length; at += CHUNK) yield values.slice(at, at + CHUNK);
}
