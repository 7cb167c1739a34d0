import { DAY } from "../../../domain/time.ts";
import { assertEquals } from "@std/assert";
import { gapSchema, tickSchema } from "../../../actors/http/api/records.ts";
import { RECORDING_HEADER } from "../../../domain/recording.ts";
import { GAP_HEADER } from "../../../domain/tables.ts";
import type { Gap } from "../../../domain/gap.ts";
import { at } from "./feed.ts";
import { inPlace, type Place } from "./place.ts";

/** Two trades (the second refused: no price is below zero) and a quote. */
function sayThree({ feed }: Place): void {
  feed.say(
    feed.trade("AAPL", "13:30:01", 100, 10),
    feed.trade("AAPL", "13:30:02", -1, 10),
    feed.quote("AAPL", "13:30:03", 99, 101),
  );
  feed.reach("13:30:04");
}

const seconds = (rows: readonly Record<string, unknown>[]) =>
  rows.map(({ time }) => String(time).slice(17, 19));

Deno.test("ticks are given as they were said, refused ones with their flag", async () => {
  await inPlace(async (place) => {
    sayThree(place);
    const { data } = await place.json("/api/v1/ticks?symbol=AAPL");
    assertEquals(data.map(({ kind, flags, price }) => [kind, flags, price]), [
      ["trade", [], 100],
      ["trade", ["not-positive"], -1],
      ["quote", [], undefined],
    ]);
    for (const row of data) tickSchema.parse(row);
  });
});

Deno.test("ticks can be had of some kinds alone, and without the refused ones", async () => {
  await inPlace(async (place) => {
    sayThree(place);
    const of = async (query: string) =>
      seconds((await place.json(`/api/v1/ticks?symbol=AAPL&${query}`)).data);
    assertEquals(await of("refused=false"), ["01", "03"]);
    assertEquals(await of("kinds=trade"), ["01", "02"]);
    assertEquals(await of("kinds=quote,depth"), ["03"]);
    assertEquals(await of("kinds=trade&refused=false"), ["01"]);
  });
});

Deno.test("pages of ticks go back from the latest, and forward from `from`", async () => {
  await inPlace(async (place) => {
    sayThree(place);
    const walk = async (query: string) => {
      const pages: string[][] = [];
      let cursor = "";
      do {
        const { data, next } = await place.json(
          `/api/v1/ticks?symbol=AAPL&limit=2&${query}${cursor}`,
        );
        pages.push(seconds(data));
        cursor = next === null ? "" : `&cursor=${next}`;
      } while (cursor !== "");
      return pages;
    };
    assertEquals(await walk(""), [["02", "03"], ["01"]]);
    assertEquals(await walk("order=desc"), [["03", "02"], ["01"]]);
    assertEquals(await walk("from=2014-05-01"), [["01", "02"], ["03"]]);
    assertEquals(await walk("to=2014-05-01T13:30:02.5Z"), [["01", "02"]]);
  });
});

Deno.test("ticks as CSV are a recording", async () => {
  await inPlace(async (place) => {
    sayThree(place);
    const response = await place.get("/api/v1/ticks?symbol=AAPL&kinds=quote&format=csv");
    const time = "2014-05-01T13:30:03.000Z";
    const row = `${time},${time},AAPL,quote,3,feed,,,,,99,1,101,1,,,,,,`;
    assertEquals(await response.text(), `${RECORDING_HEADER}\n${row}\n`);
  });
});

Deno.test("a query of ticks that cannot be used is refused", async () => {
  await inPlace(async (place) => {
    const code = async (query: string) => {
      const response = await place.get(`/api/v1/ticks?${query}`);
      return [response.status, (await response.json()).code];
    };
    assertEquals(await code("symbol=AAPL&kinds=trades"), [400, "bad-query"]);
    assertEquals(await code("symbol=AAPL&refused=maybe"), [400, "bad-query"]);
    assertEquals(await code("symbol=AAPL&cursor=bm9uc2Vuc2U"), [400, "bad-cursor"]);
    assertEquals(await code("symbol=NVDA"), [404, "unknown-symbol"]);
  });
});

/** Gaps of an earlier month are out of the way of those that the tree tells by itself. */
const MONTH = 30 * DAY;

Deno.test("gaps are given by symbol and span, the oldest first", async () => {
  await inPlace(async (place) => {
    const gap = (symbol: string, from: string, to: string): Gap => ({
      symbol,
      provider: "feed",
      from: at(from) - MONTH,
      to: at(to) - MONTH,
      reason: "disconnect",
      status: "open",
      detectedAt: at(to) - MONTH,
    });
    await place.tree.shared.store.write({
      ticks: [],
      candles: [],
      events: [],
      gaps: [gap("AAPL", "10:00:00", "10:05:00"), gap("VOD.L", "09:00:00", "09:01:00")],
    });
    const { data, next } = await place.json("/api/v1/gaps?to=2014-04-01T12:00:00Z");
    assertEquals(data, [{
      symbol: "VOD.L",
      provider: "feed",
      from: "2014-04-01T09:00:00.000Z",
      to: "2014-04-01T09:01:00.000Z",
      reason: "disconnect",
      status: "open",
      detectedAt: "2014-04-01T09:01:00.000Z",
    }, {
      symbol: "AAPL",
      provider: "feed",
      from: "2014-04-01T10:00:00.000Z",
      to: "2014-04-01T10:05:00.000Z",
      reason: "disconnect",
      status: "open",
      detectedAt: "2014-04-01T10:05:00.000Z",
    }]);
    assertEquals(next, null);
    for (const row of data) gapSchema.parse(row);

    const until = "to=2014-04-01T12:00:00Z";
    const one = await place.json(`/api/v1/gaps?symbol=aapl&${until}`);
    assertEquals(one.data.map(({ symbol }) => symbol), ["AAPL"]);
    const page = await place.json(`/api/v1/gaps?limit=1&${until}`);
    assertEquals(page.data.map(({ symbol }) => symbol), ["VOD.L"]);
    const rest = await place.json(`/api/v1/gaps?limit=1&${until}&cursor=${page.next}`);
    assertEquals(rest.data.map(({ symbol }) => symbol), ["AAPL"]);
    const csv = await place.get(`/api/v1/gaps?symbol=AAPL&${until}`, { accept: "text/csv" });
    assertEquals((await csv.text()).split("\n")[0], GAP_HEADER);
  });
});
