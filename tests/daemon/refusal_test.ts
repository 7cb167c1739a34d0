/**
 * Bad input: a clear sentence and the right exit code, never a stack trace.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { inFolder, marketd } from "../actors/commands/run.ts";
import { Daemon, pause } from "./daemon.ts";

/** Runs it, expects that it will not start, and gives its words. */
async function refusal(
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const { code, stderr } = await marketd(folder, args, { MARKETD_LOG_LEVEL: "error", ...env });
  assertEquals([code, /\n\s+at /.test(stderr)], [1, false], stderr);
  return stderr;
}

Deno.test("a broken configuration is refused with every problem, its place and the nearest key", () =>
  inFolder({
    "marketd.yaml": "server:\n  prot: 1\nproviders:\n  dmo: {}\ncandles: { grace: soon }\n",
  }, async (folder) => {
    const words = await refusal(folder, []);
    assertMatch(words, /marketd\.yaml:2:3.*prot.*did you mean `port`/);
    assertMatch(words, /marketd\.yaml:4:3.*dmo.*did you mean `demo`/);
    assertMatch(words, /marketd\.yaml:5:\d+.*grace.*soon/);
  }));

Deno.test("YAML that is none is refused with its line", () =>
  inFolder({ "marketd.yaml": "server: {\n  port: [\n" }, async (folder) => {
    assertMatch(await refusal(folder, []), /marketd\.yaml:\d+:\d+/);
  }));

Deno.test("a port in use is named, and what to do about it", () =>
  inFolder({}, async (folder) => {
    const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    try {
      const words = await refusal(folder, ["--port", String(taken.addr.port)]);
      assertMatch(words, new RegExp(`127\\.0\\.0\\.1:${taken.addr.port}.*in use.*--port`));
    } finally {
      taken.close();
    }
  }));

Deno.test("a store that a daemon has is refused to a second one, to a replay and to a migration", () =>
  inFolder(
    { "small.csv": "time,symbol,kind,price,size\n2024-01-02T15:00:00Z,AAPL,trade,1,1\n" },
    async (folder) => {
      const daemon = await Daemon.start({ folder });
      try {
        const store = ["--store", "sqlite:data/demo.db"];
        for (const args of [["--port", "0"], ["replay", "small.csv", ...store], ["migrate"]]) {
          assertMatch(await refusal(folder, args), /demo\.db.*process \d+/);
        }
        await pause(500);
        const read = await marketd(folder, ["export", "ticks", "AAPL", ...store]);
        assertEquals(read.code, 0);
        assert(read.stdout.split("\n").length > 2);
      } finally {
        assertEquals(await daemon.stop(), 0);
      }
    },
  ));

Deno.test("a folder that cannot be made is named", () =>
  inFolder({ file: "" }, async (folder) => {
    assertMatch(await refusal(folder, ["--store", "sqlite:file/x.db"]), /file/);
  }));

Deno.test("bad rows are told by line and counted, and the rest is played", () =>
  inFolder({
    "bad.csv": [
      "time,symbol,kind,price,size,bid,bidSize,ask,askSize",
      "2024-01-02T15:00:00Z,AAPL,trade,10,100,,,,",
      "yesterday,AAPL,trade,10,100,,,,",
      "2024-01-02T15:00:01Z,AAPL,trade,abc,100,,,,",
      "2024-01-02T15:00:02Z,AAPL,trade,-5,100,,,,",
      "2024-01-02T15:00:03Z,AAPL,trade,11",
      "2024-01-02T15:00:04Z,AAPL,trade,12,100,,,,",
      "",
    ].join("\n"),
  }, async (folder) => {
    const args = ["replay", "bad.csv", "--store", "sqlite:x.db"];
    const { code, stdout, stderr } = await marketd(folder, args);
    assertEquals(code, 0);
    for (const line of [3, 4, 6]) assertMatch(stderr, new RegExp(`bad\\.csv:${line}\\b`));
    assertMatch(stdout, /unusable rows:\s+3\b/);
    // The price below zero is a row like any other: the gate refuses it, and keeps it.
    assertMatch(stdout, /flagged:\s+1 not-positive/);
    const candles = await marketd(folder, ["export", "candles", "AAPL", "--store", "sqlite:x.db"]);
    const [, row] = candles.stdout.split("\n");
    assertMatch(row!, /,10,12,10,12,200,2,/);
  }));

Deno.test("a recording that is not there, is empty, or has no such header is refused", () =>
  inFolder({ "empty.csv": "", "odd.csv": "when,what\n1,2\n" }, async (folder) => {
    assertMatch(await refusal(folder, ["replay", "none.csv"]), /none\.csv/);
    assertMatch(await refusal(folder, ["replay", "empty.csv"]), /empty\.csv/);
    assertMatch(await refusal(folder, ["replay", "odd.csv"]), /odd\.csv.*when/);
  }));

Deno.test("a wrong range and an unknown symbol are refused by the export", () =>
  inFolder({
    "small.csv": "time,symbol,kind,price,size\n2024-01-02T15:00:00Z,AAPL,trade,1,1\n",
  }, async (folder) => {
    const store = ["--store", "sqlite:x.db"];
    await marketd(folder, ["replay", "small.csv", ...store]);
    const candles = ["export", "candles"];
    assertMatch(await refusal(folder, [...candles, "AAPK", ...store]), /AAPK.*AAPL/);
    const range = ["--from", "2024-02-01", "--to", "2024-01-01"];
    assertMatch(await refusal(folder, [...candles, "AAPL", ...range, ...store]), /2024/);
    assertMatch(await refusal(folder, [...candles, "AAPL", "--from", "soon", ...store]), /soon/);
  }));

Deno.test("bad requests are answered with a problem document that says what to do", () =>
  inFolder({}, async (folder) => {
    const daemon = await Daemon.start({ folder });
    try {
      const cases: [path: string, status: number, words: RegExp][] = [
        ["/api/v1/candles?symbol=AAPK", 404, /AAPL/],
        ["/api/v1/candles", 400, /symbol/],
        ["/api/v1/candles?symbol=AAPL&interval=7m", 400, /1m/],
        ["/api/v1/candles?symbol=AAPL&from=2024-02-01&to=2024-01-01", 400, /from/],
        ["/api/v1/ticks?symbol=AAPL&limit=0", 400, /limit/],
        ["/api/v1/ticks?symbol=AAPL&cursor=nonsense", 400, /cursor/],
        ["/api/v1/stream?symbols=AAPK", 400, /AAPL/],
        ["/api/v1/stream?every=fast", 400, /250ms/],
        ["/api/v1/nothing", 404, /nothing/],
      ];
      for (const [path, status, words] of cases) {
        const response = await daemon.get(path);
        const text = await response.text();
        assertEquals([path, response.status], [path, status], text);
        assertEquals(response.headers.get("content-type"), "application/problem+json");
        assertMatch(text, words);
        assertEquals(/\bat .*\.ts/.test(text), false);
      }
    } finally {
      assertEquals(await daemon.stop(), 0);
    }
  }));
