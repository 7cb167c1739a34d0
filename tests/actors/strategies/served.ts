/**
 * marketd over HTTP, with a feed that a test speaks for.
 *
 * @module
 */
import { assert } from "@std/assert";
import { DrivenClock } from "../../../actors/clock.ts";
import { startTree, type Tree, type TreeOptions } from "../../../actors/root.ts";
import { openStore } from "../../../db/open.ts";
import { formatTime, MINUTE, SECOND } from "../../../domain/time.ts";
import { until } from "../fixture.ts";
import { at, Feed } from "../http/feed.ts";
import { settingsOf, TOKEN } from "../http/place.ts";

/** A life of the daemon. */
export class Served {
  /** Minutes of the market that have passed since the opening. */
  minutes = 0;
  #cents = 0;

  constructor(readonly tree: Tree, readonly url: string, readonly feed: Feed) {}

  /** Trades each ten seconds for some minutes, up and down in waves of so many. */
  flow(minutes: number, wave = 6): void {
    for (let more = 0; more < minutes; more++) {
      const start = at("13:30:00") + this.minutes * MINUTE;
      for (let ten = 0; ten < 6; ten++) {
        const isUp = Math.floor(this.minutes / wave) % 2 === 0;
        this.#cents += isUp ? 3 : -3;
        const time = formatTime(start + ten * 10 * SECOND).slice(11, -1);
        for (const symbol of ["AAPL", "MSFT"]) {
          this.feed.say(this.feed.trade(symbol, time, 100 + this.#cents / 100, 10));
        }
      }
      this.minutes++;
      this.feed.reach(formatTime(start + MINUTE + 3 * SECOND).slice(11, -1));
    }
  }

  async get<T>(path: string): Promise<T> {
    const response = await fetch(this.url + path);
    const text = await response.text();
    assert(response.ok, `${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  }

  /** Changes something, with the token; gives the status and the answer. */
  async change(
    method: string,
    path: string,
    body?: unknown,
    token = TOKEN,
    // deno-lint-ignore no-explicit-any
  ): Promise<[number, any]> {
    const response = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return [response.status, text === "" ? null : JSON.parse(text)];
  }

  /** Waits until a strategy has looked at the last whole minute of an instrument. */
  async looked(id: string, symbol: string): Promise<void> {
    const due = at("13:30:00") + this.minutes * MINUTE;
    await until(() => {
      const { fortunes } = this.tree.shared.setups;
      return (fortunes.get(`${id} ${symbol}`)?.until ?? 0) >= due;
    });
  }
}

/** What of a life is to be another than usual. */
export interface Life {
  readonly epoch?: string;
  /** Minutes of the market that have passed. */
  readonly minutes?: number;
  /** What the configuration says of strategies. */
  readonly said?: Record<string, unknown>;
  readonly strategies?: TreeOptions["strategies"];
}

/** Lets a test work with one life of the daemon after another, over one store. */
export async function inLives(
  work: (live: (life: Life, part: (served: Served) => Promise<void>) => Promise<void>) => Promise<
    void
  >,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "marketd-strategies-" });
  try {
    await work(async ({ epoch = "000000001", minutes = 0, said = {}, strategies }, part) => {
      const settings = settingsOf(folder, {
        server: { port: 0 },
        instruments: ["AAPL", "MSFT"],
        candles: { intervals: ["1m", "5m"] },
        strategies: said,
      });
      const store = await openStore(settings.store.url, { mode: "write" });
      const feed = new Feed();
      const { promise, resolve } = Promise.withResolvers<string>();
      const tree = startTree({
        settings,
        store,
        clock: new DrivenClock(at("13:30:00") + minutes * MINUTE),
        providers: new Map([[feed.id, feed]]),
        epoch,
        http: { token: TOKEN, version: "1.2.3", listening: resolve },
        ...(strategies === undefined ? {} : { strategies }),
      });
      try {
        await tree.up;
        await until(() => tree.shared.directory.all().every(({ state }) => state === "live"));
        const served = new Served(tree, await promise, feed);
        served.minutes = minutes;
        await part(served);
      } finally {
        tree.drain();
        await tree.done;
        await store.close();
      }
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
