import { assertEquals } from "@std/assert";
import { readProfile } from "../../actors/http/api/profilespan.ts";
import { profileView } from "../../domain/measuretables.ts";
import { DAY, HOUR, MINUTE } from "../../domain/time.ts";
import { withFiles } from "../providers/replay/recordings.ts";
import { inStore, type TestStore } from "./fixture.ts";
import { CLOSE, delta, levels, NEEDS, OPEN, play, REAL, type Row, spy } from "./spyday.ts";

/** What the store has of the session: its levels, and the day's flow. */
async function kept({ real }: TestStore) {
  const range = { symbol: "SPY", from: OPEN, to: CLOSE, order: "time", limit: 10_000 } as const;
  const [session] = (await real.measures("metrics", { ...range, name: "volume" })).rows;
  const [day] = (await real.measures("flow", { ...range, name: "1d" })).rows;
  const minutes = (await real.measures("flow", { ...range, name: "1m" })).rows;
  const parts = (await real.measures("profile", { ...range, name: "volume" })).rows;
  return { session: session!, day: day!, minutes, parts };
}

/** Ranges that no session makes: within it, across its start, across its end, and of all. */
const RANGES: readonly (readonly [number, number])[] = [
  [OPEN + 17 * MINUTE, OPEN + 3 * HOUR],
  [OPEN - 30 * MINUTE, OPEN + 10 * MINUTE],
  [CLOSE - HOUR, CLOSE + 2 * HOUR],
  [OPEN - 5 * HOUR, CLOSE + 3 * HOUR],
];

/** Holds that a range's merged minutes have the trades' levels, and volume at each price. */
async function assertRange({ real }: TestStore, rows: readonly Row[], from: number, to: number) {
  const profile = await readProfile(
    real,
    { symbol: "SPY", preferred: "volume", from, to },
    CLOSE + DAY,
  );
  const { poc, vah, val, high, low, total, bins } = profileView(profile!)!;
  const inside = rows.filter(({ time }) => time >= from && time < to);
  assertEquals([poc, vah, val, high, low, total], levels(inside));
  const sums = new Map<number, number>();
  for (const { cents, size } of inside) sums.set(cents, (sums.get(cents) ?? 0) + size);
  const byPrice = [...sums].sort(([a], [b]) => a - b);
  assertEquals(bins.map(({ price, volume }) => [Math.round(price * 100), volume]), byPrice);
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
      let first: number[][] | undefined;
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
          // The same are large whether it was stopped in between or not.
          const larges = minutes.map((
            one,
          ) => [one.larges, one.largeBuyVolume, one.largeSellVolume]);
          first ??= larges;
          assertEquals(larges, first);
          for (const [from, to] of RANGES) await assertRange(store, rows, from, to);
        });
      }
    });
  },
});
