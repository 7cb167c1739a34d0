/**
 * The recorded SPY day, and what it must come to: a reference by the published definitions, which
 * uses none of the project's own code but for times and for playing it.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { DrivenClock } from "../../actors/clock.ts";
import { DAY, HOUR, parseTime } from "../../domain/time.ts";
import { replay } from "../../providers/replay/provider.ts";
import { testContext } from "../providers/context.ts";
import { type TestStore, until } from "./fixture.ts";
import { inTree, type Planted } from "./tree.ts";

/** The folder of the recordings. */
export const REAL = Deno.env.get("MARKETD_RECORDINGS");
export const NEEDS = " (needs MARKETD_RECORDINGS)";
/** New York's session of 7 October 2013, on summer time. */
export const OPEN = parseTime("2013-10-07T13:30:00Z")!;
/** Its end. */
export const CLOSE = parseTime("2013-10-07T20:00:00Z")!;

/** A trade of the recording. */
export interface Row {
  readonly line: string;
  readonly time: number;
  readonly cents: number;
  readonly size: number;
}

/** The recorded trades, read without any of the project's own code but for the time. */
export async function spy(): Promise<{ head: string; rows: Row[] }> {
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

/** The trades of a span. */
export function at(rows: readonly Row[], from: number, to: number): Row[] {
  return rows.filter(({ time }) => time >= from && time < to);
}

/**
 * The session up to an instant, and one before it: its own first two hours, three days earlier and
 * lower. So there is a value to leave, and to come back to.
 */
export function twoDays(head: string, rows: readonly Row[], end: number) {
  const early = at(rows, OPEN, OPEN + 2 * HOUR).map((row) => {
    const [time, cents] = [row.time - 3 * DAY, row.cents - 60];
    const stamp = new Date(time / 1_000).toISOString();
    return { ...row, time, cents, line: `${stamp},SPY,trade,${cents / 100},${row.size},,,,` };
  });
  const day = at(rows, OPEN - HOUR, end);
  const csv = [head, ...[...early, ...day].map(({ line }) => line), ""].join("\n");
  return { early, day, csv };
}

/** The levels by the words of the CBOT's guide, on whole cents. */
export function levels(rows: readonly Row[]) {
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
export function delta(rows: readonly Row[], from: number, to: number) {
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

/** Plays a file into a store, as a life of the daemon of its own. @param more what else is planted. */
export async function play(
  store: TestStore,
  files: readonly string[],
  epoch: string,
  more: Partial<Planted> = {},
): Promise<void> {
  const options = replay.options.parse({ files, speed: "max" });
  const inspection = await replay.inspect!(options);
  await inTree(store, {
    providers: [replay.create({ ...options, inspection }, testContext(() => 0))],
    said: { instruments: ["SPY"], candles: { intervals: ["1m", "5m", "1d"] } },
    clock: new DrivenClock(inspection.first!),
    epoch,
    ...more,
  }, async ({ shared }) => {
    await until(() => shared.directory.all().every(({ state }) => state === "finished"));
  });
}
