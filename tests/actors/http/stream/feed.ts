/**
 * A source of random events that remembers all it published.
 *
 * @module
 */
import fc from "fast-check";
import { candle, closed, dataOf, forming, quote, trade } from "./events.ts";
import { type World } from "./world.ts";
import type { SseEvent } from "../../../sse.ts";
import type { HubEvent } from "../../../../actors/hub.ts";
import type { Candle } from "../../../../domain/candle.ts";
import { formatTime } from "../../../../domain/time.ts";

/** What happens next, and to whom. */
export interface Step {
  readonly what: "trade" | "quote" | "form" | "close" | "revise" | "gap" | "wait";
  readonly symbol: string;
  readonly interval: string;
}

/** Any step. */
export const steps = fc.record<Step>({
  what: fc.constantFrom(
    "trade",
    "trade",
    "quote",
    "form",
    "form",
    "close",
    "revise",
    "gap",
    "wait",
  ),
  symbol: fc.constantFrom("AAPL", "VOD.L"),
  interval: fc.constantFrom("1m", "1m", "5m"),
});

/** The random events of one world. */
export class Feed {
  readonly published: HubEvent[] = [];
  /** Candles closed, and revisions of the last one, by symbol and interval. */
  readonly #closed = new Map<string, { count: number; revision: number }>();
  #number = 0;

  constructor(readonly world: World) {}

  async play(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if (step.what === "wait") await new Promise((resolve) => setTimeout(resolve, 3));
      else this.#publish(this.#make(step));
    }
  }

  /** Publishes a trade that marks the end of something; returns what tells it. */
  mark(): (event: SseEvent) => boolean {
    const id = String(++this.#number);
    this.#publish(trade(this.#number));
    return (event) => event.event === "trade" && dataOf(event).id === id;
  }

  #publish(event: HubEvent): void {
    this.world.publish(event);
    this.published.push(event);
  }

  #make({ what, symbol, interval }: Step): HubEvent {
    const number = ++this.#number;
    const key = `${symbol} ${interval}`;
    const last = this.#closed.get(key) ?? { count: 0, revision: 0 };
    const minute = (index: number) => index * parseInt(interval);
    if (what === "quote") return quote(number, symbol);
    if (what === "form") return forming(minute(last.count), number, { symbol, interval });
    if (what === "close") {
      this.#closed.set(key, { count: last.count + 1, revision: 0 });
      return closed(minute(last.count), { symbol, interval });
    }
    if (what === "revise" && last.count > 0) {
      const revision = last.revision + 1;
      this.#closed.set(key, { ...last, revision });
      return closed(minute(last.count - 1), { symbol, interval, revision });
    }
    if (what === "gap") {
      const { start, end } = candle(0);
      const gap = { symbol, provider: "demo", from: start, to: end, detectedAt: start };
      return {
        ...trade(number, symbol),
        type: "gap",
        subject: `${symbol} demo`,
        payload: { ...gap, reason: "disconnect", status: "open" },
      };
    }
    return trade(number, symbol);
  }
}

/** The closed candles among events, each with its latest revision's event, by first telling. */
export function candlesOf(events: readonly HubEvent[]): Map<string, HubEvent> {
  const latest = new Map<string, HubEvent>();
  for (const event of events) {
    if (event.type !== "candle" || event.conflates) continue;
    const { symbol, interval, start } = event.payload as Candle;
    latest.set(`${symbol} ${interval} ${formatTime(start)}`, event);
  }
  return latest;
}

/** The latest of what may be conflated, where no closed candle has come after it. */
export function lastWords(events: readonly HubEvent[]): HubEvent[] {
  const words = new Map<string, HubEvent>();
  for (const event of events) {
    if (event.type !== "quote" && event.type !== "candle") continue;
    const key = `${event.type} ${event.subject}`;
    const held = words.get(key);
    const isRevision = held !== undefined && event.type === "candle" &&
      (event.payload as Candle).start < (held.payload as Candle).start;
    if (!isRevision) words.set(key, event);
  }
  return [...words.values()].filter(({ conflates }) => conflates);
}
