/**
 * `replay` as its user has it: what it says, what it leaves, and the code that it ends with.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { gzipSync } from "node:zlib";
import { inFolder, marketd } from "../actors/commands/run.ts";
import { minutes } from "../providers/replay/recordings.ts";
import { Daemon, eventually } from "./daemon.ts";
import { onEachStore } from "./stores.ts";

/** Ten rows a second for two minutes, of AAPL and MSFT. */
const DAY = minutes(1_200);
const TRADES = "time,symbol,kind,price\n2024-03-05T15:00:00Z,AAPL,trade,1\n";

onEachStore(
  "a replay that is stopped says how far it came, and going on from the file's start completes it",
  { files: { "day.csv": DAY } },
  async ({ folder, store: newStore }) => {
    const [whole, stopped] = [await newStore(), await newStore()];
    const args = ["replay", "day.csv", "--speed", "20", "--serve", "--store", stopped];
    const daemon = await Daemon.start({ folder, args });
    await eventually("something was played", async () => {
      const { data } = await daemon.json<{ data: unknown[] }>("/api/v1/ticks?symbol=AAPL&limit=1");
      return data.length === 1;
    });
    assertEquals(await daemon.stop("SIGINT"), 3);
    assertMatch(
      daemon.stdout,
      /^playing day\.csv at http:\/\/127\.0\.0\.1:\d+; stop with Ctrl-C\n/,
    );
    const row =
      /^stopped: +at row (\d+) of 1200, 2024-03-05T15:0\d:\d\d\.000Z of 2024-03-05T15:01:59\.900Z$/m
        .exec(daemon.stdout)?.[1];
    assert(row !== undefined && Number(row) > 0 && Number(row) < 1_200, daemon.stdout);
    assertMatch(
      daemon.stdout,
      new RegExp(`^ticks: +${row} \\(${row} of them were not stored`, "m"),
    );

    const candles: string[] = [];
    for (const store of [whole, stopped]) {
      const { code, stdout, stderr } = await marketd(folder, [
        "replay",
        "day.csv",
        "--store",
        store,
      ]);
      assertEquals(code, 0, stderr);
      assert(!stdout.includes("stopped"), stdout);
      const exported = ["export", "candles", "AAPL", "--format", "ndjson", "--store", store];
      const rows = (await marketd(folder, exported)).stdout.trim().split("\n");
      candles.push(JSON.stringify(rows.map((row) => ({ ...JSON.parse(row), revision: 0 }))));
    }
    assertEquals(candles[1], candles[0]);
  },
);

Deno.test("a recording that breaks off is played up to there, told, and ends with 3", async () => {
  await inFolder({}, async (folder) => {
    const packed = gzipSync(minutes(50_000));
    await Deno.writeFile(`${folder}/cut.csv.gz`, packed.subarray(0, packed.length / 2));
    const { code, stdout } = await marketd(folder, ["replay", "cut.csv.gz"]);
    assertEquals(code, 3);
    const [, line] =
      /^broken off: +cut\.csv\.gz:(\d+): the file breaks off after this line: the gzip was cut short$/m
        .exec(stdout) ?? [];
    // One line of header, then one tick a line.
    assertMatch(stdout, new RegExp(`^ticks: +${Number(line) - 1} `, "m"));
    assertMatch(stdout, /^unusable rows: +0$/m);
  });
});

onEachStore(
  "what is stored is replayed as a recording of it would be, and stays as it is",
  { files: { "day.csv": DAY } },
  async ({ folder, store: newStore }) => {
    const store = await newStore();
    const run = async (...args: string[]) => await marketd(folder, [...args, "--store", store]);
    assertEquals((await run("replay", "day.csv")).code, 0);
    const before = (await run("export", "ticks", "AAPL")).stdout;

    const { code, stdout, stderr } = await run("replay", "--stored", "aapl");
    assertEquals(code, 0, stderr);
    // Every other row of the file is of AAPL.
    assertMatch(stdout, /^instruments: +AAPL$/m);
    assertMatch(stdout, /^ticks: +600 \(600 of them were not stored yet\)$/m);
    assert(!stdout.includes(store), "it is played into a scratch store");
    const span = ["--from", "2024-03-05T15:00:30Z", "--to", "2024-03-05T15:01:00Z"];
    assertMatch((await run("replay", "--stored", "AAPL,MSFT", ...span)).stdout, /^ticks: +300 /m);
    assertEquals((await run("export", "ticks", "AAPL")).stdout, before);

    const unknown = await run("replay", "--stored", "APPL");
    assertEquals(unknown.code, 1);
    assertMatch(unknown.stderr, /nothing of it is in .*; did you mean AAPL\?/);
    const none = await run("replay", "--stored", "AAPL", "--from", "2024-03-06");
    assertEquals(none.code, 1);
    assertMatch(none.stderr, /^note: no ticks of AAPL are stored in that range$/m);
    assertMatch(
      none.stderr,
      /^marketd: Cannot replay what is stored of AAPL: no row can be used\./m,
    );
  },
);

Deno.test("a recording without a row that can be used ends with 1, and says so", async () => {
  const files = { "bad.csv": TRADES.replace("trade,1", "trade,one").repeat(1), "odd.csv": TRADES };
  await inFolder({ ...files, "worse.csv": "time,symbol,kind\nx\ny\n" }, async (folder) => {
    const bad = await marketd(folder, ["replay", "bad.csv"]);
    assertEquals(bad.code, 1);
    assertMatch(bad.stdout, /^unusable rows: +1$/m);
    assertMatch(bad.stderr, /^marketd: Cannot replay bad\.csv: no row can be used\./m);
    const worse = await marketd(folder, ["replay", "worse.csv"]);
    assertEquals([worse.code, worse.stdout], [1, ""]);
    assertMatch(worse.stderr, /^marketd: Cannot replay worse\.csv: no row can be used\./m);
  });
});

Deno.test("a basis that the recording cannot give is refused with those that it can", async () => {
  const quotes = "time,symbol,kind,bid,ask\n2024-03-05T15:00:00Z,MSFT,quote,1,2\n";
  await inFolder({ "trades.csv": TRADES, "quotes.csv": quotes }, async (folder) => {
    const bid = await marketd(folder, ["replay", "trades.csv", "--basis", "bid"]);
    assertEquals([bid.code, bid.stdout, bid.stderr], [
      1,
      "",
      "marketd: Cannot make bid candles of trades.csv: it has no quotes. Leave --basis out, or " +
      "name one of: trade.\n",
    ]);
    const trade = await marketd(folder, ["replay", "quotes.csv", "--basis", "trade"]);
    assertMatch(
      trade.stderr,
      /it has no trades\. Leave --basis out, or name one of: bid, ask, mid\./,
    );
    const both = await marketd(folder, ["replay", "trades.csv", "quotes.csv", "--basis", "mid"]);
    assertEquals(both.code, 0);
    assertMatch(both.stderr, /^note: no mid candles of AAPL: the recording has no quotes of it$/m);
  });
});

const RUN = "providers:\n  replay: { files: [day.csv] }\n";

onEachStore(
  "run with a recording as its only provider follows what is in it and makes its candles",
  { files: { "day.csv": DAY, "marketd.yaml": RUN } },
  async ({ folder, store }) => {
    const daemon = await Daemon.start({ folder, args: ["--store", await store()] });
    try {
      await eventually("both minutes are complete", async () => {
        const { data } = await daemon.json<{ data: { status: string }[] }>(
          "/api/v1/candles?symbol=MSFT&interval=1m&from=2024-03-05&to=2024-03-06",
        );
        return data.length === 2 && data.every(({ status }) => status !== "forming");
      });
      await daemon.ready();
    } finally {
      assertEquals(await daemon.stop("SIGTERM"), 0);
    }
  },
);

Deno.test("run follows of a recording only the instruments that are configured", async () => {
  const files = { "day.csv": DAY, "marketd.yaml": `${RUN}instruments: [MSFT]\n` };
  await inFolder(files, async (folder) => {
    const daemon = await Daemon.start({ folder });
    try {
      const { data } = await daemon.json<{ data: { symbol: string }[] }>("/api/v1/instruments");
      assertEquals(data.map(({ symbol }) => symbol), ["MSFT"]);
    } finally {
      await daemon.stop("SIGTERM");
    }
  });
});

Deno.test("run ends with 1 where its recording is not there", async () => {
  await inFolder({ "marketd.yaml": RUN }, async (folder) => {
    const { code, stderr } = await marketd(folder, ["--port", "0"]);
    assertEquals(code, 1);
    assertMatch(stderr, /^marketd: Cannot read recording day\.csv: there is no such file/m);
  });
});
