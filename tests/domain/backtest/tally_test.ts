import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Result, resultOf, tally, tallyRows } from "../../../domain/backtest/tally.ts";
import type { Outcome } from "../../../domain/backtest/trial.ts";
import type { Side } from "../../../domain/tick.ts";
import { MINUTE } from "../../../domain/time.ts";
import { signal, T0 } from "./signals.ts";

const FREE = { spread: 0, commission: 0 };

function outcome(
  result: Outcome["result"],
  entered: number | null,
  left: number | null,
  said: Partial<Outcome> = {},
): Outcome {
  return {
    signal: signal(),
    result,
    entered: entered === null ? null : { time: T0, price: entered },
    left: left === null ? null : { time: T0 + 10 * MINUTE, price: left },
    favourable: 1,
    adverse: 0.5,
    ...said,
  };
}

const near = (value: number | null, expected: number) =>
  assert(value !== null && Math.abs(value - expected) < 1e-9, `${value} is not ${expected}`);

Deno.test("a return is the way gone over the entry, in basis points, less the costs", () => {
  // From 100 to 104: 400. A spread of 2, and 1.5 on each side: 5. The risk of 2 is 200.
  const won = resultOf(outcome("target", 100, 104), { spread: 2, commission: 1.5 });
  near(won.gross, 400);
  near(won.net, 395);
  near(won.risked, 395 / 200);
  near(won.favourableRisked, 0.5);
  near(won.adverseRisked, 0.25);
  // A sell from 100 to 104 with its stop at 105 lost 400, of a risk of 500.
  const sell = signal({ side: "sell", stop: 105, target: 90 });
  const lost = resultOf(outcome("expired", 100, 104, { signal: sell }), FREE);
  near(lost.gross, -400);
  near(lost.risked, -0.8);
  const { gross, net, risked, favourableRisked } = resultOf(outcome("missed", null, null), FREE);
  assertEquals([gross, net, risked, favourableRisked], [null, null, null, null]);
});

Deno.test("a tally counts what was left, and takes its means of that alone", () => {
  const results = [
    outcome("target", 100, 104),
    outcome("stop", 100, 98),
    outcome("stop", 100, 98),
    outcome("expired", 100, 101),
    outcome("undecided", 100, 150),
    outcome("missed", null, null),
  ].map((one) => resultOf(one, { spread: 10, commission: 5 }));
  const told = tally(results);
  assertEquals([told.signals, told.left], [6, 4]);
  assertEquals(told.results, { target: 1, stop: 2, expired: 1, undecided: 1, missed: 1 });
  // Before costs 400, -200, -200, 100; costs of 20 each. The risk is 200.
  near(told.hitRate, 1 / 4);
  near(told.gross, 25);
  near(told.net, 5);
  near(told.total, 20);
  near(told.risked, 5 / 200);
  near(told.profitFactor, (380 + 80) / (220 + 220));
  near(told.favourable, 0.5);
  near(told.adverse, 0.25);
  near(told.held, 10 * MINUTE);
});

Deno.test("a tally of nothing has no means", () => {
  const { results: _, ...rest } = tally([resultOf(outcome("missed", null, null), FREE)]);
  assertEquals(rest, {
    signals: 1,
    left: 0,
    hitRate: null,
    favourable: null,
    adverse: null,
    gross: null,
    net: null,
    total: 0,
    risked: null,
    profitFactor: null,
    held: null,
  });
});

const anyResult: fc.Arbitrary<Result> = fc.record({
  side: fc.constantFrom<Side>("buy", "sell"),
  strategy: fc.constantFrom("ema-cross", "rsi-reversal"),
  symbol: fc.constantFrom("AAPL", "SPY"),
  result: fc.constantFrom<Outcome["result"]>("target", "stop", "expired", "undecided", "missed"),
  left: fc.integer({ min: 9_000, max: 11_000 }),
}).map(({ left, result, ...said }) => {
  const isIn = result !== "missed";
  const sided = said.side === "buy" ? {} : { stop: 102, target: 96 };
  return resultOf(
    outcome(result, isIn ? 100 : null, isIn ? left / 100 : null, {
      signal: signal({ ...said, ...sided }),
    }),
    { spread: 1, commission: 0.5 },
  );
});

Deno.test("the rows of both sides are the sums of those of each, and all rows have every signal", () => {
  fc.assert(fc.property(fc.array(anyResult, { maxLength: 40 }), (results) => {
    const rows = tallyRows(results);
    const whole = rows.filter(({ side }) => side === null);
    assertEquals(whole.reduce((sum, { signals }) => sum + signals, 0), results.length);
    for (const { strategy, symbol, ...both } of whole) {
      const sides = rows.filter((row) =>
        row.side !== null && row.strategy === strategy && row.symbol === symbol
      );
      assertEquals(sides.map(({ side }) => side), ["buy", "sell"]);
      for (const key of ["signals", "left", "total"] as const) {
        near(sides[0]![key] + sides[1]![key], both[key]);
      }
      const won = (row: typeof both) => (row.hitRate ?? 0) * row.left;
      near(won(sides[0]!) + won(sides[1]!), won(both as typeof both));
    }
  }));
});
