import { assert, assertEquals, assertMatch } from "@std/assert";
import { z } from "zod";
import { inLives, type Served } from "./served.ts";
import { catalogOf, STRATEGIES } from "../../../domain/strategies/catalog.ts";
import { defineStrategy, type StrategyView } from "../../../domain/strategies/contract.ts";
import { until } from "../fixture.ts";

/** A strategy that does what a test has it do, and nothing else. */
function odd(id: string, look: (view: StrategyView) => void) {
  return defineStrategy({
    id,
    title: id,
    description: "A test's.",
    intraday: false,
    parameters: z.strictObject({}),
    inputs: () => ({}),
    start: () => 0,
    next: (state: number, view) => {
      look(view);
      return { state: state + 1, signals: [] };
    },
  });
}

interface Health {
  readonly status: string;
  readonly checks: Record<string, { status: string; output?: string }[]>;
}

const fortuneOf = ({ tree }: Served, id: string, symbol = "AAPL") =>
  tree.shared.setups.fortunes.get(`${id} ${symbol}`);
const FAST = { interval: "1m", parameters: { fast: 2, slow: 4, atr: 3 } };

/** Everything of a run that another strategy must not touch. */
async function rest(served: Served) {
  const candles = await served.get(`/api/v1/candles?symbol=AAPL&interval=1m&limit=100`);
  const signals = await served.get("/api/v1/signals?strategy=ema-cross&limit=100");
  const profile = await served.get("/api/v1/profile?symbol=AAPL");
  return { candles, signals, profile };
}

Deno.test("a strategy that throws on every candle leaves candles and other strategies untouched, and is told", () =>
  inLives(async (live) => {
    let alone: unknown;
    const said = { "ema-cross": { "*": FAST } };
    await live({ said }, async (served) => {
      served.flow(30);
      await served.looked("ema-cross", "AAPL");
      alone = await rest(served);
    });
    await inLives((other) => {
      let isBad = true;
      const thrower = odd("thrower", ({ symbol }) => {
        if (isBad && symbol === "AAPL") throw new Error("a fault put there by the test");
      });
      const strategies = catalogOf([...STRATEGIES.values(), thrower]);
      return other({ said, strategies }, async (served) => {
        await served.change("PUT", "/api/v1/strategies/thrower/*", { interval: "1m" });
        served.flow(30);
        await served.looked("ema-cross", "AAPL");
        await served.looked("thrower", "MSFT");
        await until(() => fortuneOf(served, "thrower")?.status === "given-up");
        assertEquals(await rest(served), alone);
        assertEquals(fortuneOf(served, "thrower", "MSFT")?.status, "running");
        const health = await served.get<Health>("/health");
        const [check] = health.checks["actor:strategy thrower on AAPL"]!;
        assertEquals([health.status === "fail", check!.status], [false, "warn"]);
        assertMatch(check!.output!, /a fault put there by the test/);
        assertEquals(health.checks["actor:strategy thrower on MSFT"], undefined);
        // Mended and set up anew it goes on.
        isBad = false;
        await served.change("PUT", "/api/v1/strategies/thrower/*", { interval: "1m" });
        served.flow(2);
        await served.looked("thrower", "AAPL");
        assertEquals(fortuneOf(served, "thrower"), {
          ...fortuneOf(served, "thrower")!,
          status: "running",
          fault: null,
        });
        assertEquals(
          (await served.get<Health>("/health")).checks["actor:strategy thrower on AAPL"],
          undefined,
        );
      });
    });
  }));

Deno.test("a strategy that fails now and then goes on where it failed", () =>
  inLives((live) => {
    let failed = 0;
    const seen: number[] = [];
    const flaky = odd("flaky", ({ candle }) => {
      if (seen.length === 10 && failed === 0) {
        failed++;
        throw new Error("once");
      }
      seen.push(candle.start);
    });
    const strategies = catalogOf([flaky]);
    return live({ strategies }, async (served) => {
      await served.change("PUT", "/api/v1/strategies/flaky/AAPL", { interval: "1m" });
      served.flow(20);
      await served.looked("flaky", "AAPL");
      assertEquals(failed, 1);
      assertEquals(seen.length, 20);
      assertEquals(seen, [...new Set(seen)].sort((a, b) => a - b));
    });
  }));

Deno.test("a strategy that takes too long for a candle is told and switched off", () =>
  inLives((live) => {
    const slow = odd("slow", () => {
      const end = performance.now() + 700;
      while (performance.now() < end);
    });
    const strategies = catalogOf([...STRATEGIES.values(), slow]);
    return live({ strategies, said: { "ema-cross": { AAPL: FAST } } }, async (served) => {
      await served.change("PUT", "/api/v1/strategies/slow/AAPL", { interval: "1m" });
      served.flow(1);
      await until(() => fortuneOf(served, "slow")?.status === "given-up");
      served.flow(20);
      await served.looked("ema-cross", "AAPL");
      const { fault } = fortuneOf(served, "slow")!;
      assertMatch(fault!, /^it took \d{3,} ms for one candle, of 500 allowed; it is switched off/);
      assert((await served.get<{ data: unknown[] }>("/api/v1/signals?limit=9")).data.length > 0);
    });
  }));
