import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { MarketdError } from "../../domain/errors.ts";
import { assetClass, type InstrumentSpec, resolveInstrument } from "../../domain/instrument.ts";
import { isMarketId, MARKET_IDS } from "../../domain/market.ts";

// Symbol, market, currency, price step, asset class.
const KNOWN: [string, string, string, number, string][] = [
  ["AAPL", "NASDAQ", "USD", 0.01, "equity"],
  ["QQQ", "NASDAQ", "USD", 0.01, "equity"],
  ["IBM", "NYSE", "USD", 0.01, "equity"],
  ["BRK.B", "NYSE", "USD", 0.01, "equity"],
  ["SPY", "ARCA", "USD", 0.01, "equity"],
  ["ZZZZ", "US", "USD", 0.01, "equity"],
  ["VOD.L", "LSE", "GBX", 0.1, "equity"],
  ["SAP.DE", "XETR", "EUR", 0.01, "equity"],
  ["MC.PA", "XPAR", "EUR", 0.01, "equity"],
  ["ABC.XX", "US", "USD", 0.01, "equity"],
  ["^FTSE", "LSE", "GBP", 0.01, "index"],
  ["^GDAXI", "XETR", "EUR", 0.01, "index"],
  ["^FCHI", "XPAR", "EUR", 0.01, "index"],
  ["^GSPC", "NYSE", "USD", 0.01, "index"],
  ["^DJI", "NYSE", "USD", 0.01, "index"],
  ["^NDX", "NASDAQ", "USD", 0.01, "index"],
  ["^IXIC", "NASDAQ", "USD", 0.01, "index"],
  ["^RUT", "US", "USD", 0.01, "index"],
  ["EURUSD", "FX", "USD", 0.00001, "fx"],
  ["EURGBP", "FX", "GBP", 0.00001, "fx"],
  ["USDJPY", "FX", "JPY", 0.001, "fx"],
  ["XAUUSD", "FX", "USD", 0.01, "fx"],
  // Six letters, but not two currencies; and a currency against itself.
  ["GOOGLE", "US", "USD", 0.01, "equity"],
  ["EURXXX", "US", "USD", 0.01, "equity"],
  ["USDUSD", "US", "USD", 0.01, "equity"],
];
for (const [symbol, market, currency, step, kind] of KNOWN) {
  Deno.test(`${symbol} alone is ${kind} at ${market} in ${currency}, by steps of ${step}`, () => {
    const instrument = resolveInstrument({ symbol });
    assertEquals(instrument, {
      symbol,
      market,
      currency,
      step,
      level: 1,
      basis: null,
      pinned: false,
      providers: {},
    });
    assertEquals(assetClass(instrument), kind);
  });
}

Deno.test("what is said of an instrument stands", () => {
  const spec: InstrumentSpec = {
    symbol: "VOD.L",
    market: "LSE",
    currency: "GBP",
    step: 0.02,
    level: 2,
    basis: "mid",
    pinned: true,
    providers: { ig: { epic: "KA.D.VOD.DAILY.IP" } },
  };
  assertEquals({ ...resolveInstrument(spec) }, { ...spec });
});

Deno.test("a market that is said wins over the symbol's listing and shape", () => {
  const instrument = resolveInstrument({ symbol: "IBM", market: "XETR" });
  assertEquals([instrument.market, instrument.currency], ["XETR", "EUR"]);
  const share = resolveInstrument({ symbol: "GBPJPY", market: "US" });
  assertEquals([share.currency, share.step, assetClass(share)], ["USD", 0.01, "equity"]);
  assertEquals(resolveInstrument({ symbol: "VOD", market: "LSE" }).currency, "GBX");
});

Deno.test("what a market of currencies holds beside pairs is priced as the market says", () => {
  const instrument = resolveInstrument({ symbol: "BTCUSD", market: "FX" });
  assertEquals([instrument.currency, instrument.step], ["USD", 0.00001]);
  assertEquals(assetClass(instrument), "fx");
  assertEquals(assetClass(resolveInstrument({ symbol: "^DXY", market: "FX" })), "index");
});

Deno.test("symbols, markets and currencies may be written in any case", () => {
  const instrument = resolveInstrument({ symbol: "vod.l", market: "lse", currency: "gbp" });
  assertEquals(
    [instrument.symbol, instrument.market, instrument.currency],
    ["VOD.L", "LSE", "GBP"],
  );
  assertEquals(resolveInstrument({ symbol: "eurUsd" }).market, "FX");
});

Deno.test("an unknown market is refused in one sentence that names the known ones", () => {
  assertThrows(
    () => resolveInstrument({ symbol: "VOD.L", market: "LONDON" }),
    (error: unknown) => {
      assert(error instanceof MarketdError);
      assertEquals([error.code, error.terminal], ["unknown-market", true]);
      assertEquals(
        error.message,
        'Cannot place VOD.L at the market "LONDON", which is unknown: ' +
          "say one of NASDAQ, NYSE, ARCA, US, LSE, XETR, XPAR, FX, or leave it out.",
      );
      return true;
    },
  );
});

Deno.test("an empty market is refused, not taken for none", () => {
  assertThrows(() => resolveInstrument({ symbol: "AAPL", market: "" }), MarketdError);
});

Deno.test("any symbol has a market, and resolving what was resolved changes nothing", () => {
  const symbols = fc.stringMatching(/^[A-Za-z0-9^][A-Za-z0-9.^_-]{0,31}$/);
  fc.assert(fc.property(symbols, (symbol) => {
    const instrument = resolveInstrument({ symbol });
    assert(isMarketId(instrument.market) && instrument.step > 0);
    const { basis: _none, ...settled } = instrument;
    assertEquals(resolveInstrument(settled), instrument);
  }));
});

Deno.test("every known market may be said of any symbol", () => {
  for (const market of MARKET_IDS) {
    assertEquals(resolveInstrument({ symbol: "ANY", market: market.toLowerCase() }).market, market);
  }
});
