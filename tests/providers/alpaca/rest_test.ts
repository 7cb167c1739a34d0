/**
 * Sign-in and REST, over real sockets to a simulated venue.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { flagNames } from "../../../domain/flags.ts";
import type { Trade } from "../../../domain/tick.ts";
import { MINUTE, SECOND } from "../../../domain/time.ts";
import { type HistoricalBar, ProviderError, type Session } from "../../../providers/provider.ts";
import { Nanos, type SimBar, type SimTrade } from "../../simulators/alpaca/messages.ts";
import { SIM_KEYS } from "../../simulators/alpaca/simulator.ts";
import { assertWellFormed } from "../contract.ts";
import { instruments, request, type Venue, withVenue } from "./venue.ts";

const [AAPL, IBM] = instruments("AAPL", "IBM", "MSFT");

/** What a request is refused with. */
async function failure(attempt: () => Promise<unknown>): Promise<ProviderError> {
  let caught: unknown;
  try {
    await attempt();
  } catch (error) {
    caught = error;
  }
  assert(caught instanceof ProviderError, String(caught));
  assert(!caught.message.includes(SIM_KEYS.secret) && !caught.message.includes(SIM_KEYS.keyId));
  assert(!caught.message.includes("\n"), caught.message);
  return caught;
}

async function all<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const rows: T[] = [];
  for await (const page of pages) rows.push(...page);
  return rows;
}

/** 2026-07-01T13:30:00Z, the opening of a day: 1,782,912,600 s. */
const OPEN = 1_782_912_600 * SECOND;

function tradeAt(offset: number, fields: Partial<SimTrade> & { i: number }): SimTrade {
  const t = new Nanos(BigInt(OPEN + offset) * 1_000n);
  return { x: "V", p: 100, s: 100, c: ["@"], z: "C", t, ...fields };
}

Deno.test("alpaca: a session tells the account, the environment, the feed and the market's hours", async () => {
  await withVenue({}, async ({ signIn, simulator }) => {
    assertEquals((await signIn()).words, [
      "the paper account is ACTIVE",
      "feed iex",
      // The simulator's clock says 16:00 in New York, four hours behind UTC.
      "the market is open until 2026-07-01T20:00:00.000Z",
    ]);
    simulator.world.isOpen = false;
    simulator.accounts.get(SIM_KEYS.keyId)!.trading_blocked = true;
    assertEquals((await signIn()).words, [
      "the paper account is ACTIVE, but may not trade",
      "feed iex",
      "the market is closed until 2026-07-02T13:30:00.000Z",
    ]);
  });
});

Deno.test("alpaca: a wrong key ends the matter, and the error names the environment", async () => {
  await withVenue({}, async ({ signIn }) => {
    const error = await failure(() => signIn({ secret: "a-secret-that-is-wrong" }));
    assertEquals([error.code, error.terminal], ["bad-key", true]);
    assert(error.message.includes("paper"), error.message);
    assert(error.message.includes("environment live"), error.message);
    const live = await failure(() => signIn({ secret: "no", environment: "live" }));
    assert(live.message.includes("sign in to Alpaca (live)"), live.message);
  });
});

Deno.test("alpaca: keys that a venue says back are not passed on", async () => {
  await withVenue({}, async ({ signIn, simulator }) => {
    simulator.command({ fault: "echoes" });
    simulator.command({ fault: "expire" });
    const error = await failure(() => signIn());
    assert(error.message.includes("****0001"), error.message);
  });
});

Deno.test("alpaca: a blocked account ends the matter", async () => {
  await withVenue({}, async ({ signIn, simulator }) => {
    const account = simulator.accounts.get(SIM_KEYS.keyId)!;
    account.account_blocked = true;
    const blocked = await failure(() => signIn());
    assertEquals([blocked.code, blocked.terminal], ["blocked", true]);
    account.account_blocked = false;
    account.status = "ACCOUNT_CLOSED";
    assertEquals((await failure(() => signIn())).code, "blocked");
  });
});

/** What a fault of the venue's does to a sign-in. */
const FAULTS = [
  { fault: "broken", code: "lost", status: 500 },
  { fault: "maintenance", code: "maintenance", status: 503 },
  { fault: "rate-limit", code: "allowance", status: 429 },
] as const;

for (const { fault, code, status } of FAULTS) {
  Deno.test(`alpaca: ${status} is asked once and not again, and may be tried later`, async () => {
    await withVenue({}, async ({ signIn, simulator }) => {
      simulator.command({ fault });
      const error = await failure(() => signIn());
      assertEquals([error.code, error.terminal], [code, false]);
      assert(error.message.includes(String(status)), error.message);
      assertEquals(simulator.seen.requests.length, 1);
      // A full allowance is no reason to wait for a venue that is broken.
      assertEquals(error.retryAfter !== undefined, status === 429);
      simulator.command({ fault: "none" });
      const session = await signIn();
      simulator.command({ fault });
      assertEquals((await failure(() => session.latest!([AAPL], request()))).code, code);
      const asked = simulator.seen.requests.filter(({ path }) => path.startsWith("/v2/stocks/"));
      assertEquals(asked.length, 1);
    });
  });
}

Deno.test("alpaca: the venue's own word of when to come back is passed on", async () => {
  await withVenue({}, async ({ signIn, simulator }) => {
    simulator.command({ fault: "rate-limit", retryAfter: 7 });
    assertEquals((await failure(() => signIn())).retryAfter, 7 * SECOND);
  });
});

Deno.test("alpaca: the client paces nothing by itself", async () => {
  await withVenue({ requestLimit: 1_000 }, async ({ simulator, signIn }) => {
    const session = await signIn();
    // Its own limit would be 200 a minute.
    for (let i = 0; i < 250; i++) await session.search!("NONE", request());
    assertEquals(simulator.seen.requests.length, 252);
  });
});

Deno.test("alpaca: a host that cannot be reached is lost, not faulted", async () => {
  await withVenue({}, async ({ signIn }) => {
    const endpoints = { trading: "http://127.0.0.1:1" };
    const error = await failure(() => signIn({ endpoints }));
    assertEquals([error.code, error.terminal], ["lost", false]);
    assert(error.message.includes("127.0.0.1:1 cannot be reached"), error.message);
  });
});

Deno.test("alpaca: a sign-in that is given up rejects with the reason, while it is under way too", async () => {
  await withVenue({}, async ({ provider, simulator }) => {
    simulator.command({ fault: "slow", by: 60_000 });
    const giving = new AbortController();
    const reason = new Error("no longer wanted");
    const signingIn = provider().authenticate(giving.signal);
    while (simulator.seen.requests.length === 0) await new Promise((r) => setTimeout(r, 5));
    giving.abort(reason);
    await assertRejects(() => signingIn, reason);
  });
});

Deno.test("alpaca: each request takes a turn of its allowance, and tells what the venue says is left", async () => {
  await withVenue({ requestLimit: 50 }, async ({ signIn, context }) => {
    const session = await signIn();
    // Account and clock: two of fifty.
    assertEquals(context.told.get("trading"), 48);
    await session.latest!([AAPL], { ...request(), purpose: "backfill" });
    assertEquals(context.told.get("data"), 47);
    assertEquals(context.asked, [
      { names: ["trading"], purpose: "live", cost: 1 },
      { names: ["trading"], purpose: "live", cost: 1 },
      { names: ["data"], purpose: "backfill", cost: 1 },
    ]);
  });
});

function say({ simulator }: Venue) {
  simulator.say(
    simulator.trade("AAPL", { i: 5, t: Nanos.parse("2026-07-01T13:30:00.123456789Z") }),
    {
      T: "q",
      S: "AAPL",
      ax: " ",
      ap: 0,
      as: 0,
      bx: "V",
      bp: 99.9,
      bs: 200,
      c: ["R"],
      t: Nanos.parse("2026-07-01T13:30:01Z"),
      z: "C",
    },
  );
}

Deno.test("alpaca: the latest trade and quote of each are polled; one that never traded is left out", async () => {
  await withVenue({}, async (venue) => {
    const session = await venue.signIn();
    say(venue);
    const ticks = await session.latest!([AAPL, IBM, ...instruments("VOD.L", "NONE")], request());
    for (const tick of ticks) assertWellFormed(tick);
    const [trade, quote] = ticks;
    assertEquals(ticks.length, 2);
    assertEquals([trade!.symbol, trade!.time, trade!.id, flagNames(trade!.flags)], [
      "AAPL",
      OPEN + 123_456,
      "V-5",
      ["polled"],
    ]);
    assert(quote?.kind === "quote");
    assertEquals([quote.bid, quote.bidSize, quote.ask, quote.askSize], [99.9, 200, null, null]);
    assertEquals(flagNames(quote.flags), ["polled"]);
    assertEquals(venue.simulator.seen.requests.at(-1)!.query["feed"], "iex");
    assertEquals(await session.latest!(instruments("VOD.L", "^FTSE"), request()), []);
  });
});

Deno.test("alpaca: a streamed trade and the same one from history are one", async () => {
  await withVenue({}, async (venue) => {
    const { session, sink, stream } = await venue.open();
    await stream.subscribe([AAPL]);
    say(venue);
    await sink.until(() => sink.ticked.length === 2);
    const query = { instrument: AAPL, from: OPEN, to: OPEN + SECOND };
    const [kept] = await all(session.trades!(query, request()));
    const { receivedAt: _streamed, ...streamed } = sink.ticked[0] as Trade;
    const { receivedAt: _kept, ...historical } = kept!;
    assertEquals(historical, streamed);
    await stream.close();
  });
});

Deno.test("alpaca: trades come a page at a time, ascending, none twice and none outside the span", async () => {
  await withVenue({}, async ({ signIn, simulator }) => {
    const book = simulator.market.books.get("AAPL")!;
    // One a millisecond and a microsecond over: 25,000 of them, three pages of 10,000.
    for (let i = 0; i < 25_000; i++) book.trades.push(tradeAt(i * 1_001, { i }));
    const session = await signIn();
    const from = OPEN + 1_001;
    const to = OPEN + 24_999 * 1_001;
    const pages: number[] = [];
    const ids: string[] = [];
    for await (const page of session.trades!({ instrument: AAPL, from, to }, request())) {
      pages.push(page.length);
      ids.push(...page.map(({ id }) => id));
    }
    // The first and the last of the 25,000 lie outside.
    assertEquals(ids, Array.from({ length: 24_998 }, (_, i) => `V-${i + 1}`));
    assertEquals(pages.length, 3);
    assertEquals(
      simulator.seen.requests.filter(({ path }) => path === "/v2/stocks/trades").length,
      3,
    );
  });
});

Deno.test("alpaca: a trade that was taken back since is flagged in history", async () => {
  await withVenue({}, async ({ signIn, simulator }) => {
    const { trades } = simulator.market.books.get("AAPL")!;
    const rows = [
      tradeAt(0, { i: 1 }),
      { ...tradeAt(1, { i: 2 }), u: "canceled" },
      { ...tradeAt(2, { i: 3 }), u: "incorrect" },
      { ...tradeAt(3, { i: 4, c: ["@", "I"] }), u: "corrected" },
    ];
    trades.push(...rows);
    const session = await signIn();
    const query = { instrument: AAPL, from: OPEN, to: OPEN + SECOND };
    const flags = (await all(session.trades!(query, request()))).map((one) => flagNames(one.flags));
    assertEquals(flags, [[], ["cancelled"], ["cancelled"], ["volume-only"]]);
  });
});

Deno.test("alpaca: bars of the span are read unadjusted, with the venue's own sums", async () => {
  await withVenue({}, async ({ signIn, simulator }) => {
    const bar = (minute: number): SimBar => ({
      t: new Nanos(BigInt(OPEN + minute * MINUTE) * 1_000n),
      o: 1,
      h: 4,
      l: 0.5,
      c: 2,
      v: 1_000,
      n: 12,
      vw: 1.5,
    });
    simulator.market.books.get("IBM")!.bars.push(...[0, 1, 2, 3].map(bar));
    const session = await signIn();
    const query = { instrument: IBM, from: OPEN + MINUTE, to: OPEN + 3 * MINUTE };
    const bars = await all(
      session.bars!({ ...query, interval: "1m", basis: "trade" }, request()),
    );
    const expected: HistoricalBar[] = [1, 2].map((minute) => ({
      symbol: "IBM",
      interval: "1m",
      basis: "trade",
      start: OPEN + minute * MINUTE,
      open: 1,
      high: 4,
      low: 0.5,
      close: 2,
      volume: 1_000,
      ticks: 12,
      vwap: 1.5,
    }));
    assertEquals(bars, expected);
    const { query: asked } = simulator.seen.requests.at(-1)!;
    assertEquals([asked["timeframe"], asked["adjustment"], asked["feed"], asked["symbols"]], [
      "1Min",
      "raw",
      "iex",
      "IBM",
    ]);
  });
});

Deno.test("alpaca: intervals are asked for by the venue's names; what it has not is refused", async () => {
  await withVenue({}, async ({ signIn, simulator }) => {
    const session = await signIn();
    const ask = (interval: string, basis: "trade" | "bid" = "trade") =>
      all(
        session.bars!({ instrument: AAPL, from: OPEN, to: OPEN + 1, interval, basis }, request()),
      );
    const named = { "5m": "5Min", "1h": "1Hour", "4h": "4Hour", "1d": "1Day" };
    for (const [interval, timeframe] of Object.entries(named)) {
      await ask(interval);
      assertEquals(simulator.seen.requests.at(-1)!.query["timeframe"], timeframe);
    }
    const requests = simulator.seen.requests.length;
    for (const interval of ["60m", "24h", "2d", "tick"]) {
      assertEquals((await failure(() => ask(interval))).code, "refused");
    }
    assert((await failure(() => ask("1m", "bid"))).message.includes("bid"));
    assertEquals(simulator.seen.requests.length, requests);
  });
});

Deno.test("alpaca: what the plan does not see of the tape's last minutes has a sentence of its own", async () => {
  await withVenue({}, async ({ signIn }) => {
    const session = await signIn({ feed: "sip" });
    const to = Date.now() * 1_000;
    const query = { instrument: AAPL, from: to - MINUTE, to };
    const error = await failure(() => all(session.trades!(query, request())));
    assertEquals([error.code, error.terminal, error.retryAfter], ["refused", false, 15 * MINUTE]);
    assert(error.message.includes("15 minutes") && error.message.includes("iex"), error.message);
  });
});

Deno.test("alpaca: the delayed feed's past is the tape's", async () => {
  await withVenue({}, async ({ signIn, simulator }) => {
    const session = await signIn({ feed: "delayed_sip" });
    await all(session.trades!({ instrument: AAPL, from: OPEN, to: OPEN + 1 }, request()));
    assertEquals(simulator.seen.requests.at(-1)!.query["feed"], "sip");
  });
});

Deno.test("alpaca: an instrument is looked up by its symbol", async () => {
  await withVenue({}, async ({ signIn }) => {
    const session: Session = await signIn();
    assertEquals(await session.search!(" brk.b ", request()), [{
      name: "BRK.B",
      description: "Berkshire Hathaway Inc. Class B (NASDAQ, active)",
      streams: true,
    }]);
    assertEquals((await session.search!("GONE", request()))[0]?.streams, false);
    assertEquals(await session.search!("NOTHING", request()), []);
    assertEquals(await session.search!("  ", request()), []);
  });
});

Deno.test("alpaca: an answer that is none, or lacks fields, is bad data", async () => {
  await withVenue({}, async ({ signIn, simulator }) => {
    const session = await signIn();
    const broken = { ...tradeAt(0, { i: 1 }), p: null } as unknown as SimTrade;
    simulator.market.books.get("AAPL")!.trades.push(broken);
    const query = { instrument: AAPL, from: OPEN, to: OPEN + SECOND };
    assertEquals((await failure(() => all(session.trades!(query, request())))).code, "bad-data");
  });
});
