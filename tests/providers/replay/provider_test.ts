import { assert, assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { TICK_KINDS } from "../../../domain/tick.ts";
import { formatTime, parseTime, SECOND } from "../../../domain/time.ts";
import { replay } from "../../../providers/replay/provider.ts";
import { open, providerContract } from "../contract.ts";
import { quiet, RecordingSink } from "../sink.ts";
import { instrument, minutes, PLAIN, play, START, withFiles } from "./recordings.ts";
import { testContext } from "../context.ts";

providerContract(replay, {
  waits: true,
  unknown: instrument("ZZZZ"),
  make: async () => {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/day.csv`;
    await Deno.writeTextFile(path, minutes(5_000));
    const options = replay.options.parse({ files: [path] });
    const inspection = await replay.inspect!(options);
    return {
      provider: replay.create({ ...options, inspection }, testContext(() => 0)),
      instruments: [instrument("AAPL"), instrument("MSFT")],
      dispose: () => Deno.remove(folder, { recursive: true }),
    };
  },
});

const GOLDEN = `time,receivedAt,symbol,kind,id,provider,price,size,side,conditions,bid,bidSize,ask,\
askSize,bids,asks,flags,to,reason
2024-03-05T15:00:00.100Z,2024-03-05T15:00:00.200Z,AAPL,trade,t1,alpaca,170.5,100,buy,"@,I",,,,,,,,,
2024-03-05T15:00:00.300Z,2024-03-05T15:00:00.400Z,AAPL,quote,,alpaca,,,,,170.4,,170.6,3,,,locked,,
2024-03-05T15:00:01.000Z,2024-03-05T15:00:01.001Z,AAPL,depth,d1,ig,,,,,,,,,170.4@1|170.3@2,170.6@4,,,
2024-03-05T15:00:00.000Z,2024-03-05T15:00:03.500Z,AAPL,gap,,alpaca,,,,,,,,,,,,2024-03-05T15:00:03Z,shed
`;

Deno.test("a recording is said tick by tick, with its gaps and its seconds between them", async () => {
  await withFiles({ "golden.csv.gz": GOLDEN }, async (paths) => {
    const { said } = await play(paths);
    assertEquals(said, [
      { what: "time", at: START },
      {
        what: "ticks",
        ticks: [{
          kind: "trade",
          symbol: "AAPL",
          time: START + 100_000,
          receivedAt: START + 200_000,
          provider: "alpaca",
          id: "t1",
          flags: 0,
          price: 170.5,
          size: 100,
          side: "buy",
          conditions: "@,I",
        }, {
          kind: "quote",
          symbol: "AAPL",
          time: START + 300_000,
          receivedAt: START + 400_000,
          provider: "alpaca",
          id: "golden.csv.gz#3",
          flags: 64,
          bid: 170.4,
          bidSize: null,
          ask: 170.6,
          askSize: 3,
        }],
      },
      { what: "time", at: START + SECOND },
      {
        what: "ticks",
        ticks: [{
          kind: "depth",
          symbol: "AAPL",
          time: START + SECOND,
          receivedAt: START + SECOND + 1_000,
          provider: "ig",
          id: "d1",
          flags: 0,
          bids: [{ price: 170.4, size: 1 }, { price: 170.3, size: 2 }],
          asks: [{ price: 170.6, size: 4 }],
        }],
      },
      { what: "time", at: START + 3 * SECOND },
      {
        what: "gap",
        gap: {
          symbol: "AAPL",
          provider: "alpaca",
          from: START,
          to: START + 3 * SECOND,
          reason: "shed",
          status: "open",
          detectedAt: START + 3_500_000,
        },
      },
      { what: "time", at: START + 3_500_000 },
      { what: "ended" },
    ]);
  });
});

Deno.test("a gap is said after the ticks above it and before those below it", async () => {
  const text = `time,symbol,kind,price,to,reason
2024-03-05T15:00:00.100Z,AAPL,trade,1,,
2024-03-05T15:00:00.200Z,AAPL,gap,,2024-03-05T15:00:00.200Z,shed
2024-03-05T15:00:00.300Z,AAPL,trade,2,,
`;
  await withFiles({ "day.csv": text }, async (paths) => {
    const { said } = await play(paths);
    assertEquals(
      said.map(({ what }) => what),
      ["time", "ticks", "gap", "ticks", "time", "ended"],
    );
  });
});

Deno.test("no batch spans a whole second or has more than 1,000 ticks", async () => {
  const second = Array.from({ length: 2_500 }, (_, i) => {
    return `2024-03-05T15:00:00.${
      String(Math.floor(i / 3)).padStart(3, "0")
    }Z,AAPL,trade,1,1,,,,\n`;
  });
  const rest = minutes(100).slice(PLAIN.length + 1);
  await withFiles({ "day.csv": `${PLAIN}\n${second.join("")}` + rest }, async (paths) => {
    const { said } = await play(paths);
    const sizes = said.flatMap((word) => word.what === "ticks" ? [word.ticks.length] : []);
    assertEquals(Math.max(...sizes), 1_000);
    let second = -1;
    for (const word of said) {
      if (word.what === "time") second = Math.floor(word.at / SECOND);
      if (word.what !== "ticks") continue;
      for (const { receivedAt } of word.ticks) {
        assertEquals(Math.floor(receivedAt / SECOND), second);
      }
    }
  });
});

Deno.test("the clock that is told never goes back, and reaches the last row", async () => {
  await withFiles({ "day.csv": minutes(605) }, async (paths) => {
    const { said } = await play(paths);
    const times = said.flatMap((word) => word.what === "time" ? [word.at] : []);
    for (let i = 1; i < times.length; i++) assert(times[i]! >= times[i - 1]!);
    // Row 604 of ten a second is 60.4 seconds after the first.
    assertEquals(times.at(-1), START + 60_400_000);
    assertEquals(said.at(-1), { what: "ended" });
  });
});

Deno.test("a row from the past keeps its time, and is received when the clock stood further on", async () => {
  const text = `time,symbol,kind,price
2024-03-05T15:00:05.000Z,AAPL,trade,1
2024-03-05T15:00:03.000Z,AAPL,trade,2
2024-03-05T15:00:06.000Z,AAPL,trade,3
`;
  await withFiles({ "day.csv": text }, async (paths) => {
    const { ticked } = await play(paths);
    const seconds = (time: number) => (time - START) / SECOND;
    assertEquals(ticked.map(({ time }) => seconds(time)), [5, 3, 6]);
    assertEquals(ticked.map(({ receivedAt }) => seconds(receivedAt)), [5, 5, 6]);
  });
});

Deno.test("what a row says of when it was received is kept even where the clock is further on", async () => {
  const text = `time,receivedAt,symbol,kind,price
2024-03-05T15:00:01Z,2024-03-05T15:00:05Z,AAPL,trade,1
2024-03-05T15:00:02Z,2024-03-05T15:00:03Z,AAPL,trade,2
`;
  await withFiles({ "day.csv": text }, async (paths) => {
    const { ticked, said } = await play(paths);
    assertEquals(ticked.map(({ receivedAt }) => (receivedAt - START) / SECOND), [5, 3]);
    const times = said.flatMap((word) => word.what === "time" ? [(word.at - START) / SECOND] : []);
    assertEquals(times, [5, 5]);
  });
});

Deno.test("only what was subscribed to is said, but all rows move the clock", async () => {
  const text = `time,symbol,kind,price,to,reason
2024-03-05T15:00:01Z,AAPL,trade,1,,
2024-03-05T15:00:02Z,MSFT,trade,2,,
2024-03-05T15:00:03Z,MSFT,gap,,2024-03-05T15:00:03Z,shed
`;
  await withFiles({ "day.csv": text }, async (paths) => {
    const { said } = await play(paths, { symbols: ["AAPL"] });
    assertEquals(
      said.map((word) => word.what === "time" ? (word.at - START) / SECOND : word.what),
      [1, "ticks", 2, 3, 3, "ended"],
    );
  });
});

Deno.test("rows from before the start are passed over, by the recording's clock", async () => {
  await withFiles({ "day.csv": minutes(100) }, async (paths) => {
    const { said, ticked } = await play(paths, { options: { start: "2024-03-05T15:00:09Z" } });
    assertEquals(said[0], { what: "time", at: START + 9 * SECOND });
    assertEquals(ticked.length, 10);
  });
});

Deno.test("files are merged by their clock, and of equal rows the file named first goes first", async () => {
  const header = "time,receivedAt,symbol,kind,price\n";
  const row = (second: number, price: number, received = second) =>
    `${formatTime(START + second * SECOND)},${formatTime(START + received * SECOND)},AAPL,trade,` +
    `${price}\n`;
  await withFiles({
    "b.csv": header + row(1, 11) + row(4, 14) + row(4, 15) + row(9, 19),
    "a.csv.gz": header + row(0, 20) + row(2, 22, 4) + row(8, 28),
    // Opened last: its rows begin when the others are nearly over.
    "c.csv": "time,symbol,kind,price\n" +
      `${formatTime(START + 8 * SECOND)},AAPL,trade,38\n` +
      `${formatTime(START + 7 * SECOND)},AAPL,trade,37\n`,
  }, async (paths) => {
    const { ticked } = await play(paths);
    const prices = ticked.map((tick) => tick.kind === "trade" && tick.price);
    assertEquals(prices, [20, 11, 14, 15, 22, 28, 38, 37, 19]);
  });
});

Deno.test("a file is the same recording plain, gzipped, and gzipped in several members", async () => {
  const text = minutes(3_000);
  const half = text.indexOf("\n", text.length / 2) + 1;
  const members = [text.slice(0, half), text.slice(half)].map((part) => gzipSync(part));
  const joined = new Uint8Array([...members[0]!, ...members[1]!]);
  await withFiles({ "1.csv": text, "2.csv.gz": text, "3.csv.gz": joined }, async (paths) => {
    const [plain, packed, parted] = await Promise.all(paths.map((path) => play([path])));
    const content = (sink: RecordingSink) =>
      sink.ticked.map((tick) => ({ ...tick, id: tick.id.slice(tick.id.indexOf("#")) }));
    assertEquals(plain!.ticked.length, 3_000);
    assertEquals(content(packed!), content(plain!));
    assertEquals(content(parted!), content(plain!));
  });
});

Deno.test("playing a file twice says the same ticks with the same ids", async () => {
  await withFiles({ "day.csv": minutes(500) }, async (paths) => {
    const [one, two] = [await play(paths), await play(paths)];
    assertEquals(one.ticked, two.ticked);
  });
});

Deno.test("an inspection tells what a recording holds", async () => {
  const gaps =
    "time,symbol,kind,to,reason\n2024-03-05T14:00:00Z,IBM,gap,2024-03-05T14:00:01Z,shed\n";
  await withFiles({ "day.csv": minutes(100) + "nonsense\n", "gaps.csv": gaps }, async (paths) => {
    const options = replay.options.parse({ files: paths });
    const inspection = await replay.inspect!(options);
    const [day, gap] = await Promise.all(paths.map((path) => Deno.stat(path)));
    assertEquals(inspection.symbols, [
      { symbol: "AAPL", kinds: ["trade", "quote"], first: START },
      { symbol: "IBM", kinds: [], first: parseTime("2024-03-05T14:00:00Z") },
      { symbol: "MSFT", kinds: ["trade", "quote"], first: START + 100_000 },
    ]);
    assertEquals(inspection.files.map(({ rows, bytes }) => ({ rows, bytes })), [
      { rows: 101, bytes: day!.size },
      { rows: 1, bytes: gap!.size },
    ]);
    assertEquals(inspection.rows, 102);
    assertEquals(inspection.first, parseTime("2024-03-05T14:00:00Z"));
    assertEquals(inspection.last, START + 9_900_000);
    const provider = replay.create({ ...options, inspection }, testContext(() => 0));
    assertEquals(provider.offers(instrument("AAPL")), ["trades", "quotes", "streaming"]);
    assertEquals(provider.offers(instrument("IBM")), []);
  });
});

Deno.test("an instrument begins with its earliest row by the clock, which a late row does not move", async () => {
  const rows = (...rows: readonly [second: number, symbol: string][]) =>
    "time,symbol,kind,price\n" +
    rows.map(([second, symbol]) => `${formatTime(START + second * SECOND)},${symbol},trade,1\n`)
      .join("");
  await withFiles({
    "a.csv": rows([30, "AAPL"], [10, "AAPL"], [5, "MSFT"], [50, "IBM"]),
    "b.csv": rows([40, "MSFT"], [45, "IBM"]),
  }, async (paths) => {
    const { first, symbols } = await replay.inspect!(replay.options.parse({ files: paths }));
    const seconds = symbols.map(({ symbol, first }) => [symbol, (first - START) / SECOND]);
    assertEquals(seconds, [["AAPL", 30], ["IBM", 45], ["MSFT", 30]]);
    assertEquals(first, START + 30 * SECOND);
  });
});

Deno.test("symbols are given in capitals, as instruments have them", async () => {
  const text = "time,symbol,kind,price\n2024-03-05T15:00:00Z,aapl,trade,1\n" +
    "2024-03-05T15:00:01Z,AAPL,trade,2\n";
  await withFiles({ "day.csv": text }, async (paths) => {
    const { ticked } = await play(paths);
    assertEquals(ticked.map(({ symbol }) => symbol), ["AAPL", "AAPL"]);
  });
});

Deno.test("no row that strays far into the future takes the clock along, wherever pieces of the file end", async () => {
  // Every second row strays: of any piece that is read the last one may be such a row.
  const [header, ...rows] = minutes(3_000).trimEnd().split("\n");
  const strayed = rows.flatMap((row) => [row, row.replace(/^2024/, "2099")]);
  await withFiles({ "a.csv": [header, ...strayed, rows.at(-1)].join("\n") }, async (files) => {
    const { ticked } = await play(files);
    const received = ticked.map(({ receivedAt }) => receivedAt);
    assertEquals(received.length, 6_001);
    assertEquals(Math.max(...received), START + 2_999 * SECOND / 10);
  });
});

Deno.test("a row that strays far into the future does not take the clock along", async () => {
  const text = `time,symbol,kind,price
2041-03-05T15:00:00Z,AAPL,trade,1
2024-03-05T15:00:01Z,AAPL,trade,2
2041-03-05T15:00:02Z,AAPL,trade,3
2024-03-05T15:00:03Z,AAPL,trade,4
`;
  await withFiles({ "day.csv": text }, async (paths) => {
    const { ticked } = await play(paths);
    assertEquals(ticked.map(({ receivedAt }) => (receivedAt - START) / SECOND), [1, 1, 1, 3]);
    assertEquals(ticked[2]!.time, parseTime("2041-03-05T15:00:02Z"));
  });
});

Deno.test("until it was inspected a recording may have anything; signing in inspects it", async () => {
  await withFiles({ "day.csv": minutes(4) }, async (paths) => {
    const provider = replay.create(replay.options.parse({ files: paths }), testContext(() => 0));
    assertEquals(provider.offers(instrument("ZZZZ")), replay.capabilities);
    await provider.authenticate(new AbortController().signal);
    assertEquals(provider.offers(instrument("ZZZZ")), []);
    assertEquals(TICK_KINDS.length + 1, replay.capabilities.length);
  });
});

Deno.test("progress ends at the number of rows", async () => {
  await withFiles({ "day.csv": minutes(1_234) }, async (paths) => {
    const { reached } = await play(paths);
    assertEquals(reached.at(-1), { done: 1_234, total: 1_234 });
  });
});

Deno.test("at a pace the rows come in the same order, and silent seconds are told too", async () => {
  const text = `time,symbol,kind,price
2024-03-05T15:00:00.500Z,AAPL,trade,1
2024-03-05T15:00:10.000Z,AAPL,trade,2
2024-03-05T15:00:10.000Z,AAPL,trade,3
`;
  await withFiles({ "day.csv": text }, async (paths) => {
    const { said, ticked } = await play(paths, { options: { speed: 50 } });
    assertEquals(ticked.map((tick) => tick.kind === "trade" && tick.price), [1, 2, 3]);
    const times = said.flatMap((word) => word.what === "time" ? [(word.at - START) / SECOND] : []);
    // Ten seconds at 50 times the speed of life are 190 ms: how many of them were told in between
    // depends on the machine, but they were told in order, and some were.
    assertEquals(times[0], 0);
    assertEquals(times.slice(-2), [10, 10]);
    assert(times.length > 3, `${times}`);
    assertEquals(times, [...new Set(times.slice(0, -1))].sort((a, b) => a - b).concat(10));
  });
});

Deno.test("a stream that keeps a pace closes in the middle of a silence", async () => {
  const text = `time,symbol,kind,price
2024-03-05T15:00:00Z,AAPL,trade,1
2024-03-05T17:00:00Z,AAPL,trade,2
`;
  await withFiles({ "day.csv": text }, async (paths) => {
    const options = replay.options.parse({ files: paths, speed: 1 });
    const { sink, stream } = await open(replay.create(options, testContext(() => 0)));
    await stream.subscribe([instrument("AAPL")]);
    await sink.until(() => sink.ticked.length === 1);
    await stream.close();
    const { calls } = sink;
    await quiet();
    assertEquals(sink.calls, calls);
  });
});

Deno.test("options that cannot be are refused", () => {
  for (
    const options of [{}, { files: [] }, { files: ["a"], speed: 0 }, {
      files: ["a"],
      start: "noon",
    }]
  ) {
    assert(!replay.options.safeParse(options).success, JSON.stringify(options));
  }
});
