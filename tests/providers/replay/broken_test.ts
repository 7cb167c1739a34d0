import { assert, assertEquals, assertRejects } from "@std/assert";
import { gzipSync } from "node:zlib";
import { ProviderError } from "../../../providers/provider.ts";
import { replay } from "../../../providers/replay/provider.ts";
import { open } from "../contract.ts";
import { instrument, minutes, PLAIN, play, withFiles } from "./recordings.ts";

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
    ["plain.csv.gz", new TextEncoder().encode(PLAIN), /plain\.csv\.gz: .*header/],
  ] as const
) {
  Deno.test(`the file ${name} ends the sign-in for good, and is named`, async () => {
    await withFiles(content === undefined ? {} : { [name]: content }, async (paths) => {
      const files = content === undefined ? [`nowhere/${name}`] : paths;
      const provider = replay.create(replay.options.parse({ files }), { now: () => 0 });
      await assertRejects(() => provider.authenticate(new AbortController().signal), (error) => {
        assert(error instanceof ProviderError && error.terminal);
        assert(message.test(error.message), error.message);
        return true;
      });
    });
  });
}

Deno.test("a file that is gone when it is to be played ends the feed for good", async () => {
  await withFiles({ "day.csv": minutes(10) }, async ([path]) => {
    const provider = replay.create(replay.options.parse({ files: [path] }), { now: () => 0 });
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
    const [{ where, what }] = problems as [typeof problems[0]];
    // The break is told at the last line that was read: one line of header, then one tick a line.
    assertEquals(where, `cut.csv.gz:${ticked.length - 1 + 1}`);
    assert(/breaks off/.test(what), what);
    assert(ticked.length > 10_000 && ticked.length < 40_000, `${ticked.length}`);
    assertEquals(ticked.at(-1)!.id, "later.csv#2");
  });
});
