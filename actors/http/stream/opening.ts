/**
 * How a stream begins: `hello`, then what was missed or the latest values or stored history, up to
 * the point from which the client gets what is published.
 *
 * @module
 */
import type { Client } from "./client.ts";
import { frame, jsonOf } from "./encode.ts";
import type { Position, StreamRequest } from "./query.ts";
import { type StreamFormat, type Subscription, wants } from "./subscription.ts";
import { readAll } from "../../pages.ts";
import type { Shared } from "../../shared.ts";
import type { HubEvent } from "../../hub.ts";
import type { KeptCandle } from "../../../db/store.ts";
import { candleRecord } from "../../../domain/tables.ts";
import type { Candle } from "../../../domain/candle.ts";
import type { Micros } from "../../../domain/time.ts";

/** A span of ids, both ends included, of which something may be gone; or nobody knows which. */
export type Missed = null | "unknown" | { readonly from: string; readonly to: string };

/** The data of `hello`. */
export interface Hello {
  readonly epoch: string;
  /** The id after which this connection's events start. */
  readonly from: string;
  /** The id of the last event published before it went live. */
  readonly to: string;
  /** Events that follow from the ring and the store before the live ones. */
  readonly replayed: number;
  readonly missed: Missed;
  /** Whether the id to resume from was one of this run, so that the ring could serve it. */
  readonly resumed: boolean;
}

const PAGE = 2_000;
/** Closed candles that are refilled from the store at most; whoever was away longer asks for them. */
const MOST_REFILLED = 20_000;
/** Events written at once. */
const CHUNK = 500;
/** The shortest and the longest wait that a client is asked for before it reconnects. */
const RETRY = { min: 1_000, max: 5_000 };

/** What precedes the live events. */
interface Plan {
  readonly resume: Position | "unknown" | null;
  readonly resumed: boolean;
  readonly replay: readonly HubEvent[];
  readonly missed: Missed;
}

/**
 * Writes a stream's beginning to a client that already collects what is published after `head`.
 *
 * @throws StoreError where what was asked for cannot be read.
 */
export async function open(
  shared: Shared,
  client: Client,
  request: StreamRequest,
  head: number,
): Promise<void> {
  const { epoch } = shared.hub;
  const { subscription, since, snapshot } = request;
  const { format } = subscription;
  const plan = planOf(shared, request, head);
  const values = snapshot && !plan.resumed ? latest(shared, subscription, since !== null) : [];
  const refill = await refillOf(shared, subscription, plan, head);
  const now = `${epoch}:${head}`;
  const from = typeof plan.resume === "object" && plan.resume !== null ? idOf(plan.resume) : now;
  const hello: Hello = {
    epoch,
    from,
    to: now,
    replayed: plan.replay.length + refill.length,
    missed: plan.missed,
    resumed: plan.resumed,
  };
  const { min, max } = RETRY;
  const retry = format === "sse"
    ? `retry: ${Math.round(min + Math.random() * (max - min))}\n\n`
    : "";
  // Until stored history is through, a client that loses the connection must begin anew.
  const id = since === null || plan.resumed ? from : null;
  await client.begin(retry + frame(format, id, "hello", JSON.stringify(hello)));

  const write = async (frames: readonly string[]) => {
    for (let at = 0; at < frames.length && !client.gone; at += CHUNK) {
      await client.begin(frames.slice(at, at + CHUNK).join(""));
    }
  };
  await write(refill.map((candle) => candleFrame(subscription, candle)));
  await write(plan.replay.map((event) => eventFrame(format, `${epoch}:${event.sequence}`, event)));
  if (!plan.resumed) {
    if (since !== null) await prepend(shared, client, subscription, since, head);
    await write(values.map((event) => eventFrame(format, null, event)));
    if (format === "sse") await client.begin(`id: ${now}\n\n`);
  }
  client.goLive();
}

function planOf({ hub }: Shared, { resume, subscription }: StreamRequest, head: number): Plan {
  if (resume === null) return { resume, resumed: false, replay: [], missed: null };
  if (resume === "unknown" || resume.epoch !== hub.epoch || resume.sequence > head) {
    return { resume, resumed: false, replay: [], missed: "unknown" };
  }
  const { events, lostUntil } = hub.after(resume.sequence);
  const lost = {
    from: `${hub.epoch}:${resume.sequence + 1}`,
    to: `${hub.epoch}:${lostUntil}`,
  };
  return {
    resume,
    resumed: true,
    replay: events.filter((event) => event.sequence <= head && wants(subscription, event)),
    missed: lostUntil > 0 ? lost : null,
  };
}

/** The closed candles, among what the ring cannot give, that the store has. */
async function refillOf(
  { hub, journal, store }: Shared,
  { symbols, types, intervals }: Subscription,
  { resume, resumed, missed, replay }: Plan,
  head: number,
): Promise<KeptCandle[]> {
  if (missed === null || resume === null || resume === "unknown" || !types.has("candle")) return [];
  const first = replay.find((event) => !event.conflates)?.sequence ?? head + 1;
  const until = { epoch: hub.epoch, sequence: resumed ? first - 1 : head };
  const query = {
    symbols: symbols === null ? undefined : [...symbols],
    intervals: intervals === null ? undefined : [...intervals],
    after: resume,
    until,
    limit: PAGE,
  };
  try {
    // Only then is every candle that was told up to `head` in the store.
    await journal.flushed();
    return await readAll((cursor) => store.toldCandles({ ...query, cursor }), MOST_REFILLED);
  } catch {
    // That something is missing is said in any case; the live events must not wait for the store.
    return [];
  }
}

/** Stored candles from a time on, up to the ones that the client gets live. */
async function prepend(
  { directory, hub, intervals, journal, store }: Shared,
  client: Client,
  subscription: Subscription,
  since: Micros,
  head: number,
): Promise<void> {
  if (!subscription.types.has("candle")) return;
  await journal.flushed();
  for (const { instrument, basis } of directory.all()) {
    const { symbol } = instrument;
    if (subscription.symbols !== null && !subscription.symbols.has(symbol)) continue;
    for (const { name: interval } of intervals) {
      if (subscription.intervals !== null && !subscription.intervals.has(interval)) continue;
      let cursor: string | undefined;
      do {
        const query = { symbol, interval, basis, from: since, order: "start" } as const;
        const page = await store.candles({ ...query, limit: PAGE, cursor });
        const told = page.rows.filter((candle) =>
          candle.epoch !== hub.epoch || candle.sequence <= head
        );
        if (told.length > 0) {
          await client.begin(told.map((candle) => candleFrame(subscription, candle)).join(""));
        }
        cursor = client.gone ? undefined : page.next ?? undefined;
      } while (cursor !== undefined);
    }
  }
}

/**
 * The latest value of each subscribed thing; none of them an event to resume from. After stored
 * history the closed candles are known.
 */
function latest({ hub }: Shared, wanted: Subscription, afterHistory: boolean): HubEvent[] {
  return [...hub.latest()].filter((event) =>
    wants(wanted, event) && event.type !== "gap" && event.type !== "signal" &&
    !(afterHistory && event.type === "candle" && !event.conflates)
  );
}

function eventFrame(format: StreamFormat, id: string | null, event: HubEvent): string {
  return frame(format, id, event.type, jsonOf(event));
}

function candleFrame({ format }: Subscription, candle: Candle): string {
  return frame(format, null, "candle", JSON.stringify(candleRecord(candle)));
}

function idOf({ epoch, sequence }: Position): string {
  return `${epoch}:${sequence}`;
}
