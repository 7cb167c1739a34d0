/**
 * What was measured of an instrument when each minute closed: what strategies are shown beside a
 * candle. Only what is closed counts, in its version of that moment: so it does not depend on when
 * somebody looks.
 *
 * @module
 */
import type { Surroundings } from "./run.ts";
import type { Candle } from "../candle.ts";
import type { OrderFlow } from "../flow/bar.ts";
import { BASE_INTERVAL } from "../interval.ts";
import { highestPrice, lowestPrice } from "../profile/bins.ts";
import {
  metricsOf,
  type ProfileMetrics,
  type SessionBrief,
  type SessionProfile,
} from "../profile/series.ts";
import { valueArea } from "../profile/valuearea.ts";
import { type Flow, FLOW_SPAN, stateInputs } from "../state.ts";
import type { Micros } from "../time.ts";

/** A session as it stood when a minute of it closed, and the regular one before it. */
interface Closed {
  readonly session: SessionProfile;
  readonly previous: ProfileMetrics | null;
}

/** Flow of late, when a minute closed. */
interface FlowAt {
  readonly end: Micros;
  readonly flow: Flow | null;
}

/** One instrument's. */
export class Closings {
  /** Ascending by the end of the minute; of each minute the first. */
  #sessions: Closed[] = [];
  #flows: FlowAt[] = [];
  /** Of every interval, by the candle that they are of. */
  readonly #bars = new Map<string, OrderFlow>();
  /** The last minutes of flow, by start. */
  readonly #minutes = new Map<Micros, OrderFlow>();
  #latest: SessionProfile | null = null;
  #previous: ProfileMetrics | null = null;

  /** Takes up the regular session before the present one, as it was kept. */
  begin(previous: ProfileMetrics | null): void {
    this.#previous ??= previous;
  }

  /** Takes note of a session as it stands after a minute of it was closed or revised. */
  noteSession(session: SessionProfile): void {
    const before = this.#latest;
    if (before !== null && before.start < session.start && before.regular) {
      this.#previous = metricsOf(before) ?? this.#previous;
    }
    if (before === null || session.start >= before.start) this.#latest = session;
    const last = this.#sessions.at(-1)?.session.closedUntil ?? -Infinity;
    if (session.closedUntil <= last) return;
    this.#sessions.push({ session, previous: this.#previous });
  }

  /** Takes note of a closed or revised bar of flow. */
  noteFlow(flow: OrderFlow): void {
    const key = keyOf(flow);
    if (!this.#bars.has(key)) this.#bars.set(key, flow);
    if (flow.interval !== BASE_INTERVAL.name) return;
    this.#minutes.set(flow.start, flow);
    for (const start of this.#minutes.keys()) {
      if (start > flow.start - FLOW_SPAN) break;
      this.#minutes.delete(start);
    }
    if (flow.end > (this.#flows.at(-1)?.end ?? -Infinity)) {
      this.#flows.push({ end: flow.end, flow: this.#sum(flow.end) });
    }
  }

  /** What was measured when a candle closed. */
  at(candle: Candle): Surroundings {
    const { start, end, interval } = candle;
    const found = this.#sessions.findLast(({ session }) => session.closedUntil <= end);
    // One that was over before the candle says nothing of it.
    const closed = found !== undefined && found.session.end > start ? found : undefined;
    const flow = this.#flows.findLast((one) => one.end <= end && one.end > end - FLOW_SPAN);
    const bar = this.#bars.get(keyOf({ interval, start })) ?? null;
    return around(closed, flow?.flow ?? null, bar);
  }

  /** Forgets what only candles that end before an instant are shown. */
  prune(before: Micros): void {
    this.#sessions = since(this.#sessions, before, ({ session }) => session.closedUntil);
    this.#flows = since(this.#flows, before, ({ end }) => end);
    for (const [key, { end }] of this.#bars) if (end < before) this.#bars.delete(key);
  }

  #sum(end: Micros): Flow | null {
    const sum = { buyVolume: 0, sellVolume: 0 };
    for (const flow of this.#minutes.values()) {
      if (flow.end <= end - FLOW_SPAN) continue;
      sum.buyVolume += flow.buyVolume;
      sum.sellVolume += flow.sellVolume;
    }
    return sum.buyVolume + sum.sellVolume > 0 ? sum : null;
  }
}

/** Measured only where a strategy asks for it. */
function around(
  closed: Closed | undefined,
  flow: Flow | null,
  bar: OrderFlow | null,
): Surroundings {
  return {
    get profile() {
      return closed === undefined ? null : metricsOf(closed.session);
    },
    previousProfile: closed?.previous ?? null,
    flow: bar,
    get market() {
      return closed === undefined
        ? null
        : stateInputs(briefOf(closed.session), closed.previous, flow);
    },
  };
}

function briefOf({ bins, close, initial, range, start, symbol }: SessionProfile): SessionBrief {
  const area = valueArea(bins.values);
  const value = area === null
    ? null
    : { val: lowestPrice(bins, area.val), vah: highestPrice(bins, area.vah) };
  return { symbol, start, close, range, initial, value };
}

function keyOf({ interval, start }: Pick<OrderFlow, "interval" | "start">): string {
  return `${interval} ${start}`;
}

/** Those from an instant on, and the last one before it. */
function since<Item>(items: Item[], before: Micros, endOf: (item: Item) => Micros): Item[] {
  const first = items.findIndex((item) => endOf(item) >= before);
  return items.slice(first < 0 ? -1 : Math.max(first - 1, 0));
}
