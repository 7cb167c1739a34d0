import { assertEquals, assertThrows } from "@std/assert";
import { NAMES, refuse } from "./catalog.ts";
import { decode, FrameMaker, PROVIDER } from "./frames.ts";
import type { Row } from "./harness.ts";
import { alternate } from "./harness.ts";
import { median, percentile } from "./statistics.ts";
import { formatTable } from "./table.ts";

Deno.test("the median is the middle value, or the mean of the two middle ones", () => {
  assertEquals(median([30, 10, 20]), 20);
  assertEquals(median([40, 10, 30, 20]), 25);
  assertThrows(() => median([]), RangeError);
});

Deno.test("a percentile is of the nearest rank", () => {
  // The five values of the usual example (en.wikipedia.org/wiki/Percentile#The_nearest-rank_method).
  const values = [50, 15, 40, 20, 35];
  assertEquals([0.05, 0.3, 0.4, 0.5, 1].map((share) => percentile(values, share)), [
    15,
    20,
    20,
    35,
    50,
  ]);
  assertThrows(() => percentile([], 0.5), RangeError);
});

Deno.test("two contestants take turns at going first, and the ratio is of the same round", async () => {
  const order: string[] = [];
  const times = { ours: [9, 2, 12, 3], limit: [9, 1, 4, 6] };
  const contest = await alternate(
    3,
    () => {},
    () => {
      order.push("ours");
      return Promise.resolve(times.ours.shift()!);
    },
    () => {
      order.push("limit");
      return Promise.resolve(times.limit.shift()!);
    },
    () => order.push("ready"),
  );
  assertEquals(
    order.join(" "),
    "ready ours limit ready limit ours ready ours limit ready limit ours",
  );
  // The first round warms up; then 2/1, 12/4 and 3/6.
  assertEquals(contest, { ours: [2, 12, 3], limit: [1, 4, 6], ratio: 2 });
});

Deno.test("a measurement that is unknown is refused with the list of those that are not", () => {
  assertEquals(refuse([]), null);
  assertEquals(refuse(NAMES), null);
  const refusal = refuse(["pipeline", "fan", "x"]);
  assertEquals(refusal?.startsWith('Cannot measure "fan", "x": choose from pipeline, '), true);
});

Deno.test("frames are the same in every run, and hold as many ticks as were asked for", () => {
  const options = {
    symbols: ["AAPL", "MSFT"],
    perFrame: 100,
    start: 1_772_461_800_000_000,
    step: 10,
  };
  const frames = new FrameMaker(options).make(250);
  assertEquals(frames, new FrameMaker(options).make(250));
  const ticks = frames.flatMap(({ text, at }) => decode(text, at));
  assertEquals(ticks.length, 250);
  assertEquals(ticks.map(({ time }) => time - options.start), ticks.map((_, n) => 10 * (n + 1)));
  assertEquals(new Set(ticks.map(({ id }) => id)).size, 250);
  assertEquals(frames.at(-1)?.at, ticks.at(-1)?.time);
});

Deno.test("a frame of the venue is decoded to ticks", () => {
  const text = JSON.stringify([
    {
      T: "t",
      S: "AAPL",
      i: 52_983_525_029_461,
      x: "V",
      p: 182.31,
      s: 100,
      t: "2026-03-02T14:30:00.123456Z",
      c: ["@", "I"],
      z: "C",
    },
    {
      T: "q",
      S: "AAPL",
      bx: "U",
      bp: 182.3,
      bs: 1,
      ax: "Q",
      ap: 182.32,
      as: 4,
      t: "2026-03-02T14:30:00.123457Z",
      c: ["R"],
      z: "C",
    },
  ]);
  const receivedAt = Date.UTC(2026, 2, 2, 14, 30, 1) * 1_000;
  // 14:30:00.123456 is 0.876544 s before it was received.
  const head = { symbol: "AAPL", receivedAt, provider: PROVIDER, flags: 0 };
  const [trade, quote] = decode(text, receivedAt);
  assertEquals(trade, {
    ...head,
    kind: "trade",
    time: receivedAt - 876_544,
    id: "52983525029461",
    price: 182.31,
    size: 100,
    side: null,
    conditions: "@ I",
  });
  assertEquals({ ...quote, id: "" }, {
    ...head,
    kind: "quote",
    time: receivedAt - 876_543,
    id: "",
    bid: 182.3,
    bidSize: 1,
    ask: 182.32,
    askSize: 4,
  });
});

Deno.test("the table says what was met, what was not, and what could not be measured", () => {
  const row: Row = {
    what: "start",
    goal: "< 1 s",
    ours: "2 s",
    limit: "1 s",
    ratio: 2,
    met: false,
    notes: ["slow"],
    figures: {},
  };
  const text = formatTable([row, { ...row, what: "size", ratio: null, met: null, notes: [] }]);
  assertEquals(text.split("\n"), [
    "| what  | goal  | ours | physical limit | ratio  | met?         |",
    "| ----- | ----- | ---- | -------------- | ------ | ------------ |",
    "| start | < 1 s | 2 s  | 1 s            | 2.00 x | NO           |",
    "| size  | < 1 s | 2 s  | 1 s            | -      | not measured |",
    "",
    "- start: slow",
  ]);
});
