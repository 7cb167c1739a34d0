import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Result,
  resultOf,
  type SideTally,
  tally,
  tallySides,
} from "../../../domain/backtest/tally.ts";
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
  result: fc.constantFrom<Outcome["result"]>("target", "stop", "expired", "undecided", "missed"),
  left: fc.integer({ min: 9_000, max: 11_000 }),
}).map(({ left, result, side }) => {
  const isIn = result !== "missed";
  const one = signal({ side, ...(side === "buy" ? {} : { stop: 102, target: 96 }) });
  const told = outcome(result, isIn ? 100 : null, isIn ? left / 100 : null, { signal: one });
  return resultOf(told, { spread: 1, commission: 0.5 });
});

Deno.test("the tally of both sides is the sum of those of each", () => {
  fc.assert(fc.property(fc.array(anyResult, { maxLength: 40 }), (results) => {
    const [both, buys, sells] = tallySides(results);
    assertEquals([both, buys, sells].map((one) => one!.side), [null, "buy", "sell"]);
    assertEquals(both!.signals, results.length);
    for (const key of ["signals", "left", "total"] as const) {
      near(buys![key] + sells![key], both![key]);
    }
    const hits = (one: SideTally) => (one.hitRate ?? 0) * one.left;
    near(hits(buys!) + hits(sells!), hits(both!));
  }));
});
