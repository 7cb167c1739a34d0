/**
 * A consumer of the stream, which comes back after each break with the last id it heard.
 *
 * @module
 */
import { SseParser } from "../sse.ts";
import { pause } from "../daemon/daemon.ts";

/** A candle as the stream tells it. */
export interface ToldCandle {
  readonly symbol: string;
  readonly interval: string;
  readonly basis: string;
  readonly start: string;
  readonly end: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly status: string;
  readonly revision: number;
}

const QUERY = "types=trade,quote,candle,gap,status&intervals=1m,2m&snapshot=false";
const AGAIN = 500;

/** The consumer. */
export class Consumer {
  /** Closed candles as they were told last, by {@link candleKey}. */
  readonly candles = new Map<string, ToldCandle>();
  /** Ticks that were told more than once. */
  readonly doubled: string[] = [];
  ticks = 0;
  connects = 0;
  readonly #told = new Set<string>();
  #lastId = "";
  #isOver = false;
  #abort = new AbortController();
  #hearing: Promise<void>;

  /** @param url where the daemon is at present; `null` while there is none. */
  constructor(url: () => string | null) {
    this.#hearing = this.#hear(url);
  }

  /** Goes away. */
  async close(): Promise<void> {
    this.#isOver = true;
    this.#abort.abort();
    await this.#hearing;
  }

  async #hear(url: () => string | null): Promise<void> {
    while (!this.#isOver) {
      const at = url();
      if (at !== null) await this.#listen(at).catch(() => {});
      await pause(AGAIN);
    }
  }

  async #listen(url: string): Promise<void> {
    const { signal } = this.#abort;
    const headers: HeadersInit = this.#lastId === "" ? {} : { "Last-Event-ID": this.#lastId };
    const response = await fetch(`${url}/api/v1/stream?${QUERY}`, { headers, signal });
    if (!response.ok) {
      await response.body?.cancel();
      return;
    }
    this.connects++;
    const parser = new SseParser();
    for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
      for (const { event, data, lastEventId } of parser.push(text)) {
        if (lastEventId !== "") this.#lastId = lastEventId;
        this.#take(event, JSON.parse(data));
      }
    }
  }

  #take(event: string, data: { readonly [field: string]: unknown }): void {
    if (event === "candle") {
      const candle = data as unknown as ToldCandle;
      if (candle.status !== "forming") this.candles.set(candleKey(candle), candle);
    } else if (event === "trade" || event === "quote") {
      this.ticks++;
      const key = `${event} ${data["symbol"]} ${data["provider"]} ${data["time"]} ${data["id"]}`;
      if (this.#told.has(key)) this.doubled.push(key);
      this.#told.add(key);
    }
  }
}

/** A candle's key. */
export function candleKey(
  { basis, interval, start, symbol }: Pick<ToldCandle, "basis" | "interval" | "start" | "symbol">,
): string {
  return `${symbol} ${interval} ${basis} ${Date.parse(start)}`;
}
