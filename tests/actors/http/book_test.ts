import { assertEquals } from "@std/assert";
import { bookSchema } from "../../../actors/http/api/records.ts";
import { BOOK_HEADER } from "../../../domain/tables.ts";
import { at } from "./feed.ts";
import { inPlace, type Place } from "./place.ts";

/** Two books, eleven seconds apart: the first is kept as a snapshot by then. */
function sayTwo({ feed }: Place): void {
  feed.say(feed.depth("VOD.L", "13:30:01", [[72.1, 500], [72, 900]], [[72.2, 300]]));
  feed.reach("13:30:02");
  feed.reach("13:30:12");
  feed.say(feed.depth("VOD.L", "13:30:13", [[72, 100]], [[72.3, 300], [72.4, 10]]));
  feed.reach("13:30:14");
}

const seconds = (rows: readonly Record<string, unknown>[]) =>
  rows.map(({ time }) => String(time).slice(17, 19));

Deno.test("the book is given as it stands, with what is measured of it", async () => {
  await inPlace(async (place) => {
    sayTwo(place);
    const { data, next } = await place.json("/api/v1/book?symbol=vod.l");
    // (100 - 310) / 410, and half way between 72 and 72.3.
    assertEquals(data.map((row) => bookSchema.parse(row)), [{
      symbol: "VOD.L",
      provider: "feed",
      time: "2014-05-01T13:30:13.000Z",
      bids: [{ price: 72, size: 100 }],
      asks: [{ price: 72.3, size: 300 }, { price: 72.4, size: 10 }],
      mid: 72.15,
      spread: 0.3,
      imbalance: -210 / 410,
    }]);
    assertEquals(next, null);
  });
});

Deno.test("the books before it are there too, by pages and by span", async () => {
  await inPlace(async (place) => {
    sayTwo(place);
    const of = async (query: string) =>
      (await place.json(`/api/v1/book?symbol=VOD.L&${query}`)).data;
    assertEquals(seconds(await of("limit=9")), ["01", "13"]);
    assertEquals(seconds(await of("limit=9&order=desc")), ["13", "01"]);
    assertEquals(seconds(await of("limit=9&from=2014-05-01T13:30:00Z&to=2014-05-01T13:30:10Z")), [
      "01",
    ]);
    assertEquals(await of("from=2014-05-01T14:00:00Z"), []);
  });
});

Deno.test("books can be had as CSV", async () => {
  await inPlace(async (place) => {
    place.feed.say(place.feed.depth("VOD.L", "13:30:01", [[72.1, 500], [72, 900]], []));
    place.feed.reach("13:30:02");
    const response = await place.get("/api/v1/book?symbol=VOD.L", { accept: "text/csv" });
    assertEquals(
      await response.text(),
      [
        BOOK_HEADER,
        "2014-05-01T13:30:01.000Z,VOD.L,feed,72.1@500|72@900,,,,1",
        "",
      ].join("\n"),
    );
    assertEquals(at("13:30:01") % 1_000_000, 0);
  });
});

Deno.test("an instrument without a book has none; an unknown one is not found", async () => {
  await inPlace(async (place) => {
    assertEquals((await place.json("/api/v1/book?symbol=AAPL")).data, []);
    assertEquals((await place.get("/api/v1/book?symbol=NOPE")).status, 404);
  });
});
