import { assert, assertEquals } from "@std/assert";
import type { Instrument } from "../../../domain/instrument.ts";
import type { Quote } from "../../../domain/tick.ts";
import { MARKETS, type SimulatedMarket } from "../../simulators/ig/markets.ts";
import { quiet, RecordingSink } from "../sink.ts";
import { testContext } from "../context.ts";
import { Link } from "../../../providers/ig/link.ts";
import { ig } from "../../../providers/ig/provider.ts";
import {
  eventually,
  failureOf,
  instrument,
  optionsFor,
  withSession,
  withStream,
  withVenue,
} from "./venue.ts";

const EURUSD = "CS.D.EURUSD.CFD.IP";
const VOD = "KA.D.VOD.DAILY.IP";

/** Markets of shares with names of their own, and their instruments. */
function many(count: number): { markets: SimulatedMarket[]; instruments: Instrument[] } {
  const vod = MARKETS.find(({ epic }) => epic === VOD)!;
  const markets = Array.from(
    { length: count },
    (_, i) => ({ ...vod, epic: `KA.D.N${i}.DAILY.IP` }),
  );
  const instruments = markets.map(({ epic }, i) =>
    instrument(`N${i}.L`, { providers: { ig: { epic } } })
  );
  return { markets, instruments };
}

function quotes(sink: RecordingSink): Quote[] {
  return sink.ticked.filter((tick) => tick.kind === "quote");
}

Deno.test("an instrument streams its prices from the adapter Pricing, and its candles", async () => {
  await withVenue(async (venue) => {
    await withStream(venue, async ({ sink, stream }) => {
      assertEquals(await stream.subscribe([instrument("EURUSD")]), []);
      await sink.until(() => sink.ticked.length === 1);
      const start = 1_794_830_400_000;
      const bid = { BID_OPEN: "1.1", BID_HIGH: "1.3", BID_LOW: "1", BID_CLOSE: "1.2" };
      const count = { CONS_TICK_COUNT: "7" };
      await eventually(() => venue.simulator.count(`subscribe CHART:${EURUSD}:1MINUTE`) === 1);
      venue.simulator.candle(EURUSD, { UTM: `${start}`, CONS_END: "0", ...bid, ...count });
      venue.simulator.candle(EURUSD, { UTM: `${start}`, CONS_END: "1", ...bid, ...count });
      await sink.until(() => sink.said.some(({ what }) => what === "bar"));
      const bars = sink.said.flatMap((word) => word.what === "bar" ? [word.bar] : []);
      assertEquals(bars, [{
        symbol: "EURUSD",
        interval: "1m",
        basis: "bid",
        start: start * 1_000,
        open: 1.1,
        high: 1.3,
        low: 1,
        close: 1.2,
        volume: null,
        ticks: 7,
        vwap: null,
      }]);
    });
    assert(venue.simulator.diary.includes(`subscribe PRICE:ABC12:${EURUSD}`));
  });
});

Deno.test("every update that the venue sends is a tick, to the last", async () => {
  await withVenue(async (venue) => {
    await withStream(venue, async ({ sink, stream }) => {
      await stream.subscribe([instrument("EURUSD"), instrument("VOD.L"), instrument("^FTSE")]);
      for (let i = 0; i < 20; i++) {
        venue.simulator.walk(300, [EURUSD, VOD, "IX.D.FTSE.DAILY.IP"]);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      // Each walk moves the bid, so that each is a quote; and a snapshot of each.
      await sink.until(() => sink.ticked.length >= 6_003);
      await quiet();
      const sent = (item: string) => venue.simulator.sent.get(item);
      const told = (symbol: string) => sink.ticked.filter((tick) => tick.symbol === symbol).length;
      assertEquals([told("EURUSD"), told("VOD.L"), told("^FTSE")], [2_001, 2_001, 2_001]);
      assertEquals([sent(`PRICE:ABC12:${EURUSD}`), sent(`PRICE:ABC12:${VOD}`)], [2_001, 2_001]);
      assertEquals(sink.problems, []);
    });
  });
});

Deno.test("updates of one message are one batch", async () => {
  await withVenue(async (venue) => {
    await withStream(venue, async ({ sink, stream }) => {
      await stream.subscribe([instrument("EURUSD")]);
      await sink.until(() => sink.ticked.length === 1);
      venue.simulator.walk(50, [EURUSD]);
      await sink.until(() => sink.ticked.length === 51);
      const batches = sink.said.flatMap((word) => word.what === "ticks" ? [word.ticks.length] : []);
      assertEquals(batches, [1, 50]);
    });
  });
});

Deno.test("a share of London is in pence, and one of New York in dollars", async () => {
  await withVenue(async (venue) => {
    await withStream(venue, async ({ sink, stream }) => {
      await stream.subscribe([instrument("VOD.L"), instrument("AAPL"), instrument("EURGBP")]);
      await sink.until(() => sink.ticked.length === 3);
      const bids = Object.fromEntries(quotes(sink).map(({ symbol, bid }) => [symbol, bid]));
      // 73.1 pence; 23012 cents; 8412.3 points of 0.0001.
      assertEquals(bids, { "VOD.L": 73.1, AAPL: 230.12, EURGBP: 0.84123 });
    });
  });
});

Deno.test("forty instruments are streamed, and the others are polled instead", async () => {
  const { markets, instruments } = many(42);
  await withVenue(async (venue) => {
    await withStream(venue, async ({ stream }) => {
      const refused = await stream.subscribe(instruments);
      assertEquals(refused.map(({ symbol, polls }) => [symbol, polls]), [
        ["N40.L", true],
        ["N41.L", true],
      ]);
      assert(refused[0]!.reason.includes("holds 40"), refused[0]!.reason);
      assertEquals(venue.simulator.lightstreamer.sessions[0]!.itemCount, 40);
    });
    assertEquals(venue.simulator.diary.filter((one) => one.startsWith("subscribe refused")), []);
  }, { venue: { markets } });
});

Deno.test("candles make room for prices, and come back when there is room again", async () => {
  const { markets, instruments } = many(39);
  const candles = (itemNames: string[]) =>
    itemNames.filter((name) => name.startsWith("CHART")).length;
  await withVenue(async (venue) => {
    const items = () =>
      [...venue.simulator.lightstreamer.sessions[0]!.subscriptions.values()]
        .flatMap(({ items }) => items.map(({ name }) => name));
    await withStream(venue, async ({ stream }) => {
      await stream.subscribe(instruments.slice(0, 15));
      await eventually(() => items().length === 30);
      await stream.subscribe(instruments.slice(15));
      await eventually(() => items().length === 40 && candles(items()) === 1);
      await stream.unsubscribe(instruments.slice(10).map(({ symbol }) => symbol));
      await eventually(() => items().length === 20 && candles(items()) === 10);
    });
    assertEquals(venue.simulator.diary.filter((one) => one.startsWith("subscribe refused")), []);
  }, { venue: { markets } });
});

Deno.test("candles that are refused are a problem, and the prices stream all the same", async () => {
  const [eurusd, ...others] = MARKETS;
  await withVenue(async (venue) => {
    await withStream(venue, async ({ sink, stream }) => {
      assertEquals(await stream.subscribe([instrument("EURUSD")]), []);
      await sink.until(() => sink.problems.length === 1 && sink.ticked.length === 1);
      assertEquals(sink.problems, [{
        where: `CHART:${EURUSD}:1MINUTE`,
        what: "the server refuses it: Invalid group (code 21)",
      }]);
    });
  }, { venue: { markets: [{ ...eurusd!, charts: false }, ...others] } });
});

Deno.test("what IG does not stream is polled", async () => {
  const [eurusd, ...others] = MARKETS;
  await withVenue(async (venue) => {
    await withStream(venue, async ({ stream }) => {
      const [refusal] = await stream.subscribe([instrument("EURUSD")]);
      assertEquals([refusal!.symbol, refusal!.polls], ["EURUSD", true]);
      assert(refusal!.reason.includes(EURUSD), refusal!.reason);
    });
  }, { venue: { markets: [{ ...eurusd!, streams: false }, ...others] } });
});

Deno.test("a broken socket is recovered without a word, and nothing is lost or said twice", async () => {
  await withVenue(async (venue) => {
    await withStream(venue, async ({ sink, stream }) => {
      await stream.subscribe([instrument("EURUSD")]);
      venue.simulator.walk(10, [EURUSD]);
      await sink.until(() => sink.ticked.length === 11);
      venue.simulator.command({ fault: "drop" });
      venue.simulator.walk(10, [EURUSD]);
      await sink.until(() => sink.ticked.length === 21);
      venue.simulator.walk(10, [EURUSD]);
      await sink.until(() => sink.ticked.length === 31);
      assertEquals(sink.end, undefined);
      assertEquals(new Set(sink.ticked.map(({ id }) => id)).size, 31);
    });
    assertEquals(venue.simulator.count("recover ABC12"), 1);
    assertEquals(venue.simulator.count("stream ABC12"), 1);
  });
});

Deno.test("a session that the server does not know any more is lost, and not begun again by itself", async () => {
  await withVenue(async (venue) => {
    await withStream(venue, async ({ sink, stream }) => {
      await stream.subscribe([instrument("EURUSD")]);
      await sink.until(() => sink.ticked.length === 1);
      const broken = Date.now() * 1_000;
      venue.simulator.command({ fault: "forget" });
      const end = await sink.untilEnd();
      assert(end !== "ended");
      assertEquals([end.code, end.terminal], ["lost", false]);
      // Since it broke, however long it was tried to be recovered.
      const { since = NaN } = end;
      assert(since >= broken && since <= Date.now() * 1_000, `lost since ${since}`);
      await quiet();
      assertEquals(sink.said.filter(({ what }) => what === "lost").length, 1);
      assertEquals(venue.simulator.count("stream ABC12"), 1);
    });
  });
});

Deno.test("a stream whose server is not there cannot be opened", async () => {
  // Port 9 is that of the discard service, which nobody runs.
  const endpoints = (simulator: { readonly api: string }) => ({
    api: simulator.api,
    stream: "http://127.0.0.1:9",
  });
  await withVenue(async ({ simulator }) => {
    const options = optionsFor(simulator, { endpoints: endpoints(simulator) });
    const session = await ig.create(options, testContext()).authenticate(
      new AbortController().signal,
    );
    const error = await failureOf(() =>
      session.openStream(new RecordingSink(), new AbortController().signal)
    );
    assertEquals([error.code, error.terminal], ["lost", false]);
    await session.logOut();
  });
});

Deno.test("a stream's address without TLS, beyond this machine, is not sent any tokens", async () => {
  await withVenue(async ({ simulator, provider }) => {
    const session = await provider.authenticate(new AbortController().signal);
    const link = Link.open({
      now: () => 0,
      address: "http://apd.example.org",
      user: "ABC12",
      password: "CST-a|XST-b",
      onLost: () => {},
    }, new AbortController().signal);
    const error = await failureOf(() => link);
    assertEquals([error.code, error.terminal], ["refused", true]);
    await session.logOut();
    assertEquals(simulator.count("stream ABC12"), 0);
  });
});

Deno.test("a stream goes on when the session's tokens run out", async () => {
  await withVenue(async (venue) => {
    await withStream(venue, async ({ sink, stream }) => {
      await stream.subscribe([instrument("EURUSD")]);
      venue.simulator.command({ fault: "expire" });
      venue.simulator.walk(5, [EURUSD]);
      await sink.until(() => sink.ticked.length === 6);
      assertEquals(sink.end, undefined);
    });
  });
});

Deno.test("tokens that ran out are refused when a stream is opened, which is no failure for good", async () => {
  await withVenue(async (venue) => {
    await withSession(venue, async (session) => {
      venue.simulator.command({ fault: "expire" });
      const error = await failureOf(() =>
        session.openStream(new RecordingSink(), new AbortController().signal)
      );
      assertEquals([error.code, error.terminal], ["session", false]);
      assert(error.message.includes("tokens"), error.message);
    });
  });
});

for (const code of [31, 32, 35, 48]) {
  Deno.test(`a session that the server ends with ${code} is lost, once`, async () => {
    await withVenue(async (venue) => {
      await withStream(venue, async ({ sink, stream }) => {
        await stream.subscribe([instrument("EURUSD")]);
        await sink.until(() => sink.ticked.length === 1);
        venue.simulator.command({ fault: "end", code, message: "the end, they say" });
        const end = await sink.untilEnd();
        assert(end !== "ended");
        assertEquals([end.code, end.terminal], ["lost", false]);
        const { calls } = sink;
        await quiet();
        assertEquals(sink.calls, calls);
      });
      await quiet();
      assertEquals(venue.simulator.count("stream ABC12"), 1);
    });
  });
}

Deno.test("a stream that is refused while requests are answered cannot be opened, and can be later", async () => {
  await withVenue(async (venue) => {
    await withSession(venue, async (session) => {
      const { signal } = new AbortController();
      venue.simulator.command({ fault: "refuse" });
      const error = await failureOf(() => session.openStream(new RecordingSink(), signal));
      assertEquals([error.code, error.terminal], ["lost", false]);
      venue.simulator.heal();
      await (await session.openStream(new RecordingSink(), signal)).close();
    });
  });
});

Deno.test("opening is given up when told to, and leaves nothing behind", async () => {
  await withVenue(async (venue) => {
    await withSession(venue, async (session) => {
      venue.simulator.halfOpen();
      const controller = new AbortController();
      const reason = new Error("no longer wanted");
      const opening = session.openStream(new RecordingSink(), controller.signal);
      controller.abort(reason);
      await opening.then(() => assert(false), (error) => assertEquals(error, reason));
      venue.simulator.heal();
    });
  });
});

Deno.test("garbage in an item is a problem, and the other items go on", async () => {
  await withVenue(async (venue) => {
    await withStream(venue, async ({ sink, stream }) => {
      await stream.subscribe([instrument("EURUSD"), instrument("VOD.L")]);
      await sink.until(() => sink.ticked.length === 2);
      venue.simulator.command({ fault: "garbage" });
      venue.simulator.walk(2, [EURUSD, VOD]);
      await sink.until(() => sink.ticked.length === 4);
      assert(
        sink.problems.some(({ where, what }) =>
          where === `PRICE:ABC12:${EURUSD}` && what.includes("12,3x|%")
        ),
      );
      assertEquals(sink.end, undefined);
    });
  });
});

Deno.test("a truncated frame is a problem, and the next one is read", async () => {
  await withVenue(async (venue) => {
    await withStream(venue, async ({ sink, stream }) => {
      await stream.subscribe([instrument("EURUSD")]);
      await sink.until(() => sink.ticked.length === 1);
      venue.simulator.command({ fault: "truncated" });
      venue.simulator.walk(3, [EURUSD]);
      await sink.until(() => sink.problems.length === 1 && sink.ticked.length >= 3);
      assertEquals(sink.problems[0]!.where, `PRICE:ABC12:${EURUSD}`);
    });
  });
});

Deno.test("an update that comes twice is one tick", async () => {
  await withVenue(async (venue) => {
    await withStream(venue, async ({ sink, stream }) => {
      await stream.subscribe([instrument("EURUSD")]);
      await sink.until(() => sink.ticked.length === 1);
      venue.simulator.command({ fault: "duplicate" });
      venue.simulator.walk(10, [EURUSD]);
      await sink.until(() => sink.ticked.length >= 11);
      await quiet();
      assertEquals(sink.ticked.length, 11);
    });
  });
});

Deno.test("updates that the server dropped are a problem with their number", async () => {
  await withVenue(async (venue) => {
    await withStream(venue, async ({ sink, stream }) => {
      await stream.subscribe([instrument("EURUSD")]);
      await sink.until(() => sink.ticked.length === 1);
      await eventually(() => venue.simulator.lightstreamer.sessions[0]!.itemCount === 2);
      venue.simulator.command({ fault: "overflow", updates: 17 });
      await sink.until(() => sink.problems.length === 2);
      const what = "the server dropped 17 updates";
      assertEquals(sink.problems, [
        { where: `PRICE:ABC12:${EURUSD}`, what },
        { where: `CHART:${EURUSD}:1MINUTE`, what },
      ]);
    });
  });
});

Deno.test("a halt and its end are told", async () => {
  await withVenue(async (venue) => {
    await withStream(venue, async ({ sink, stream }) => {
      const told = () => sink.said.flatMap((word) => word.what === "status" ? [word.status] : []);
      await stream.subscribe([instrument("VOD.L")]);
      await sink.until(() => told().length === 1);
      venue.simulator.quote(VOD, { DLG_FLAG: "SUSPEND" });
      await sink.until(() => told().length === 2);
      venue.simulator.quote(VOD, { DLG_FLAG: "DEAL" });
      await sink.until(() => told().length === 3);
      assertEquals(told().map(({ symbol, trading }) => [symbol, trading]), [
        ["VOD.L", true],
        ["VOD.L", false],
        ["VOD.L", true],
      ]);
    });
  });
});

Deno.test("where WebSockets are blocked the stream comes over HTTP", async () => {
  await withVenue(async (venue) => {
    const { lightstreamer } = venue.simulator;
    const handle = lightstreamer.handle.bind(lightstreamer);
    lightstreamer.handle = (request) =>
      request.headers.has("upgrade")
        ? Promise.resolve(new Response("Forbidden", { status: 403 }))
        : handle(request);
    await withStream(venue, async ({ sink, stream }) => {
      await stream.subscribe([instrument("EURUSD")]);
      venue.simulator.walk(100, [EURUSD]);
      await sink.until(() => sink.ticked.length === 101);
    });
  });
});

Deno.test("closing tells the server that the session is over", async () => {
  await withVenue(async (venue) => {
    await withStream(venue, async ({ stream }) => {
      await stream.subscribe([instrument("EURUSD")]);
    });
    await eventually(() => venue.simulator.count("destroy ABC12") === 1);
    assertEquals(venue.simulator.lightstreamer.sessions, []);
  });
});

Deno.test("what is out of order is told as it comes", async () => {
  await withVenue(async (venue) => {
    await withStream(venue, async ({ sink, stream }) => {
      await stream.subscribe([instrument("EURUSD"), instrument("VOD.L")]);
      await sink.until(() => sink.ticked.length === 2);
      venue.simulator.command({ fault: "reorder" });
      venue.simulator.walk(2, [EURUSD, VOD]);
      await sink.until(() => sink.ticked.length === 4);
      assertEquals(sink.ticked.slice(2).map(({ symbol }) => symbol), ["VOD.L", "EURUSD"]);
      assertEquals(sink.end, undefined);
    });
  });
});

Deno.test("a mute venue is no end: it goes on where it speaks again", async () => {
  await withVenue(async (venue) => {
    await withStream(venue, async ({ sink, stream }) => {
      await stream.subscribe([instrument("EURUSD")]);
      await sink.until(() => sink.ticked.length === 1);
      venue.simulator.command({ fault: "mute" });
      venue.simulator.walk(5, [EURUSD]);
      await quiet();
      assertEquals(sink.ticked.length, 1);
      venue.simulator.heal();
      venue.simulator.walk(1, [EURUSD]);
      await sink.until(() => sink.ticked.length === 2);
      assertEquals(sink.end, undefined);
    });
  });
});

Deno.test("closing comes to an end where the connection passes nothing on", async () => {
  await withVenue(async (venue) => {
    await withStream(venue, async ({ sink, stream }) => {
      await stream.subscribe([instrument("EURUSD")]);
      await sink.until(() => sink.ticked.length === 1);
      venue.simulator.halfOpen();
      await stream.close();
      venue.simulator.heal();
      assertEquals(sink.end, undefined);
    });
  });
});

Deno.test("nothing is asked of the items that IG has switched off", async () => {
  await withVenue(async (venue) => {
    await withStream(venue, async ({ stream }) => {
      await stream.subscribe(["EURUSD", "VOD.L", "^FTSE"].map((symbol) => instrument(symbol)));
    });
    assertEquals(venue.simulator.diary.filter((one) => /MARKET:|L1:/.test(one)), []);
  });
});

const RECORDINGS = Deno.env.get("MARKETD_RECORDINGS");

Deno.test({
  name: "a recorded day of EUR/USD comes through as it was, quote by quote",
  ignore: RECORDINGS === undefined,
  async fn() {
    const path = `${RECORDINGS}/eurusd-20140501-quotes.csv.gz`;
    await withVenue(async (venue) => {
      await withStream(venue, async ({ sink, stream }) => {
        await stream.subscribe([instrument("EURUSD")]);
        await sink.until(() => sink.ticked.length === 1);
        const said: string[] = [];
        const { simulator } = venue;
        const quote = simulator.quote.bind(simulator);
        simulator.quote = (epic, fields) => {
          const { BIDPRICE1, ASKPRICE1, BIDSIZE1, ASKSIZE1 } = fields;
          const key = [BIDPRICE1, ASKPRICE1, BIDSIZE1, ASKSIZE1].join();
          // What repeats the quote before, but for its time, is no news.
          if (key !== said.at(-1)?.split(" ")[1]) said.push(`${fields["TIMESTAMP"]} ${key}`);
          quote(epic, fields);
        };
        const count = await simulator.play(path, new Map([["EURUSD", EURUSD]]));
        assert(count > 10_000, `${count}`);
        await sink.until(() => sink.ticked.length > said.length);
        const told = quotes(sink).slice(1).map(({ time, bid, ask, bidSize, askSize }) =>
          `${time / 1_000} ${[bid, ask, bidSize, askSize].join()}`
        );
        assertEquals(told, said);
        assertEquals(sink.problems, []);
      });
    });
  },
});
