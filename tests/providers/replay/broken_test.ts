import { assert, assertEquals, assertRejects } from "@std/assert";
import { gzipSync } from "node:zlib";
import { ProviderError } from "../../../providers/provider.ts";
import { replay } from "../../../providers/replay/provider.ts";
import { open } from "../contract.ts";
import { instrument, minutes, PLAIN, play, withFiles } from "./recordings.ts";
import { testContext } from "../context.ts";

Deno.test("rows that cannot be used are told with their place, and the rest is played", async () => {
  const text = `time,symbol,kind,price

2024-03-05T15:00:01Z,AAPL,trade,one
2024-03-05T15:00:02Z,AAPL,trade,"2"
"2024-03-05T15:00:02Z","AAPL
","trade","x"
2024-03-05T15:00:03Z,AAPL,trade,3`;
  await withFiles({ "day.csv": text }, async (paths) => {
    const { problems, ticked } = await play(paths);
    assertEquals(problems, [
      { where: "day.csv:3", what: 'price is "one", which is not a number' },
      { where: "day.csv:5", what: 'price is "x", which is not a number' },
    ]);
    assertEquals(ticked.map(({ id }) => id), ["day.csv#4", "day.csv#7"]);
  });
});

for (
  const [name, content, message] of [
    ["missing.csv", undefined, /missing\.csv: there is no such file/],
    ["empty.csv", "", /empty\.csv: it is empty/],
    ["other.csv", "a,b,c\n1,2,3\n", /other\.csv.*unknown column "a"/],
    ["plain.csv.gz", new TextEncoder().encode(PLAIN), /plain\.csv\.gz: it is not gzipped\. Take/],
    ["packed.csv", gzipSync(PLAIN), /packed\.csv: it is gzipped\. Let its name end in \.gz/],
    ["cut.csv.gz", gzipSync(PLAIN).subarray(0, 20), /cut\.csv\.gz: the gzip was cut short\./],
  ] as const
) {
  Deno.test(`the file ${name} ends the sign-in for good, and is named`, async () => {
    await withFiles(content === undefined ? {} : { [name]: content }, async (paths) => {
      const files = content === undefined ? [`nowhere/${name}`] : paths;
      const provider = replay.create(replay.options.parse({ files }), testContext(() => 0));
      await assertRejects(() => provider.authenticate(new AbortController().signal), (error) => {
        assert(error instanceof ProviderError && error.terminal);
        assert(message.test(error.message), error.message);
        return true;
      });
    });
  });
}

Deno.test("a folder in place of a recording is told as one", async () => {
  await withFiles({ "day.csv": PLAIN }, async ([path]) => {
    const files = [path!.slice(0, path!.lastIndexOf("/"))];
    await assertRejects(() => replay.inspect!(replay.options.parse({ files })), {
      code: "bad-recording",
      message: /: it is a folder\.$/,
    });
  });
});

Deno.test("what can be read only once is refused with what to do", async () => {
  const files = ["/dev/null"];
  await assertRejects(() => replay.inspect!(replay.options.parse({ files })), {
    code: "bad-recording",
    message: /null: it is read twice, and only a file can be\. Write it to one first\.$/,
  });
});

Deno.test("a quote that is not closed costs its own row and none below it", async () => {
  const header = "time,symbol,kind,price,conditions\n";
  const row = (second: number, conditions: string) =>
    `2024-03-05T15:00:${String(second).padStart(2, "0")}Z,AAPL,trade,${second},${conditions}\n`;
  const plain = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => row(from + i, "")).join("");
  const unclosed = "a quoted field is not closed, or is followed by text";
  await withFiles({
    // Nothing closes it; the next quoted field seems to; and the end of the file comes first.
    "never.csv": header + row(1, '"@') + plain(2, 40),
    "next.csv": header + row(1, '"@') + row(2, '"@,I"') + plain(3, 9),
    "end.csv": header + plain(1, 5) + row(5, '"@'),
    // A field that does hold a line break.
    "broken.csv": header + row(1, '"@\nI"') + plain(2, 4),
  }, async (paths) => {
    const heard = await Promise.all(paths.map(async (path) => {
      const { problems, ticked } = await play([path]);
      return { problems, ids: ticked.map(({ id }) => Number(id.split("#")[1])) };
    }));
    const lines = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => from + i);
    assertEquals(heard, [
      { problems: [{ where: "never.csv:2", what: unclosed }], ids: lines(3, 41) },
      { problems: [{ where: "next.csv:2", what: unclosed }], ids: lines(3, 10) },
      { problems: [{ where: "end.csv:6", what: unclosed }], ids: lines(2, 6) },
      { problems: [], ids: [2, 4, 5] },
    ]);
  });
});

Deno.test("a value that is garbage is told by its beginning", async () => {
  const text = `time,symbol,kind,price\n2024-03-05T15:00:01Z,AAPL,trade,${"x".repeat(9_999)}\n` +
    "2024-03-05T15:00:02Z,AAPL,trade,2\n";
  await withFiles({ "day.csv": text }, async (paths) => {
    const { problems } = await play(paths);
    assertEquals(problems.map(({ what }) => what), [
      `price is "${"x".repeat(40)}...", which is not a number`,
    ]);
  });
});

Deno.test("a file that is gone when it is to be played ends the feed for good", async () => {
  await withFiles({ "day.csv": minutes(10) }, async ([path]) => {
    const provider = replay.create(replay.options.parse({ files: [path] }), testContext(() => 0));
    const { sink, stream } = await open(provider);
    await Deno.remove(path!);
    await stream.subscribe([instrument("AAPL")]);
    const end = await sink.untilEnd();
    await stream.close();
    assert(end instanceof ProviderError && end.terminal && end.message.includes("day.csv"));
  });
});

Deno.test("of a gzip that was cut short all that is there is played, and the break is told", async () => {
  const whole = gzipSync(minutes(50_000));
  const cut = whole.subarray(0, Math.floor(whole.length / 2));
  const later = "time,symbol,kind,price\n2024-03-06T15:00:00Z,AAPL,trade,7\n";
  await withFiles({ "cut.csv.gz": cut, "later.csv": later }, async (paths) => {
    const { problems, ticked, end } = await play(paths);
    assertEquals(end, "ended");
    assertEquals(problems.length, 1);
    const { files } = await replay.inspect!(replay.options.parse({ files: paths }));
    assertEquals(files.map(({ broken }) => broken), [problems[0], null]);
    const [{ where, what }] = problems as [typeof problems[0]];
    // The break is told at the last line that was read: one line of header, then one tick a line.
    assertEquals(where, `cut.csv.gz:${ticked.length - 1 + 1}`);
    assertEquals(what, "the file breaks off after this line: the gzip was cut short");
    assert(ticked.length > 10_000 && ticked.length < 40_000, `${ticked.length}`);
    assertEquals(ticked.at(-1)!.id, "later.csv#2");
  });
});

Deno.test("what follows a gzip and is none ends the file there, and is told", async () => {
  const whole = gzipSync(minutes(50_000));
  const garbage = new TextEncoder().encode("garbage ".repeat(99));
  await withFiles({ "day.csv.gz": new Uint8Array([...whole, ...garbage]) }, async (paths) => {
    const { problems, ticked, end } = await play(paths);
    assertEquals(end, "ended");
    assertEquals(problems, [{
      where: `day.csv.gz:${ticked.length + 1}`,
      what:
        "the file breaks off after this line: the gzip is damaged, or something else follows it",
    }]);
    assert(ticked.length > 45_000, `${ticked.length}`);
  });
});
