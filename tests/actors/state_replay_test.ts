import { assert, assertEquals } from "@std/assert";
import type { Regime } from "../../domain/state.ts";
import { HOUR, MINUTE } from "../../domain/time.ts";
import { withFiles } from "../providers/replay/recordings.ts";
import { inStore } from "./fixture.ts";
import { at, delta, levels, NEEDS, OPEN, play, REAL, type Row, spy, twoDays } from "./spyday.ts";

const within = (value: number, least: number, most: number) =>
  Math.min(Math.max(value, least), most);
const extent = (rows: readonly Row[]) =>
  rows.reduce(
    ([low, high], { cents }) => [Math.min(low, cents / 100), Math.max(high, cents / 100)] as const,
    [Infinity, -Infinity] as readonly [number, number],
  );

/** All that is played of the day: three hours of its session. */
const END = OPEN + 3 * HOUR;

/**
 * The score by the four signs that `domain/state.ts` names after Dalton, counted anew from all
 * trades before an instant; `null` where two prices traded the most.
 */
function scoreAt(day: readonly Row[], last: readonly [number, number], now: number): number | null {
  const session = at(day, OPEN, now);
  const sums = new Map<number, number>();
  for (const { cents, size } of session) sums.set(cents, (sums.get(cents) ?? 0) + size);
  const most = Math.max(...sums.values());
  if ([...sums.values()].filter((sum) => sum === most).length > 1) return null;
  const [, vah, val] = levels(session) as number[];
  const [lastVal, lastVah] = last;

  const overlap = Math.min(vah!, lastVah) - Math.max(val!, lastVal);
  const narrower = Math.min(vah! - val!, lastVah - lastVal);
  const shared = narrower > 0 ? within(overlap / narrower, 0, 1) : overlap >= 0 ? 1 : 0;
  const moved = Math.sign(val! + vah! - lastVal - lastVah) * (1 - shared);

  const price = session.at(-1)!.cents / 100;
  const above = Math.max(price - lastVah, 0) - Math.max(lastVal - price, 0);
  const beyond = within(above / (lastVah - lastVal), -1, 1);

  const [low, high] = extent(session);
  const [first, top] = extent(at(session, OPEN, OPEN + HOUR));
  const outgrown = top > first ? within((high - top - (first - low)) / (top - first), -1, 1) : 0;

  // The thirty minutes by the clock that end with the one of the last trade.
  const minute = session.at(-1)!.time - session.at(-1)!.time % MINUTE;
  const [bought, sold] = delta(at(day, -Infinity, now), minute - 29 * MINUTE, now) as number[];
  const known = bought! + sold!;
  const pressure = known > 0 ? within((bought! - sold!) / known / 0.3, -1, 1) : 0;
  return 0.3 * moved + 0.3 * beyond + 0.2 * outgrown + 0.2 * pressure;
}

Deno.test({
  name: `the states kept of the real SPY session are those of its trades, counted anew${NEEDS}`,
  ignore: REAL === undefined,
  fn: async () => {
    const { head, rows } = await spy();
    const { early, day, csv } = twoDays(head, rows, END);
    const [, vah, val] = levels(early) as number[];
    await withFiles({ "days.csv": csv }, async ([file]) => {
      await inStore(async (store) => {
        await play(store, [file!], "000000001");
        const { rows: states } = await store.real.measures("state", {
          symbol: "SPY",
          name: "",
          from: OPEN + 5 * MINUTE,
          to: END,
          order: "time",
          limit: 10_000,
        });
        assert(states.length >= 175, `${states.length} states`);
        let before: Regime | null = null;
        let compared = 0;
        for (const { price, regime, score, time } of states) {
          const expected = scoreAt(day, [val!, vah!], time);
          if (expected === null) continue;
          compared++;
          assert(
            Math.abs(score - expected) < 1e-9,
            `${new Date(time / 1e3).toISOString()} ${score} ${expected}`,
          );
          assertEquals(price, at(day, OPEN, time).at(-1)!.cents / 100);
          const limit = (side: Regime) => before === side ? 0.3 : 0.5;
          const stands = expected >= limit("imbalance-up")
            ? "imbalance-up"
            : -expected >= limit("imbalance-down")
            ? "imbalance-down"
            : "balance";
          // Each change of regime is kept: the one before is that of the state kept before.
          if (before !== null) assertEquals(regime, stands);
          before = regime;
        }
        assert(compared > 0.9 * states.length);
        const regimes = new Set(states.map(({ regime }) => regime));
        assertEquals(regimes, new Set<Regime>(["balance", "imbalance-up"]));
      });
    });
  },
});
