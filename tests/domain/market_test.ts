import { assert, assertEquals } from "@std/assert";
import { isMarketId, MARKET_IDS, MARKETS } from "../../domain/market.ts";

Deno.test("every market knows its own id, and its zone is one that the platform knows", () => {
  for (const id of MARKET_IDS) {
    const market = MARKETS[id];
    assertEquals(market.id, id);
    assertEquals(
      new Intl.DateTimeFormat("en", { timeZone: market.zone }).resolvedOptions().timeZone,
      market.zone,
    );
  }
});

Deno.test("a market's times are of 24 hours, and its extended hours include the regular ones", () => {
  for (const id of MARKET_IDS) {
    const { regular, extended, early } = MARKETS[id];
    for (const time of [...Object.values(regular), ...Object.values(extended)]) {
      assert(/^([01]\d|2[0-3]):[0-5]\d$/.test(time), `${id} ${time}`);
    }
    assert(extended.open <= regular.open && extended.close >= regular.close, id);
    if (early === null) continue;
    assert(early.regular > regular.open && early.regular < regular.close, id);
    assert(early.extended >= early.regular && early.extended < extended.close, id);
  }
});

Deno.test("the four US markets differ in name only", () => {
  const { id: _id, name: _name, ...composite } = MARKETS.US;
  for (const id of ["NASDAQ", "NYSE", "ARCA"] as const) {
    const { id: _id, name: _name, ...market } = MARKETS[id];
    assertEquals(market, composite);
  }
});

Deno.test("London's prices are in pence, the other exchanges' in their country's money", () => {
  const currencies = MARKET_IDS.map((id) => `${id} ${MARKETS[id].currency}`);
  assertEquals(currencies, [
    "NASDAQ USD",
    "NYSE USD",
    "ARCA USD",
    "US USD",
    "LSE GBX",
    "XETR EUR",
    "XPAR EUR",
    "FX USD",
  ]);
});

Deno.test("only a market's exact id names it", () => {
  assert(isMarketId("LSE"));
  for (const text of ["lse", "LONDON", "", "constructor", "toString"]) {
    assertEquals(isMarketId(text), false, text);
  }
});
