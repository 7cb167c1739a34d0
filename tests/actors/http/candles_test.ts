import { assert, assertEquals, assertMatch } from "@std/assert";
import { candleSchema } from "../../../actors/http/api/records.ts";
import { CANDLE_HEADER } from "../../../domain/tables.ts";
import type { Candle } from "../../../domain/candle.ts";
import { MINUTE } from "../../../domain/time.ts";
import { at } from "./feed.ts";
import { inPlace, type Place } from "./place.ts";

/** Three minutes of AAPL: two closed, one forming. */
function tradeAapl({ feed }: Place): void {
  feed.say(
    feed.trade("AAPL", "13:30:10", 100, 10),
    feed.trade("AAPL", "13:30:40", 102, 30),
    feed.trade("AAPL", "13:31:05", 101, 20),
    feed.trade("AAPL", "13:32:01", 103, 5),
  );
  feed.reach("13:32:30");
}

const starts = (rows: readonly Record<string, unknown>[]) =>
  rows.map(({ start }) => String(start).slice(11, 16));

Deno.test("an interval may be asked for by any of its names", async () => {
  await inPlace(async (place) => {
    tradeAapl(place);
    const hour = await place.json("/api/v1/candles?symbol=AAPL&interval=1h");
    assertEquals(hour.data.map(({ interval }) => interval), ["1h"]);
    assertEquals(await place.json("/api/v1/candles?symbol=AAPL&interval=60m"), hour);
  }, { settings: { candles: { intervals: ["1m", "60m"] } } });
});

Deno.test("one request gives the stored candles and then the forming one", async () => {
  await inPlace(async (place) => {
    tradeAapl(place);
    const { data, next } = await place.json("/api/v1/candles?symbol=aapl");
    // By hand: vwap of the first minute is (100 * 10 + 102 * 30) / 40.
    const plain = {
      symbol: "AAPL",
      interval: "1m",
      buyVolume: 0,
      sellVolume: 0,
      basis: "trade",
      revision: 0,
      providers: ["feed"],
    };
    assertEquals(data, [{
      ...plain,
      start: "2014-05-01T13:30:00.000Z",
      end: "2014-05-01T13:31:00.000Z",
      open: 100,
      high: 102,
      low: 100,
      close: 102,
      realVolume: 40,
      tickVolume: 2,
      vwap: 101.5,
      status: "complete",
    }, {
      ...plain,
      start: "2014-05-01T13:31:00.000Z",
      end: "2014-05-01T13:32:00.000Z",
      open: 101,
      high: 101,
      low: 101,
      close: 101,
      realVolume: 20,
      tickVolume: 1,
      vwap: 101,
      status: "complete",
    }, {
      ...plain,
      start: "2014-05-01T13:32:00.000Z",
      end: "2014-05-01T13:33:00.000Z",
      open: 103,
      high: 103,
      low: 103,
      close: 103,
      realVolume: 5,
      tickVolume: 1,
      vwap: 103,
      status: "forming",
    }]);
    assertEquals(next, null);
    for (const row of data) candleSchema.parse(row);
  });
});

Deno.test("a span that ends before the forming candle leaves it out", async () => {
  await inPlace(async (place) => {
    tradeAapl(place);
    const ends = await place.json("/api/v1/candles?symbol=AAPL&to=2014-05-01T13:32:00Z");
    assertEquals(starts(ends.data), ["13:30", "13:31"]);
    const covers = await place.json("/api/v1/candles?symbol=AAPL&to=2014-05-01T13:32:00.001Z");
    assertEquals(starts(covers.data), ["13:30", "13:31", "13:32"]);
    const begins = await place.json("/api/v1/candles?symbol=AAPL&from=2014-05-01T13:33:00Z");
    assertEquals(begins.data, []);
  });
});

Deno.test("pages go back from the latest candle, and forward from `from`", async () => {
  await inPlace(async (place) => {
    tradeAapl(place);
    const path = "/api/v1/candles?symbol=AAPL&limit=2";
    const latest = await place.json(path);
    assertEquals(starts(latest.data), ["13:31", "13:32"]);
    const older = await place.json(`${path}&cursor=${latest.next}`);
    assertEquals(starts(older.data), ["13:30"]);
    assertEquals(older.next, null);

    const forward = `${path}&from=2014-05-01`;
    const first = await place.json(forward);
    assertEquals(starts(first.data), ["13:30", "13:31"]);
    const second = await place.json(`${forward}&cursor=${first.next}`);
    assertEquals(starts(second.data), ["13:32"]);
    assertEquals(second.next, null);

    const newest = await place.json("/api/v1/candles?symbol=AAPL&limit=1&order=desc");
    assertEquals(starts(newest.data), ["13:32"]);
    const before = await place.json(
      `/api/v1/candles?symbol=AAPL&limit=1&order=desc&cursor=${newest.next}`,
    );
    assertEquals(starts(before.data), ["13:31"]);
  });
});

Deno.test("a cursor of another query is refused with the name of the query that gave it", async () => {
  await inPlace(async (place) => {
    tradeAapl(place);
    const path = "/api/v1/candles?limit=1&symbol=";
    const { next } = await place.json(`${path}AAPL`);
    const told = async (query: string) => {
      const response = await place.get(`${path}${query}&cursor=${encodeURIComponent(next!)}`);
      const { code, detail } = await response.json();
      assertEquals([response.status, code], [400, "bad-cursor"], query);
      return detail as string;
    };
    for (const query of ["VOD.L", "AAPL&interval=5m", "AAPL&basis=bid", "AAPL&from=2014-05-01"]) {
      assertMatch(await told(query), /another gave it: candles AAPL 1m trade back/);
    }
    assertEquals((await place.json(`${path}aapl&order=desc&cursor=${next}`)).data.length, 1);
  });
});

Deno.test("the page that follows is in a Link header too", async () => {
  await inPlace(async (place) => {
    tradeAapl(place);
    const response = await place.get("/api/v1/candles?symbol=AAPL&limit=1&from=2014-05-01");
    const [, target] = /^<(\/api\/v1\/candles\?[^>]+)>; rel="next"$/.exec(
      response.headers.get("link")!,
    )!;
    const { next } = await response.json();
    assertEquals(new URL(target!, "http://localhost").searchParams.get("cursor"), next);
    assertEquals(starts((await place.json(target!)).data), ["13:31"]);
    const last = await place.get("/api/v1/candles?symbol=AAPL");
    await last.body?.cancel();
    assertEquals(last.headers.get("link"), null);
  });
});

Deno.test("candles come as CSV or as one JSON object a line where that is asked for", async () => {
  await inPlace(async (place) => {
    tradeAapl(place);
    const path = "/api/v1/candles?symbol=AAPL&to=2014-05-01T13:31:00Z";
    const row = "2014-05-01T13:30:00.000Z,2014-05-01T13:31:00.000Z,AAPL,1m,100,102,100,102,40,2," +
      "101.5,trade,complete,0,feed";
    for (
      const csv of [
        await place.get(path, { accept: "text/csv" }),
        await place.get(path, { accept: "application/json;q=0.5, text/csv" }),
        await place.get(`${path}&format=csv`, { accept: "application/json" }),
      ]
    ) {
      assertEquals(csv.headers.get("content-type"), "text/csv; charset=utf-8; header=present");
      assertEquals(csv.headers.get("vary"), "Accept, Accept-Encoding, Origin");
      assertEquals(await csv.text(), `${CANDLE_HEADER}\n${row}\n`);
    }
    const lines = await place.get(path, { accept: "application/x-ndjson" });
    assertEquals(lines.headers.get("content-type"), "application/x-ndjson");
    const text = await lines.text();
    assertEquals(text.split("\n").length, 2);
    assertEquals(JSON.parse(text).vwap, 101.5);
    const anything = await place.get(path, { accept: "text/html, */*;q=0.1" });
    assertEquals(anything.headers.get("content-type"), "application/json");
    await anything.body?.cancel();
    const none = await place.get(path, { accept: "image/png" });
    assertEquals(none.status, 406);
    assertEquals((await none.json()).code, "not-acceptable");
  });
});

Deno.test("an instrument that is stored but not followed can be read on its one basis", async () => {
  await inPlace(async (place) => {
    const { store } = place.tree.shared;
    const kept = (basis: Candle["basis"], start: string) => ({
      symbol: "GONE",
      interval: "1m",
      basis,
      start: at(start),
      end: at(start) + MINUTE,
      open: 1,
      high: 2,
      low: 1,
      close: 2,
      realVolume: 0,
      tickVolume: 3,
      vwap: null,
      buyVolume: 0,
      sellVolume: 0,
      status: "complete" as const,
      revision: 0,
      providers: ["feed"],
      openTime: at(start),
      closeTime: at(start),
      epoch: "000000000",
      sequence: 1,
    });
    const write = (candles: ReturnType<typeof kept>[]) =>
      store.write({ ticks: [], candles, gaps: [], events: [] });
    await write([kept("bid", "10:00:00")]);
    const { data } = await place.json("/api/v1/candles?symbol=gone");
    assertEquals(data.map(({ basis, close }) => [basis, close]), [["bid", 2]]);
    assertEquals((await place.json("/api/v1/candles?symbol=GONE&interval=5m")).data, []);

    await write([kept("mid", "10:00:00")]);
    const response = await place.get("/api/v1/candles?symbol=GONE");
    assertEquals(response.status, 400);
    const problem = await response.json();
    assertEquals(problem.code, "which-basis");
    assert(problem.detail.includes("bid, mid"));
    assertEquals((await place.json("/api/v1/candles?symbol=GONE&basis=mid")).data.length, 1);
  });
});

Deno.test("a query that cannot be used is refused with all that is wrong with it", async () => {
  await inPlace(async (place) => {
    const refused = async (query: string) => {
      const response = await place.get(`/api/v1/candles?${query}`);
      assertEquals(response.headers.get("content-type"), "application/problem+json");
      const { status, title, errors, code } = await response.json();
      assertEquals(status, response.status);
      const paths = errors?.map(({ path }: { path: string }) => path);
      return { status, title, code, paths };
    };
    const bad = { status: 400, title: "Bad Request" };
    const table: [string, string, string[]][] = [
      ["", "bad-query", ["symbol"]],
      ["symbol=", "bad-query", ["symbol"]],
      ["symbol=AAPL&symbol=VOD.L", "bad-query", ["symbol"]],
      ["symbol=AAPL&limit=0", "bad-query", ["limit"]],
      ["symbol=AAPL&limit=10001", "bad-query", ["limit"]],
      ["symbol=AAPL&limit=1.5", "bad-query", ["limit"]],
      ["symbol=AAPL&from=yesterday&order=up&limt=1", "bad-query", ["from", "order", "limt"]],
      ["symbol=AAPL&basis=last", "bad-query", ["basis"]],
      ["symbol=AAPL&from=2014-05-01&to=2014-05-01", "empty-span", ["from"]],
      ["symbol=AAPL&interval=7m", "unknown-interval", ["interval"]],
      ["symbol=AAPL&cursor=nonsense", "bad-cursor", ["cursor"]],
      ["symbol=AAPL&cursor=2014-05-01T13:31:00.000Z", "bad-cursor", ["cursor"]],
    ];
    for (const [query, code, paths] of table) {
      assertEquals(await refused(query), { ...bad, code, paths }, query);
    }
  });
});

Deno.test("a time before all that can be kept is refused as that", async () => {
  await inPlace(async (place) => {
    for (const from of ["0001-01-01", "1066-10-14T09:00:00Z"]) {
      const { detail } = await (await place.get(`/api/v1/candles?symbol=AAPL&from=${from}`)).json();
      assertEquals(
        detail,
        `The query cannot be used: from must be of the year 1700 or later (was "${from}").`,
      );
    }
    assertEquals((await place.json("/api/v1/candles?symbol=AAPL&from=1700-01-01")).data, []);
  });
});

Deno.test("an unknown symbol is answered 404 with the nearest one that is known", async () => {
  await inPlace(async (place) => {
    const response = await place.get("/api/v1/candles?symbol=AAPLL");
    assertEquals(response.status, 404);
    const { detail, code, instance } = await response.json();
    assertEquals([code, instance], ["unknown-symbol", "/api/v1/candles"]);
    assertEquals(detail, 'Nothing is known of "AAPLL"; did you mean AAPL?');
  });
});

Deno.test("an unencoded plus in a time's offset is understood", async () => {
  await inPlace(async (place) => {
    tradeAapl(place);
    // 15:31 at +02:00 is 13:31 UTC.
    const { data } = await place.json("/api/v1/candles?symbol=AAPL&to=2014-05-01T15:31:00+02:00");
    assertEquals(starts(data), ["13:30"]);
  });
});
