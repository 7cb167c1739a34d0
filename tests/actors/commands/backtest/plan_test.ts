import { assertEquals, assertThrows } from "@std/assert";
import { planOf } from "../../../../actors/commands/backtest/plan.ts";
import type { BacktestArgs, ParameterSaid } from "../../../../actors/commands/deps.ts";
import { MarketdError } from "../../../../domain/errors.ts";
import { STRATEGIES } from "../../../../domain/strategies/catalog.ts";
import { revisionOf } from "../../../../domain/strategies/config.ts";
import { HOUR, MINUTE } from "../../../../domain/time.ts";

const ARGS: BacktestArgs = {
  strategies: ["ema-cross"],
  symbols: null,
  interval: undefined,
  parameters: [],
  horizon: undefined,
  costs: { spread: 0, commission: 0 },
  json: false,
  reports: [],
};

const said = (name: string, value: string | number, strategy: string | null = null) =>
  ({ strategy, name, value, text: `${name}=${value}` }) satisfies ParameterSaid;

const plan = (args: Partial<BacktestArgs>) => planOf({ ...ARGS, ...args }, STRATEGIES);

function refused(args: Partial<BacktestArgs>, code: string, ...words: string[]): void {
  assertThrows(
    () => plan(args),
    (error: unknown) =>
      error instanceof MarketdError && error.code === code && error.terminal &&
      words.every((word) => error.message.includes(word)),
  );
}

Deno.test("a strategy is set up as it usually is, but for what is said", () => {
  const [usual] = plan({}).strategies;
  assertEquals([usual!.setup.interval, usual!.horizon], ["5m", 250 * MINUTE]);
  const parameters = [said("fast", 5), said("slow", 30, "ema-cross")];
  const [tuned] = plan({ interval: "1h", parameters, horizon: HOUR }).strategies;
  assertEquals(tuned!.setup, {
    enabled: true,
    interval: "1h",
    parameters: { ...usual!.setup.parameters, fast: 5, slow: 30 },
  });
  assertEquals(tuned!.horizon, HOUR);
  assertEquals(tuned!.revision, revisionOf("ema-cross", tuned!.setup));
});

Deno.test("a strategy that is unknown is refused with the nearest one", () => {
  refused(
    { strategies: ["ema-crss"] },
    "unknown-strategy",
    '"ema-crss"',
    "did you mean ema-cross?",
  );
  refused({ strategies: ["xyz"] }, "unknown-strategy", "ema-cross");
});

Deno.test("a parameter that cannot be is refused with the schema's words", () => {
  const bad = (one: ParameterSaid, ...words: string[]) =>
    refused({ parameters: [one] }, "bad-parameter", "the strategy ema-cross", ...words);
  bad(said("fast", 30), "fast: must be less than slow");
  bad(said("fast", "nine"), "fast: must be a number");
  bad(said("fst", 3), "fst: is not one of its parameters; did you mean `fast`?");
  bad(said("quick", 3), "quick: is not one of its parameters; known here: fast, slow, ");
  refused({ parameters: [said("fast", 3, "other")] }, "bad-parameter", "other is none of");
});
