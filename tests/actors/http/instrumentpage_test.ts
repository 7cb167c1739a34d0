import { assert, assertEquals, assertMatch } from "@std/assert";
import { inPlace } from "./place.ts";

Deno.test("an instrument has a page in its own unit and intervals, under its symbol in any case", async () => {
  await inPlace(async ({ get }) => {
    const response = await get("/instruments/vod.l");
    assertEquals(response.status, 200);
    const text = await response.text();
    assertMatch(text, /<title>VOD\.L · marketd<\/title>/);
    assertMatch(text, /data-zone="Europe\/London"/);
    assertMatch(text, /<small>p<\/small>/);
    const intervals = [...text.matchAll(/name="interval" value="([^"]+)"/g)].map(([, name]) =>
      name
    );
    assertEquals(intervals, ["1m", "5m", "15m", "1h", "1d"]);
  });
});

Deno.test("a page of an instrument that is not followed is not there, and the nearest is named", async () => {
  await inPlace(async ({ get }) => {
    const response = await get("/instruments/AAPK");
    assertEquals(response.status, 404);
    assertMatch((await response.json()).detail, /did you mean AAPL\?/);
    const page = await get("/instruments/<b>AAPK", { accept: "text/html,*/*" });
    assertEquals([page.status, page.headers.get("content-type")], [
      404,
      "text/html; charset=UTF-8",
    ]);
    const text = await page.text();
    assertMatch(text, /Nothing is known of &quot;&lt;B&gt;AAPK/);
    assert(!text.includes("<b>AAPK") && !text.includes("<B>AAPK"));
  });
});

Deno.test("the charting library comes out of its package, whole and with its licence, in 70 kB", async () => {
  await inPlace(async ({ get }) => {
    const page = await (await get("/instruments/AAPL")).text();
    const path = /href="(\/assets\/[0-9a-f]+\/chartlibrary\.js)"/.exec(page)![1]!;
    const plain = await (await get(path)).text();
    assertMatch(plain, /@license\s+\* TradingView Lightweight Charts/);
    // It imports nothing, for there would be nothing to import it from.
    assert(!/\bfrom\s*"[^"]+"/.test(plain.slice(0, 2_000)));
    for (const name of ["createChartEx", "CandlestickSeries", "createSeriesMarkers"]) {
      assertMatch(plain, new RegExp(`\\bas ${name}\\b`));
    }
    const zipped = await get(path, { "accept-encoding": "gzip" });
    assert((await zipped.arrayBuffer()).byteLength < 70_000);
    // Its licence asks for the maker's name, and a link, on the page.
    assertMatch(page, /<a href="https:\/\/www\.tradingview\.com\/"[^>]*>TradingView<\/a>/);
  });
});
