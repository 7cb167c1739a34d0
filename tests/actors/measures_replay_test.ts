import { assertEquals } from "@std/assert";
import { DrivenClock } from "../../actors/clock.ts";
import { HOUR, MINUTE, parseTime } from "../../domain/time.ts";
import { replay } from "../../providers/replay/provider.ts";
import { testContext } from "../providers/context.ts";
import { withFiles } from "../providers/replay/recordings.ts";
import { inStore, type TestStore, until } from "./fixture.ts";
import { inTree } from "./tree.ts";

const REAL = Deno.env.get("MARKETD_RECORDINGS");
const NEEDS = " (needs MARKETD_RECORDINGS)";
/** New York's session of 7 October 2013, on summer time. */
const OPEN = parseTime("2013-10-07T13:30:00Z")!;
const CLOSE = parseTime("2013-10-07T20:00:00Z")!;

interface Row {
  readonly line: string;
  readonly time: number;
  readonly cents: number;
  readonly size: number;
}

/** The recorded trades, read without any of the project's own code but for the time. */
async function spy(): Promise<{ head: string; rows: Row[] }> {
  const file = await Deno.open(`${REAL}/spy-20131007-trades.csv.gz`);
  const text = await new Response(file.readable.pipeThrough(new DecompressionStream("gzip")))
    .text();
  const [head, ...lines] = text.trimEnd().split("\n");
  const rows = lines.map((line) => {
    const [time, , , price, size] = line.split(",");
    return {
      line,
      time: Date.parse(time!) * 1_000,
      cents: Math.round(Number(price) * 100),
      size: Number(size),
    };
  });
  return { head: head!, rows };
}

/** The levels by the words of the CBOT's guide, on whole cents. */
function levels(rows: readonly Row[]) {
  const sums = new Map<number, number>();
  for (const { cents, size } of rows) sums.set(cents, (sums.get(cents) ?? 0) + size);
  const total = rows.reduce((sum, { size }) => sum + size, 0);
  const at = (cents: number) => sums.get(cents) ?? 0;
  const low = Math.min(...sums.keys());
  const high = Math.max(...sums.keys());
  const most = Math.max(...sums.values());
  const tops = [...sums.keys()].filter((cents) => at(cents) === most);
  assertEquals(tops.length, 1, "the rule for ties is tested elsewhere");
  let [val, vah] = [tops[0]!, tops[0]!];
  let inside = most;
  while (inside < 0.7 * total) {
    const above = at(vah + 1) + at(vah + 2);
    const below = at(val - 1) + at(val - 2);
    if (val <= low || (vah < high && above >= below)) {
      inside += above;
      vah = Math.min(vah + 2, high);
    } else {
      inside += below;
      val = Math.max(val - 2, low);
    }
  }
  const prices = [tops[0]!, vah, val, high, low].map((cents) => cents / 100);
  return [...prices, total];
}

/** Bought less sold volume by the tick rule: there are no quotes, and no sides, in the recording. */
function delta(rows: readonly Row[], from: number, to: number) {
  let last: number | undefined;
  let side = 0;
  let [bought, sold, unknown] = [0, 0, 0];
  for (const { time, cents, size } of rows) {
    if (last !== undefined && cents !== last) side = Math.sign(cents - last);
    last = cents;
    if (time < from || time >= to) continue;
    if (side > 0) bought += size;
    else if (side < 0) sold += size;
    else unknown += size;
  }
  return [bought, sold, unknown, bought - sold];
}

/** Plays a file into a store, as a life of the daemon of its own. */
async function play(store: TestStore, files: readonly string[], epoch: string): Promise<void> {
  const options = replay.options.parse({ files, speed: "max" });
  const inspection = await replay.inspect!(options);
  await inTree(store, {
    providers: [replay.create({ ...options, inspection }, testContext(() => 0))],
    said: { instruments: ["SPY"], candles: { intervals: ["1m", "5m", "1d"] } },
    clock: new DrivenClock(inspection.first!),
    epoch,
  }, async ({ shared }) => {
    await until(() => shared.directory.all().every(({ state }) => state === "finished"));
  });
}

/** What the store has of the session: its levels, and the day's flow. */
async function kept({ real }: TestStore) {
  const range = { symbol: "SPY", from: OPEN, to: CLOSE, order: "time", limit: 10_000 } as const;
  const [session] = (await real.measures("metrics", { ...range, name: "volume" })).rows;
  const [day] = (await real.measures("flow", { ...range, name: "1d" })).rows;
  const minutes = (await real.measures("flow", { ...range, name: "1m" })).rows;
  const parts = (await real.measures("profile", { ...range, name: "volume" })).rows;
  return { session: session!, day: day!, minutes, parts };
}

Deno.test({
  name: `the real SPY session, replayed, has its trades' levels and delta${NEEDS}`,
  ignore: REAL === undefined,
  fn: async () => {
    const { head, rows } = await spy();
    const inside = rows.filter(({ time }) => time >= OPEN && time < CLOSE);
    const [poc, vah, val, high, low, total] = levels(inside);
    const [bought, sold, unknown, net] = delta(rows, OPEN, CLOSE);
    // Once whole, and once with the daemon stopped and started again in mid-session and mid-minute.
    const cut = rows.findIndex(({ time }) => time >= OPEN + 2 * HOUR + MINUTE / 2);
    const csv = (some: readonly Row[]) => [head, ...some.map(({ line }) => line), ""].join("\n");
    await withFiles({
      "day.csv": csv(rows),
      "early.csv": csv(rows.slice(0, cut)),
      "late.csv": csv(rows.slice(cut)),
    }, async ([day, early, late]) => {
      for (const lives of [[day!], [early!, late!]]) {
        await inStore(async (store) => {
          for (const [at, file] of lives.entries()) await play(store, [file], `00000000${at + 1}`);
          const { session, day, minutes, parts } = await kept(store);
          assertEquals(
            [session.poc, session.vah, session.val, session.high, session.low, session.total],
            [poc, vah, val, high, low, total],
          );
          assertEquals([session.start, session.end, session.regular], [OPEN, CLOSE, true]);
          assertEquals(
            [day.buyVolume, day.sellVolume, day.unknownVolume, day.delta, day.cumulative],
            [bought, sold, unknown, net, net],
          );
          assertEquals(minutes.at(-1)!.cumulative, net);
          assertEquals([minutes.length, parts.length], [390, 390]);
          const placed = parts.flatMap(({ values }) => values);
          assertEquals(placed.reduce((sum, volume) => sum + volume, 0), total);
        });
      }
    });
  },
});
