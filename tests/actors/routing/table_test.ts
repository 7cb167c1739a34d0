import { assertEquals } from "@std/assert";
import { matches, routeOf } from "../../../actors/routing/table.ts";
import { resolveInstrument } from "../../../domain/instrument.ts";
import type { Capability } from "../../../providers/provider.ts";
import { settingsOf } from "../fixture.ts";

const PATTERNS: readonly (readonly [string, string, boolean])[] = [
  ["AAPL", "AAPL", true],
  ["AAPL", "AAPLX", false],
  ["AAPL", "XAAPL", false],
  ["aapl", "AAPL", true],
  ["*", "VOD.L", true],
  ["*.L", "VOD.L", true],
  ["*.L", "VODXL", false],
  ["*.L", "VOD.LX", false],
  ["*.l", "VOD.L", true],
  ["^*", "^FTSE", true],
  ["^*", "FTSE", false],
  ["EUR*", "EURUSD", true],
  ["EUR*", "EUR", true],
  ["*EUR*", "XEURX", true],
  ["A*C*E", "ABCDE", true],
  ["A*C*E", "ABDE", false],
  ["B.P", "BXP", false],
  ["A+", "AA", false],
  ["(A", "(A", true],
  ["A|B", "A", false],
  ["[A]", "A", false],
  ["A$", "A", false],
  ["", "A", false],
];

for (const [pattern, symbol, fits] of PATTERNS) {
  Deno.test(`"${pattern}" ${fits ? "fits" : "does not fit"} ${symbol}`, () => {
    assertEquals(matches(pattern, symbol), fits);
  });
}

const settings = settingsOf({
  providers: { ig: {}, alpaca: {}, demo: {} },
  routes: [
    { match: "^*", providers: ["ig"] },
    { match: "*USD", market: "fx", providers: ["demo", "ig"] },
    { market: "FX", providers: ["ig"] },
    { match: "*.L", providers: ["alpaca"] },
  ],
});

const route = (symbol: string, market?: string) =>
  routeOf(resolveInstrument({ symbol, market }), settings);

Deno.test("the first rule that matches decides", () => {
  assertEquals(route("^FTSE"), { rule: 0, providers: ["ig"] });
  assertEquals(route("VOD.L"), { rule: 3, providers: ["alpaca"] });
});

Deno.test("a rule of a pattern and a market wants both, the market in any case", () => {
  assertEquals(route("EURUSD"), { rule: 1, providers: ["demo", "ig"] });
  assertEquals(route("EURGBP"), { rule: 2, providers: ["ig"] });
  // A US listing that merely ends like a currency.
  assertEquals(route("XUSD").rule, -1);
});

/** Without a rule: what is at home there comes first, then the order configured. */
const DEFAULTS: readonly (readonly [string, string])[] = [
  ["AAPL", "alpaca,ig,demo"],
  ["BRK.B", "alpaca,ig,demo"],
  ["XYZ", "alpaca,ig,demo"],
  ["VOD.L", "ig,alpaca,demo"],
  ["^FTSE", "ig,alpaca,demo"],
  // Its hours are New York's, but alpaca has no indices.
  ["^GSPC", "ig,alpaca,demo"],
  ["EURUSD", "ig,alpaca,demo"],
];

for (const providers of [["ig", "alpaca"], ["alpaca", "ig"]]) {
  Deno.test(`by default US listings are alpaca's, London and indices IG's: ${providers}`, () => {
    const known = Object.fromEntries([...providers, "demo"].map((id) => [id, {}]));
    for (const [symbol, expected] of DEFAULTS) {
      const found = routeOf(resolveInstrument({ symbol }), { routes: [], providers: known });
      assertEquals([found.rule, found.providers.join()], [-1, expected], symbol);
    }
  });
}

Deno.test("without a rule and without the one at home there, it is the order configured", () => {
  const table = { routes: [], providers: { demo: {}, ig: {} } };
  assertEquals(routeOf(resolveInstrument({ symbol: "AAPL" }), table).providers, ["demo", "ig"]);
});

Deno.test("a rule that names capabilities decides for these alone", () => {
  const { routes, providers } = settingsOf({
    providers: { ig: {}, alpaca: {} },
    routes: [
      { match: "A*", capabilities: ["historicalBars"], providers: ["ig"] },
      { match: "*", providers: ["alpaca"] },
    ],
  });
  const aapl = resolveInstrument({ symbol: "AAPL" });
  const asked = (capability?: Capability) => routeOf(aapl, { routes, providers }, capability);
  assertEquals(asked(), { rule: 1, providers: ["alpaca"] });
  assertEquals(asked("historicalBars"), { rule: 0, providers: ["ig"] });
  assertEquals(asked("historicalTicks"), { rule: 1, providers: ["alpaca"] });
});

Deno.test("a rule that names any of what is live decides the live feed, and no history", () => {
  const { routes, providers } = settingsOf({
    providers: { ig: {}, alpaca: {} },
    routes: [
      { match: "A*", capabilities: ["quotes"], providers: ["ig"] },
      { match: "*", providers: ["alpaca"] },
    ],
  });
  const aapl = resolveInstrument({ symbol: "AAPL" });
  for (const live of [undefined, "streaming", "quotes", "trades", "depth"] as const) {
    assertEquals(routeOf(aapl, { routes, providers }, live).rule, 0, live);
  }
  for (const past of ["historicalBars", "historicalTicks", "sentiment"] as const) {
    assertEquals(routeOf(aapl, { routes, providers }, past).rule, 1, past);
  }
});
