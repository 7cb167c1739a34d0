/**
 * The market stream, over real sockets to a simulated venue: what it gives, and each way it fails.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { resolveInstrument } from "../../../domain/instrument.ts";
import { SECOND } from "../../../domain/time.ts";
import { Failures } from "../../../providers/alpaca/failures.ts";
import { alpacaOptions } from "../../../providers/alpaca/options.ts";
import { AlpacaStream } from "../../../providers/alpaca/stream.ts";
import { ProviderError } from "../../../providers/provider.ts";
import { type DataMessage, Nanos } from "../../simulators/alpaca/messages.ts";
import { SIM_KEYS } from "../../simulators/alpaca/simulator.ts";
import { quiet, RecordingSink } from "../sink.ts";
import { instruments, now, type Venue, withVenue } from "./venue.ts";

const [AAPL, IBM] = instruments("AAPL", "IBM");

function assertSafe(error: unknown): ProviderError {
  assert(error instanceof ProviderError, String(error));
  assert(!error.message.includes(SIM_KEYS.secret), error.message);
  assert(!error.message.includes(SIM_KEYS.keyId), error.message);
  assert(/^Cannot [^\n]+\.$/.test(error.message), error.message);
  return error;
}

async function failureOf(attempt: Promise<unknown>): Promise<ProviderError> {
  const [settled] = await Promise.allSettled([attempt]);
  assert(settled!.status === "rejected", "it did not fail");
  return assertSafe(settled!.reason);
}

/** A symbol of letters for each number. */
function symbolOf(n: number): string {
  return `Q${String.fromCharCode(65 + Math.floor(n / 26), 65 + n % 26)}`;
}

Deno.test("alpaca: a stream signs in once, and subscribes to all that is told of an instrument", async () => {
  await withVenue({}, async ({ open, simulator }) => {
    const { stream } = await open();
    assertEquals(await stream.subscribe([AAPL, IBM]), []);
    assertEquals(simulator.seen.logins, [{ key: SIM_KEYS.keyId }]);
    const symbols = ["AAPL", "IBM"];
    assertEquals(simulator.seen.subscribes, [{
      action: "subscribe",
      trades: symbols,
      quotes: symbols,
      bars: symbols,
      updatedBars: symbols,
      statuses: symbols,
    }]);
    await stream.unsubscribe(["IBM", "NEVER"]);
    assertEquals(simulator.seen.unsubscribes[0]!["trades"], ["IBM"]);
    await stream.close();
    assertEquals(simulator.connections, 0);
    while (simulator.seen.closes.length === 0) await new Promise((r) => setTimeout(r, 5));
    // 1000 or 1005: a close in good order, without a code.
    assert([1000, 1005].includes(simulator.seen.closes[0]!), `${simulator.seen.closes}`);
  });
});

Deno.test("alpaca: every message that was sent is told once, in its order", async () => {
  await withVenue({}, async ({ open, simulator }) => {
    const { sink, stream } = await open();
    await stream.subscribe([AAPL, IBM]);
    for (let i = 0; i < 500; i++) {
      simulator.say(
        simulator.trade("AAPL", { i: 2 * i }),
        simulator.trade("IBM", { i: 2 * i, z: "A" }),
        simulator.trade("AAPL", { i: 2 * i + 1 }),
      );
    }
    await sink.until(() => sink.ticked.length >= 1_500);
    const ids = sink.ticked.filter(({ symbol }) => symbol === "AAPL").map(({ id }) => id);
    assertEquals(ids, Array.from({ length: 1_000 }, (_, i) => `V-${i}`));
    assertEquals(simulator.sent.get("AAPL t"), 1_000);
    assertEquals(simulator.sent.get("IBM t"), 500);
    // A frame is one batch.
    assertEquals(sink.said.length, 500);
    await stream.close();
  });
});

Deno.test("alpaca: bars, halts and corrections are told in their place among the ticks", async () => {
  await withVenue({}, async ({ open, simulator }) => {
    const { sink, stream } = await open();
    await stream.subscribe([AAPL]);
    const t = Nanos.parse("2026-07-01T13:30:00Z");
    const S = "AAPL";
    simulator.say(
      simulator.trade(S, { i: 9_007_199_254_740_993n }),
      {
        T: "c",
        S,
        x: "V",
        oi: 9_007_199_254_740_993n,
        op: 1,
        os: 1,
        oc: [],
        ci: 2,
        cp: 3,
        cs: 4,
        cc: ["I"],
        t,
        z: "C",
      },
      { T: "s", S, sc: "H", sm: "Trading Halt", rc: "T1", rm: "News Pending", t, z: "C" },
      { T: "b", S, o: 1, h: 1, l: 1, c: 1, v: 1, n: 1, vw: 1, t },
      { T: "x", S, i: 2, x: "V", p: 3, s: 4, a: "C", t, z: "C" },
      simulator.trade(S, { i: 3 }),
    );
    await sink.until(() => sink.ticked.length === 2);
    assertEquals(sink.said.map(({ what }) => what), [
      "ticks",
      "correction",
      "status",
      "bar",
      "correction",
      "ticks",
    ]);
    const corrections = sink.said.flatMap((word) =>
      word.what === "correction" ? [word.correction] : []
    );
    // A correction names the trade as it was told; a cancel names the correction's.
    assertEquals(corrections.map(({ id }) => id), [
      sink.ticked[0]!.id,
      corrections[0]!.replacement!.id,
    ]);
    await stream.close();
  });
});

Deno.test("alpaca: an instrument's own name at the venue is used there, and ours here", async () => {
  await withVenue({}, async ({ open, simulator }) => {
    const { sink, stream } = await open();
    const ours = resolveInstrument({ symbol: "BRKB", providers: { alpaca: { epic: "BRK.B" } } });
    await stream.subscribe([ours]);
    simulator.say(simulator.trade("BRK.B", { i: 1, z: "A" }));
    await sink.until(() => sink.ticked.length === 1);
    assertEquals(sink.ticked[0]!.symbol, "BRKB");
    await stream.unsubscribe(["BRKB"]);
    assertEquals(simulator.seen.unsubscribes[0]!["quotes"], ["BRK.B"]);
    await stream.close();
  });
});

Deno.test("alpaca: what does not fit the plan is named and polled; what does is streamed", async () => {
  await withVenue({ symbolLimit: 30 }, async ({ open, simulator }) => {
    const { stream } = await open();
    await stream.subscribe([AAPL]);
    const many = instruments(...Array.from({ length: 50 }, (_, i) => symbolOf(i)));
    const refused = await stream.subscribe(many);
    // AAPL has one of the thirty places.
    assertEquals(refused.map(({ symbol }) => symbol), many.slice(29).map(({ symbol }) => symbol));
    for (const { symbol, reason, polls } of refused) {
      assert(polls === true && reason.includes(symbol) && reason.includes("405"), reason);
    }
    // A place that becomes free is taken.
    await stream.unsubscribe(["AAPL"]);
    assertEquals(await stream.subscribe([many[29]!]), []);
    // Halving finds the last that fits in about 2 log2(50) requests.
    assert(simulator.seen.subscribes.length < 20, `${simulator.seen.subscribes.length}`);
    await stream.close();
  });
});

Deno.test("alpaca: one instrument that the venue takes for a mistake does not keep out the others", async () => {
  await withVenue({}, async ({ open, simulator }) => {
    const { sink, stream } = await open();
    const odd = resolveInstrument({ symbol: "A-B", market: "US" });
    const refused = await stream.subscribe([AAPL, odd, IBM]);
    assertEquals(refused.map(({ symbol, polls }) => [symbol, polls]), [["A-B", undefined]]);
    assert(refused[0]!.reason.includes("400"), refused[0]!.reason);
    simulator.say(simulator.trade("IBM", { i: 1, z: "A" }));
    await sink.until(() => sink.ticked.length === 1);
    await stream.close();
  });
});

Deno.test("alpaca: many instruments are asked for, and let go of, in batches", async () => {
  await withVenue({ symbolLimit: 1_000 }, async ({ open, simulator }) => {
    const { stream } = await open();
    const many = instruments(...Array.from({ length: 450 }, (_, i) => symbolOf(i)));
    assertEquals(await stream.subscribe(many), []);
    await stream.unsubscribe(many.map(({ symbol }) => symbol));
    const { subscribes, unsubscribes } = simulator.seen;
    for (const frames of [subscribes, unsubscribes]) {
      const sizes = frames.map((frame) => (frame["trades"] as string[]).length);
      assertEquals(sizes, [200, 200, 50]);
    }
    await stream.close();
  });
});

Deno.test("alpaca: a feed without halts and bars gives trades and quotes all the same", async () => {
  await withVenue({}, async ({ open, simulator }) => {
    const { sink, stream } = await open({ feed: "test" });
    assertEquals(await stream.subscribe(instruments("FAKEPACA")), []);
    assertEquals(Object.keys(simulator.seen.subscribes.at(-1)!), ["action", "trades", "quotes"]);
    assert(sink.problems[0]!.what.includes("410"), sink.problems[0]!.what);
    simulator.say(simulator.trade("FAKEPACA", { i: 1 }));
    await sink.until(() => sink.ticked.length === 1);
    await stream.close();
  });
});

Deno.test("alpaca: requests that are made at once are answered each by its own answer", async () => {
  await withVenue({ symbolLimit: 1 }, async ({ open }) => {
    const { stream } = await open();
    const [first, second, , third] = await Promise.all([
      stream.subscribe([AAPL]),
      stream.subscribe([IBM]),
      stream.unsubscribe(["AAPL"]),
      stream.subscribe([IBM]),
    ]);
    assertEquals([first.length, second[0]?.symbol, third.length], [0, "IBM", 0]);
    await stream.close();
  });
});

Deno.test("alpaca: an instrument given up while it is being subscribed to is not streamed", async () => {
  await withVenue({}, async ({ open, simulator }) => {
    const { sink, stream } = await open();
    await Promise.all([stream.subscribe([AAPL, IBM]), stream.unsubscribe(["AAPL"])]);
    assertEquals(simulator.seen.unsubscribes[0]!["trades"], ["AAPL"]);
    simulator.say(simulator.trade("AAPL", { i: 1 }), simulator.trade("IBM", { i: 2 }));
    await sink.until(() => sink.ticked.length === 1);
    assertEquals(sink.ticked[0]!.symbol, "IBM");
    await stream.close();
  });
});

/** What each error says of a stream that is being opened. */
const AT_SIGN_IN = [
  { code: 400, kind: "refused", terminal: false },
  { code: 401, kind: "lost", terminal: false },
  { code: 402, kind: "bad-key", terminal: true },
  { code: 403, kind: "refused", terminal: false },
  { code: 404, kind: "lost", terminal: false },
  { code: 405, kind: "refused", terminal: false },
  { code: 406, kind: "refused", terminal: false },
  { code: 407, kind: "lost", terminal: false },
  { code: 408, kind: "refused", terminal: true },
  { code: 409, kind: "refused", terminal: true },
  { code: 410, kind: "refused", terminal: false },
  { code: 411, kind: "refused", terminal: true },
  { code: 500, kind: "lost", terminal: false },
] as const;

for (const { code, kind, terminal } of AT_SIGN_IN) {
  Deno.test(`alpaca: ${code} at the sign-in is ${kind}, ${terminal ? "for good" : "for now"}`, async () => {
    await withVenue({}, async ({ open, simulator }) => {
      simulator.command({ fault: "refuse", code });
      const error = await failureOf(open());
      assertEquals([error.code, error.terminal], [kind, terminal]);
      assert(error.message.includes(`${code} "`), error.message);
    });
  });
}

/** Errors that end a stream that is open, and those that do not. */
const WHILE_OPEN = [
  { code: 400, ends: false },
  { code: 401, ends: true },
  { code: 402, ends: true },
  { code: 403, ends: false },
  { code: 405, ends: false },
  { code: 406, ends: true },
  { code: 407, ends: true },
  { code: 409, ends: false },
  { code: 410, ends: false },
  { code: 411, ends: true },
  { code: 500, ends: false },
] as const;

for (const { code, ends } of WHILE_OPEN) {
  Deno.test(`alpaca: ${code} out of the blue ${ends ? "ends the stream" : "is noted"}`, async () => {
    await withVenue({}, async ({ open, simulator }) => {
      const { sink, stream } = await open();
      await stream.subscribe([AAPL]);
      simulator.command({ fault: "error", code });
      if (ends) {
        const error = assertSafe(await sink.untilEnd());
        assertEquals(error.terminal, code === 402 || code === 411);
        await failureOf(stream.subscribe([IBM]));
      } else {
        await sink.until(() => sink.problems.length === 1);
        assert(sink.problems[0]!.what.includes(String(code)));
        simulator.say(simulator.trade("AAPL", { i: 1 }));
        await sink.until(() => sink.ticked.length === 1);
      }
      await stream.close();
    });
  });
}

Deno.test("alpaca: a feed that the plan does not include is named", async () => {
  await withVenue({}, async ({ open }) => {
    const error = await failureOf(open({ feed: "sip" }));
    assertEquals([error.code, error.terminal], ["refused", true]);
    assert(error.message.includes("feed sip") && error.message.includes("409"), error.message);
  });
});

Deno.test("alpaca: a second stream of an account waits its turn", async () => {
  await withVenue({}, async ({ open }) => {
    const { stream } = await open();
    const error = await failureOf(open());
    assertEquals([error.code, error.terminal, error.retryAfter], ["refused", false, 30 * SECOND]);
    await stream.close();
    const again = await open();
    await again.stream.close();
  });
});

Deno.test("alpaca: keys that were revoked since end the matter at the stream too", async () => {
  await withVenue({}, async ({ signIn, simulator }) => {
    const session = await signIn();
    simulator.command({ fault: "expire" });
    const opening = session.openStream(new RecordingSink(), new AbortController().signal);
    const error = await failureOf(opening);
    assertEquals([error.code, error.terminal], ["bad-key", true]);
    assert(error.message.includes("paper"), error.message);
  });
});

for (const fault of ["refuse", "maintenance"] as const) {
  Deno.test(`alpaca: a stream that is turned away at the door is lost (${fault})`, async () => {
    await withVenue({}, async ({ signIn, simulator }) => {
      const session = await signIn();
      simulator.command({ fault });
      const opening = session.openStream(new RecordingSink(), new AbortController().signal);
      const error = await failureOf(opening);
      assertEquals([error.code, error.terminal], ["lost", false]);
      assert(error.message.includes("503"), error.message);
    });
  });
}

for (const fault of ["drop", "truncated", "maintenance"] as const) {
  Deno.test(`alpaca: a cut stream is told as lost, once (${fault})`, async () => {
    await withVenue({}, async ({ open, simulator }) => {
      const { sink, stream } = await open();
      await stream.subscribe([AAPL]);
      simulator.command({ fault });
      const error = assertSafe(await sink.untilEnd());
      assertEquals([error.code, error.terminal], ["lost", false]);
      await quiet();
      assertEquals(sink.said.filter(({ what }) => what === "lost").length, 1);
      await stream.close();
    });
  });
}

Deno.test("alpaca: garbage is passed over, and the rest of its frame is used", async () => {
  await withVenue({}, async ({ open, simulator }) => {
    const { sink, stream } = await open();
    await stream.subscribe([AAPL]);
    simulator.command({ fault: "garbage" });
    simulator.say(
      simulator.trade("AAPL", { i: 1 }),
      { T: "t", S: "AAPL", p: "dear" } as DataMessage,
      simulator.trade("AAPL", { i: 2 }),
    );
    await sink.until(() => sink.ticked.length === 2);
    assertEquals(sink.ticked.map(({ id }) => id), ["V-1", "V-2"]);
    // Half a frame, one that is no list, five members that are no messages, and the dear trade.
    assertEquals(sink.problems.length, 8);
    assertEquals(sink.end, undefined);
    await stream.close();
  });
});

Deno.test("alpaca: a trade that is said twice has one id", async () => {
  await withVenue({}, async ({ open, simulator }) => {
    const { sink, stream } = await open();
    await stream.subscribe([AAPL]);
    simulator.command({ fault: "duplicate" });
    simulator.say(simulator.trade("AAPL", { i: 1 }));
    await sink.until(() => sink.ticked.length === 2);
    assertEquals({ ...sink.ticked[0] }, { ...sink.ticked[1] });
    await stream.close();
  });
});

Deno.test("alpaca: trades that come the other way round keep the venue's time", async () => {
  await withVenue({}, async ({ open, simulator }) => {
    const { sink, stream } = await open();
    await stream.subscribe([AAPL]);
    simulator.command({ fault: "reorder" });
    simulator.say(simulator.trade("AAPL", { i: 1 }));
    simulator.say(simulator.trade("AAPL", { i: 2 }));
    await sink.until(() => sink.ticked.length === 2);
    const [first, second] = sink.ticked;
    assertEquals([first!.id, second!.id], ["V-2", "V-1"]);
    assert(first!.time >= second!.time);
    await stream.close();
  });
});

Deno.test("alpaca: a slow venue is waited for", async () => {
  await withVenue({}, async ({ open, simulator }) => {
    simulator.command({ fault: "slow", by: 100 });
    const { sink, stream } = await open();
    assertEquals(await stream.subscribe([AAPL]), []);
    simulator.say(simulator.trade("AAPL", { i: 1 }));
    await sink.until(() => sink.ticked.length === 1);
    await stream.close();
  });
});

Deno.test("alpaca: a mute stream still answers, and closes in good order", async () => {
  await withVenue({}, async ({ open, simulator }) => {
    const { sink, stream } = await open();
    await stream.subscribe([AAPL]);
    simulator.command({ fault: "mute" });
    simulator.say(simulator.trade("AAPL", { i: 1 }));
    assertEquals(await stream.subscribe([IBM]), []);
    assertEquals(sink.calls, 0);
    await stream.close();
    assertEquals(simulator.connections, 0);
  });
});

/** A stream that waits for answers no longer than said. */
function impatient({ simulator, context }: Venue, sink: RecordingSink, patienceMs: number) {
  const options = alpacaOptions.parse({ ...SIM_KEYS, endpoints: simulator.endpoints });
  const url = `${simulator.endpoints.stream}/v2/iex`;
  const parts = { options, context, failures: new Failures(options), url, sink, patienceMs };
  return AlpacaStream.open(parts, new AbortController().signal);
}

Deno.test("alpaca: a subscription that is never answered loses the stream", async () => {
  await withVenue({}, async (venue) => {
    const sink = new RecordingSink();
    const stream = await impatient(venue, sink, 300);
    venue.simulator.command({ fault: "half-open" });
    const error = await failureOf(stream.subscribe([AAPL]));
    assertEquals(error.code, "lost");
    assert(error.message.includes("0.3 s"), error.message);
    assertEquals(sink.end, error);
    await stream.close();
    await venue.simulator.stop();
    await quiet();
  });
});

Deno.test("alpaca: a half-open stream closes within its deadline, and says nothing more", async () => {
  await withVenue({}, async ({ open, simulator }) => {
    const { sink, stream } = await open();
    await stream.subscribe([AAPL]);
    simulator.command({ fault: "half-open" });
    await stream.close();
    await simulator.stop();
    await quiet();
    assertEquals(sink.calls, 0);
  });
});

Deno.test("alpaca: a subscription under way is refused when the stream is closed", async () => {
  await withVenue({}, async ({ open, simulator }) => {
    const { sink, stream } = await open();
    simulator.command({ fault: "slow", by: 500 });
    const subscribing = stream.subscribe([AAPL]);
    await quiet();
    const refusal = failureOf(subscribing);
    await stream.close();
    assertEquals((await refusal).code, "lost");
    assertEquals(sink.calls, 0);
    await stream.unsubscribe(["AAPL"]);
    // The simulator's late answer finds nobody.
    await new Promise((resolve) => setTimeout(resolve, 500));
  });
});

Deno.test("alpaca: an opening that is given up closes its socket and rejects with the reason", async () => {
  await withVenue({}, async ({ signIn, simulator }) => {
    const session = await signIn();
    simulator.command({ fault: "slow", by: 300 });
    const giving = new AbortController();
    const reason = new Error("no longer wanted");
    const opening = session.openStream(new RecordingSink(), giving.signal);
    await quiet();
    giving.abort(reason);
    await assertRejects(() => opening, reason);
    assertEquals(simulator.connections, 0);
    await new Promise((resolve) => setTimeout(resolve, 400));
  });
});

Deno.test("alpaca: a tick is stamped by the injected clock", async () => {
  await withVenue({}, async ({ open, simulator }) => {
    const { sink, stream } = await open();
    await stream.subscribe([AAPL]);
    const before = now();
    simulator.say(simulator.trade("AAPL", { i: 1 }));
    await sink.until(() => sink.ticked.length === 1);
    const { receivedAt } = sink.ticked[0]!;
    assert(before <= receivedAt && receivedAt <= now());
    await stream.close();
  });
});
