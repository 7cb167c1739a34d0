import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type CandleSources, readCandles } from "../../../actors/http/api/candlepage.ts";
import { Hub, type HubEvent } from "../../../actors/hub.ts";
import { Vitals } from "../../../actors/vitals.ts";
import { openStore } from "../../../db/open.ts";
import type { Store } from "../../../db/store.ts";
import type { Candle, CandleStatus } from "../../../domain/candle.ts";
import { MINUTE } from "../../../domain/time.ts";
import { at } from "./feed.ts";

const KEY = { symbol: "AAPL", interval: "1m", basis: "trade" } as const;

/** The candle of the n-th minute. */
function candle(minute: number, status: CandleStatus = "complete"): Candle {
  const start = at("00:00:00") + minute * MINUTE;
  return {
    ...KEY,
    start,
    end: start + MINUTE,
    open: 1,
    high: 1,
    low: 1,
    close: 1,
    realVolume: 1,
    tickVolume: 1,
    vwap: 1,
    buyVolume: 0,
    sellVolume: 0,
    status,
    revision: 0,
    providers: ["feed"],
    openTime: start,
    closeTime: start,
  };
}

function told(payload: Candle): HubEvent {
  return {
    type: "candle",
    symbol: payload.symbol,
    interval: payload.interval,
    subject: `${payload.symbol} ${payload.interval} ${payload.basis}`,
    conflates: payload.status === "forming",
    payload,
    sequence: 0,
    json: null,
  };
}

const emptyHub = () => new Hub("000000001", 16, new Vitals(() => 0, 1));
const flushed = { flushed: () => Promise.resolve() };

async function inStore(work: (store: Store) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "marketd-seam-" });
  const store = await openStore(`sqlite:${folder}/test.db`, { mode: "write" });
  try {
    await work(store);
  } finally {
    await store.close();
    await Deno.remove(folder, { recursive: true });
  }
}

function keep(store: Store, minutes: readonly number[]) {
  const candles = minutes.map((minute) => ({ ...candle(minute), epoch: "1", sequence: minute }));
  return store.write({ ticks: [], candles, gaps: [], events: [] });
}

const minutesOf = (candles: readonly Candle[]) =>
  candles.map(({ start }) => (start - at("00:00:00")) / MINUTE);

Deno.test("all pages together hold each candle of the span once, the forming one at its end", async () => {
  const stored = [0, 1, 2, 5, 6, 9];
  const bound = fc.option(fc.integer({ min: -1, max: 13 }), { nil: undefined });
  await inStore(async (store) => {
    await keep(store, stored);
    await fc.assert(
      fc.asyncProperty(
        fc.option(fc.constantFrom(9, 10, 12), { nil: undefined }),
        fc.integer({ min: 1, max: 8 }),
        fc.constantFrom("asc" as const, "desc" as const),
        bound,
        bound,
        async (forming, limit, order, first, last) => {
          const hub = emptyHub();
          if (forming !== undefined) hub.publish([told(candle(forming, "forming"))]);
          const sources: CandleSources = { store, hub, journal: flushed };
          const bounds = {
            from: first === undefined ? undefined : at("00:00:00") + first * MINUTE,
            to: last === undefined ? undefined : at("00:00:00") + last * MINUTE,
          };
          const pages: number[][] = [];
          let cursor: string | undefined;
          do {
            const page = await readCandles(sources, { ...KEY, ...bounds, limit, order, cursor });
            assert(page.candles.length <= limit);
            pages.push(minutesOf(page.candles));
            cursor = page.next ?? undefined;
          } while (cursor !== undefined);

          const all = [...new Set([...stored, ...(forming === undefined ? [] : [forming])])];
          const expected = all.filter((minute) =>
            minute >= (first ?? -Infinity) && minute < (last ?? Infinity)
          );
          const forward = order === "asc" && first !== undefined;
          for (const page of pages) {
            const sorted = page.toSorted((a, b) => order === "asc" ? a - b : b - a);
            assertEquals(page, sorted);
          }
          const inTime = order === "asc" && !forward
            ? pages.toReversed().flat()
            : forward
            ? pages.flat()
            : pages.flat().toReversed();
          assertEquals(inTime, expected);
        },
      ),
      { numRuns: 200 },
    );
  });
});

Deno.test("a candle that closes while it is asked for is given once, closed", async () => {
  for (const from of [undefined, at("00:00:00")]) {
    await inStore(async (store) => {
      await keep(store, [0, 1]);
      const hub = emptyHub();
      hub.publish([told(candle(2, "forming"))]);
      const journal = {
        flushed: async () => {
          await keep(store, [2]);
          hub.publish([told(candle(2)), told(candle(3, "forming"))]);
        },
      };
      const request = { ...KEY, from, limit: 10, order: "asc" } as const;
      const { candles } = await readCandles({ store, hub, journal }, request);
      assertEquals(minutesOf(candles), [0, 1, 2]);
      assertEquals(candles.at(-1)!.status, "complete");
    });
  }
});

Deno.test("while closed candles cannot be stored, no forming one hides that they are missing", async () => {
  await inStore(async (store) => {
    await keep(store, [0, 1]);
    const hub = emptyHub();
    hub.publish([told(candle(5, "forming"))]);
    const journal = { flushed: () => Promise.reject(new Error("the disk is full")) };
    const { candles } = await readCandles({ store, hub, journal }, {
      ...KEY,
      limit: 10,
      order: "asc",
    });
    assertEquals(minutesOf(candles), [0, 1]);
  });
});

Deno.test("candles are answered in the end where nobody empties the outbox", async () => {
  await inStore(async (store) => {
    await keep(store, [0]);
    const journal = { flushed: () => new Promise<void>(() => {}) };
    const { candles } = await readCandles({ store, hub: emptyHub(), journal }, {
      ...KEY,
      limit: 10,
      order: "asc",
    });
    assertEquals(minutesOf(candles), [0]);
  });
});
