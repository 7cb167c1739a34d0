import { assertEquals } from "@std/assert";
import { matches, routeOf } from "../../../actors/routing/table.ts";
import { resolveInstrument } from "../../../domain/instrument.ts";
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

Deno.test("without a rule all providers are asked, in the order configured", () => {
  assertEquals(route("AAPL"), { rule: -1, providers: ["ig", "alpaca", "demo"] });
  const none = { ...settings, routes: [] };
  assertEquals(routeOf(resolveInstrument({ symbol: "^FTSE" }), none).rule, -1);
});
