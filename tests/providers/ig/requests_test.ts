import { assert, assertEquals } from "@std/assert";
import { FLAGS } from "../../../domain/flags.ts";
import { formatTime, MINUTE, parseTime } from "../../../domain/time.ts";
import type { BarsQuery, HistoricalBar, Session } from "../../../providers/provider.ts";
import type { SimulatedBar } from "../../simulators/ig/marketroutes.ts";
import { MARKETS } from "../../simulators/ig/markets.ts";
import { assertWellFormed } from "../contract.ts";
import {
  asking,
  failureOf,
  instrument,
  type Venue,
  withSession,
  withStream,
  withVenue,
} from "./venue.ts";

const EURUSD = "CS.D.EURUSD.CFD.IP";
const FROM = parseTime("2026-11-18T10:00:00Z")!;

/** Bars of consecutive minutes from `FROM` on. */
function minutes(count: number, more: Partial<SimulatedBar> = {}): SimulatedBar[] {
  return Array.from({ length: count }, (_, i) => ({
    start: formatTime(FROM + i * MINUTE).slice(0, 19),
    open: [1.1, 1.2],
    high: [1.3, 1.4],
    low: [1.0, 1.1],
    close: [1.2, 1.3],
    volume: 10 + i,
    ...more,
  }));
}

async function barsOf(session: Session, query: Partial<BarsQuery>): Promise<HistoricalBar[][]> {
  const whole = {
    instrument: instrument("EURUSD"),
    from: FROM,
    to: FROM + 60 * MINUTE,
    interval: "1m",
    basis: "bid",
    ...query,
  } as const;
  const pages: HistoricalBar[][] = [];
  for await (const page of session.bars!(whole, { ...asking(), purpose: "backfill" })) {
    pages.push([...page]);
  }
  return pages;
}

function marketRequests({ simulator }: Venue): string[] {
  return simulator.asked.map(({ path }) => path).filter((path) => path.startsWith("/markets"));
}

Deno.test("the latest quotes are polled, in one request for as many as fifty", async () => {
  await withVenue(async (venue) => {
    await withSession(venue, async (session) => {
      const wanted = ["EURUSD", "VOD.L", "AAPL"].map((symbol) => instrument(symbol));
      await session.latest!(wanted, asking());
      const before = venue.simulator.asked.length;
      const ticks = await session.latest!(wanted, asking());
      assertEquals(venue.simulator.asked.length, before + 1);
      for (const tick of ticks) assertWellFormed(tick);
      // 1.085 and 4 pips of a tenth; 73.1 and 0.4 pence; 23012 and 0.4 cents.
      assertEquals(
        ticks.map((tick) => tick.kind === "quote" && [tick.symbol, tick.bid, tick.ask]),
        [
          ["EURUSD", 1.085, 1.08504],
          ["VOD.L", 73.1, 73.5],
          ["AAPL", 230.12, 230.124],
        ],
      );
      assert(ticks.every(({ flags }) => flags === FLAGS.polled));
      const lag = ticks[0]!.receivedAt - ticks[0]!.time;
      assert(lag >= 0 && lag < MINUTE, `${lag}`);
    });
  });
});

Deno.test("what is closed, one-sided or unknown is left out, null, and left out", async () => {
  await withVenue(async (venue) => {
    await withSession(venue, async (session) => {
      venue.simulator.quote("KA.D.VOD.DAILY.IP", { DLG_FLAG: "CLOSED" });
      venue.simulator.quote("KA.D.BP.DAILY.IP", { ASKPRICE1: null });
      const wanted = ["VOD.L", "BP.L", "NOSUCH"].map((symbol) => instrument(symbol));
      const ticks = await session.latest!(wanted, asking());
      assertEquals(
        ticks.map((tick) => tick.kind === "quote" && [tick.symbol, tick.bid, tick.ask]),
        [
          ["BP.L", 400, null],
        ],
      );
    });
  });
});

Deno.test("bars come in pages of 500, on the basis asked for, and cost as many points", async () => {
  await withVenue(async (venue) => {
    venue.simulator.bars.set(EURUSD, minutes(1_200));
    await withSession(venue, async (session) => {
      const to = FROM + 1_200 * MINUTE;
      const pages = await barsOf(session, { to });
      assertEquals(pages.map(({ length }) => length), [500, 500, 200]);
      assertEquals(pages[0]![0], {
        symbol: "EURUSD",
        interval: "1m",
        basis: "bid",
        start: FROM,
        open: 1.1,
        high: 1.3,
        low: 1,
        close: 1.2,
        volume: null,
        ticks: 10,
        vwap: null,
      });
      const [asked] = await barsOf(session, { basis: "ask", to: FROM + MINUTE });
      assertEquals(asked!.map(({ basis, open, close }) => [basis, open, close]), [[
        "ask",
        1.2,
        1.3,
      ]]);
    });
    const costs = venue.context.asked.filter(({ names }) => names.includes("history"));
    assertEquals(costs.map(({ cost, purpose }) => [cost, purpose]), [
      [500, "backfill"],
      [500, "backfill"],
      [200, "backfill"],
      [1, "backfill"],
    ]);
    // 10,000 less the 1,201 bars that came.
    assertEquals(venue.context.told.get("history"), 8_799);
  });
});

Deno.test("a span's end is exclusive, and bars without prices are left out", async () => {
  await withVenue(async (venue) => {
    const bars = minutes(5);
    bars[1] = { ...bars[1]!, high: [null, null] };
    venue.simulator.bars.set(EURUSD, bars);
    await withSession(venue, async (session) => {
      const pages = await barsOf(session, { to: FROM + 3 * MINUTE });
      assertEquals(pages.flat().map(({ start }) => (start - FROM) / MINUTE), [0, 2]);
      assertEquals(await barsOf(session, { to: FROM }), []);
      assertEquals(await barsOf(session, { from: FROM - 60 * MINUTE, to: FROM }), []);
    });
  });
});

Deno.test("an exchange's bars have a volume, where others have a count of changes", async () => {
  await withVenue(async (venue) => {
    venue.simulator.bars.set("KA.D.VOD.DAILY.IP", minutes(1, { lastTraded: 1.2, volume: 900 }));
    await withSession(venue, async (session) => {
      const [[bar] = []] = await barsOf(session, { instrument: instrument("VOD.L") });
      assertEquals([bar!.volume, bar!.ticks], [900, null]);
    });
  });
});

Deno.test("history on another clock than UTC is not taken for what was asked", async () => {
  await withVenue(async (venue) => {
    venue.simulator.bars.set(EURUSD, minutes(1_000));
    await withSession(venue, async (session) => {
      const error = await failureOf(() => barsOf(session, {}));
      assertEquals(error.code, "bad-data");
      assert(error.message.includes("2026-11-18T18:00:00.000Z"), error.message);
    });
  }, { venue: { hoursOff: 8 } });
});

Deno.test("history that is used up is an allowance to wait for, and the ledger hears of it", async () => {
  await withVenue(async (venue) => {
    venue.simulator.bars.set(EURUSD, minutes(60));
    await withSession(venue, async (session) => {
      const error = await failureOf(() => barsOf(session, {}));
      assertEquals([error.code, error.terminal], ["allowance", false]);
      assertEquals(venue.context.told.get("history"), 0);
      // The session stays.
      assertEquals((await session.latest!([instrument("EURUSD")], asking())).length, 1);
    });
  }, { venue: { points: 10 } });
});

Deno.test("bars that IG does not have as ours are refused without asking for them", async () => {
  await withVenue(async (venue) => {
    await withSession(venue, async (session) => {
      for (const query of [{ interval: "1d" }, { interval: "4h" }, { basis: "trade" as const }]) {
        assertEquals((await failureOf(() => barsOf(session, query))).code, "refused");
      }
    });
    assertEquals(venue.context.asked.filter(({ names }) => names.includes("history")), []);
  });
});

Deno.test("sentiment is asked for by the market's id", async () => {
  await withVenue(async (venue) => {
    venue.simulator.sentiment.set("EURUSD", 37);
    await withSession(venue, async (session) => {
      const told = await session.sentiment!(instrument("EURUSD"), asking());
      assertEquals(told, { long: 37, short: 63 });
      const error = await failureOf(() => session.sentiment!(instrument("NOSUCH"), asking()));
      assert(error.message.includes("NOSUCH"), error.message);
    });
  });
});

Deno.test("a search tells epics, what they are, and whether they stream", async () => {
  await withVenue(async (venue) => {
    await withSession(venue, async (session) => {
      assertEquals(await session.search!("vodafone", asking()), [
        { name: "KA.D.VOD.DAILY.IP", description: "Vodafone Group PLC", streams: true },
      ]);
      assertEquals(await session.search!("nothing like it", asking()), []);
    });
  });
});

Deno.test("the configured epic wins over what was learnt, and that over what is common", async () => {
  const mini = { ...MARKETS[0]!, epic: "CS.D.EURUSD.MINI.IP" };
  const today = { ...MARKETS[0]!, epic: "CS.D.EURUSD.TODAY.IP" };
  const venue = { markets: [...MARKETS, mini, today] };
  const subscribed = async (more: object, mappings?: ReadonlyMap<string, string>) => {
    let items: string[] = [];
    await withVenue(async (venue) => {
      await withStream(venue, async ({ stream }) => {
        assertEquals(await stream.subscribe([instrument("EURUSD", more)]), []);
      });
      items = venue.simulator.diary.filter((one) => one.startsWith("subscribe PRICE"));
    }, { venue, ...(mappings && { mappings }) });
    return items[0]!.split(":")[2];
  };
  const learnt = new Map([["EURUSD", "CS.D.EURUSD.MINI.IP"]]);
  const configured = { providers: { ig: { epic: "CS.D.EURUSD.TODAY.IP" } } };
  assertEquals(await subscribed(configured, learnt), "CS.D.EURUSD.TODAY.IP");
  assertEquals(await subscribed({}, learnt), "CS.D.EURUSD.MINI.IP");
  assertEquals(await subscribed({}), "CS.D.EURUSD.CFD.IP");
});

Deno.test("a common epic that the account does not have gives way to the next", async () => {
  const markets = [...MARKETS.slice(1), { ...MARKETS[0]!, epic: "CS.D.EURUSD.TODAY.IP" }];
  await withVenue(async (venue) => {
    await withStream(venue, async ({ sink, stream }) => {
      const wanted = [instrument("GBPUSD"), instrument("EURUSD"), instrument("VOD.L")];
      assertEquals(await stream.subscribe(wanted), []);
      const names = sink.said.flatMap((word) =>
        word.what === "mapping" ? [[word.symbol, word.name]] : []
      );
      assertEquals(names, [
        ["GBPUSD", "CS.D.GBPUSD.CFD.IP"],
        ["VOD.L", "KA.D.VOD.DAILY.IP"],
        ["EURUSD", "CS.D.EURUSD.TODAY.IP"],
      ]);
    });
  }, { venue: { markets } });
});

Deno.test("a symbol without a common epic is searched for, and what was found is kept", async () => {
  await withVenue(async (venue) => {
    await withStream(venue, async ({ sink, stream }) => {
      // IG finds a pair by its name with a slash.
      const wanted = [instrument("TSCO.L"), instrument("EURGBP")];
      assertEquals(await stream.subscribe(wanted), []);
      const names = sink.said.flatMap((word) =>
        word.what === "mapping" ? [[word.symbol, word.name]] : []
      );
      assertEquals(names, [["TSCO.L", "KA.D.TSCO.DAILY.IP"], ["EURGBP", "CS.D.EURGBP.TODAY.IP"]]);
    });
    assert(marketRequests(venue).includes("/markets?searchTerm=EUR%2FGBP"));
  });
});

Deno.test("what was learnt is not searched for again", async () => {
  await withVenue(async (venue) => {
    await withStream(venue, async ({ stream }) => {
      assertEquals(await stream.subscribe([instrument("TSCO.L")]), []);
    });
    assertEquals(marketRequests(venue), ["/markets?epics=KA.D.TSCO.DAILY.IP"]);
  }, { mappings: new Map([["TSCO.L", "KA.D.TSCO.DAILY.IP"]]) });
});

Deno.test("a search with more than one answer is refused with the likely ones, and so is one with none", async () => {
  const markets = MARKETS.map((market) =>
    market.epic === "KA.D.RR.DAILY.IP" ? { ...market, epic: "KA.D.RRY.DAILY.IP" } : market
  );
  await withVenue(async (venue) => {
    await withStream(venue, async ({ sink, stream }) => {
      const refused = await stream.subscribe([instrument("RR.L"), instrument("ZZZ.L")]);
      const [several, none] = refused.map(({ reason }) => reason);
      assert(several!.includes("KA.D.RRY.DAILY.IP (Rolls-Royce Holdings PLC)"), several);
      assert(several!.includes("KA.D.RRX.CASH.IP") && several!.includes("providers.ig.epic"));
      assert(none!.includes("ZZZ.L") && none!.includes("nothing like it"), none);
      assertEquals(sink.said, []);
    });
  }, { venue: { markets } });
});

Deno.test("one whose epic has the very name of several is the one that is meant", async () => {
  await withVenue(async (venue) => {
    await withStream(venue, async ({ stream }) => {
      assertEquals(await stream.subscribe([instrument("RR.L")]), []);
    });
    assert(venue.simulator.diary.includes("subscribe PRICE:ABC12:KA.D.RR.DAILY.IP"));
  });
});

Deno.test("a configured epic that IG does not have is refused with likely ones, and the rest streams", async () => {
  await withVenue(async (venue) => {
    await withStream(venue, async ({ stream }) => {
      const wrong = { providers: { ig: { epic: "KA.D.VODX.DAILY.IP" } } };
      const refused = await stream.subscribe([instrument("VOD.L", wrong), instrument("EURUSD")]);
      assertEquals(refused.map(({ symbol }) => symbol), ["VOD.L"]);
      assert(refused[0]!.reason.includes("KA.D.VODX.DAILY.IP"), refused[0]!.reason);
      assert(refused[0]!.reason.includes("KA.D.VOD.DAILY.IP (Vodafone Group PLC)"));
    });
  });
});

Deno.test("a unit that cannot be converted is refused rather than guessed at", async () => {
  const markets = MARKETS.map((market) =>
    market.epic === EURUSD ? { ...market, scalingFactor: 3 } : market
  );
  await withVenue(async (venue) => {
    await withStream(venue, async ({ stream }) => {
      const [refusal] = await stream.subscribe([instrument("EURUSD")]);
      assert(refusal!.reason.includes("scalingFactor 3"), refusal!.reason);
    });
  }, { venue: { markets } });
});

Deno.test("what IG does not have is looked for once a session, not at each poll", async () => {
  await withVenue(async (venue) => {
    await withSession(venue, async (session) => {
      const wanted = [instrument("NOSUCH"), instrument("EURUSD")];
      await session.latest!(wanted, asking());
      const before = marketRequests(venue).length;
      assertEquals((await session.latest!(wanted, asking())).length, 1);
      assertEquals(marketRequests(venue).length, before + 1);
    });
  });
});
