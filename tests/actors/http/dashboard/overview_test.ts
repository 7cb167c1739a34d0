import { assertEquals } from "@std/assert";
import {
  cellsOf,
  freshnessOf,
  phaseOf,
  type Snapshot,
  tally,
} from "../../../../actors/http/dashboard/assets/rows.js";
import { groupsOf } from "../../../../actors/http/dashboard/groups.ts";
import { resolveInstrument } from "../../../../domain/instrument.ts";

const NOW = Date.parse("2026-03-02T12:00:00Z");

const PLAIN: Snapshot = {
  symbol: "VOD.L",
  market: "LSE",
  currency: "GBX",
  step: 0.1,
  level: 1,
  basis: "bid",
  provider: "ig",
  price: 73.1,
  time: "2026-03-02T11:59:58.000Z",
  bid: 73.1,
  ask: 73.2,
  reference: { price: 74.1, kind: "close", time: "2026-02-27T16:30:00.000Z", status: "complete" },
  change: -1,
  changeShare: -1 / 74.1,
  day: { open: 74, high: 74.2, low: 73, volume: 0, status: "forming" },
  state: { regime: "imbalance-down", confidence: 0.8, reasons: ["Sold."] },
  flow: null,
  freshness: { state: "live", reason: null },
  heardAt: "2026-03-02T11:59:58.000Z",
};

Deno.test("a row says what a snapshot holds, in words and signs that need no colour", () => {
  const cells = cellsOf(PLAIN);
  const texts = Object.fromEntries(Object.entries(cells).map(([name, { text }]) => [name, text]));
  assertEquals(texts, {
    price: "73.1",
    unit: "p",
    change: "\u22121.0",
    share: "\u22121.35 %",
    bid: "73.1",
    ask: "73.2",
    volume: "–",
    flow: "–",
    state: "down",
  });
  assertEquals(cells.change.tone, "down");
  assertEquals(cells.change.title, "since the close of 2026-02-27");
  assertEquals(cells.state.title, "confidence 80 %\nSold.");
});

Deno.test("a row says what its change is measured from, and how far that can be trusted", () => {
  const title = (reference: Snapshot["reference"]) => cellsOf({ ...PLAIN, reference }).share.title;
  const { reference } = PLAIN;
  assertEquals(title(null), "nothing to compare with");
  assertEquals(
    title({ ...reference!, status: "gapped" }),
    "since the close of 2026-02-27 (that day is gapped)",
  );
  assertEquals(
    title({ ...reference!, kind: "open", time: "2026-03-02T08:00:00.000Z", status: "partial" }),
    "since the first price of 2026-03-02: no close before it is kept (that day is partial)",
  );
});

Deno.test("how fresh a row is is told in words, with an age from which it is worth one", () => {
  const text = (state: string, heardAt: string | null, isCut = false) =>
    freshnessOf({ freshness: { state, reason: null }, heardAt }, NOW, isCut).text;
  assertEquals(text("live", "2026-03-02T11:59:58.000Z"), "live");
  assertEquals(text("live", "2026-03-02T11:59:48.000Z"), "live 12 s");
  assertEquals(text("quiet", "2026-03-02T11:55:00.000Z"), "quiet 5 min");
  assertEquals(text("closed", "2026-02-27T16:30:00.000Z"), "closed");
  assertEquals(text("waiting", null), "waiting");
  assertEquals(text("live", "2026-03-02T11:59:58.000Z", true), "unknown");
});

Deno.test("the gravest come first in the tally", () => {
  const states = ["live", "closed", "wrong", "live", "stale"];
  assertEquals(
    tally(states.map((state) => ({ freshness: { state } }))),
    [["wrong", 1], ["stale", 1], ["live", 2], ["closed", 1]],
  );
});

Deno.test("a market says when it opens and closes", () => {
  const then = (phase: string, next: string) =>
    phaseOf({ phase, next: { time: "2026-03-02T14:30:00Z", phase: next } }, NOW).then;
  assertEquals(then("extended", "open"), "opens in 2 h 30 min, at");
  assertEquals(then("open", "extended"), "closes in 2 h 30 min, at");
  assertEquals(then("open", "closed"), "closes in 2 h 30 min, at");
  assertEquals(then("closed", "extended"), "early hours in 2 h 30 min, at");
  assertEquals(then("extended", "closed"), "end in 2 h 30 min, at");
});

Deno.test("instruments stand by market, indices and exchange rates by themselves", () => {
  const symbols = ["AAPL", "EURUSD", "SAP.DE", "SPY", "VOD.L", "^FTSE", "^GDAXI"];
  const groups = groupsOf(symbols.map((symbol) => ({ instrument: resolveInstrument({ symbol }) })));
  assertEquals(
    groups.map(({ name, markets, members }) => [
      name,
      markets.join(),
      members.map(({ instrument }) => instrument.symbol).join(),
    ]),
    [
      ["United States", "NASDAQ", "AAPL,SPY"],
      ["London", "LSE", "VOD.L"],
      ["Xetra", "XETR", "SAP.DE"],
      ["Indices", "LSE,XETR", "^FTSE,^GDAXI"],
      ["Foreign exchange", "FX", "EURUSD"],
    ],
  );
});
