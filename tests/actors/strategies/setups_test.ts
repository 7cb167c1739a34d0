import { assert, assertEquals, assertMatch } from "@std/assert";
import { inLives, type Served } from "./served.ts";
import { openStream } from "../../sse.ts";

interface SignalView {
  readonly id: string;
  readonly strategy: string;
  readonly symbol: string;
  readonly time: string;
  readonly revision: string;
  readonly reasons: string[];
  readonly inputs: Record<string, unknown>;
}
interface SetupView {
  readonly symbol: string;
  readonly origin: string;
  readonly enabled: boolean;
  readonly interval: string;
  readonly parameters: Record<string, unknown>;
  readonly revision: string;
  readonly running: { symbol: string; status: string; until: string | null }[];
  readonly changes: { at: string; by: string; old: unknown; new: unknown }[];
}
interface StrategyView {
  readonly id: string;
  readonly parameters: { properties: Record<string, { default: unknown; description: string }> };
  readonly setups: SetupView[];
}

const PATH = "/api/v1/strategies/ema-cross/AAPL";
const FAST = { interval: "1m", parameters: { fast: 2, slow: 4, atr: 3 } };
const SLOW = { interval: "1m", parameters: { fast: 3, slow: 5, atr: 3 } };

const signalsOf = async (served: Served, query = "") =>
  (await served.get<{ data: SignalView[] }>(`/api/v1/signals?limit=1000${query}`)).data;

Deno.test("a strategy is switched on, tuned and switched off through the API while ticks flow", () =>
  inLives((live) =>
    live({}, async (served) => {
      served.flow(20);
      assertEquals(await signalsOf(served), []);
      const stream = await openStream(`${served.url}/api/v1/stream?types=signal`);
      const [status, on] = await served.change("PUT", PATH, FAST);
      assertEquals([status, on.enabled, on.origin], [200, true, "api"]);
      assertEquals(on.parameters, { fast: 2, slow: 4, atr: 3, stop: 2, reward: 2 });
      served.flow(24);
      await served.looked("ema-cross", "AAPL");
      const first = await signalsOf(served);
      assert(first.length >= 3, `${first.length} signals`);
      // Right from the first candle on, by what was kept before it was switched on; and none of that
      // is looked at.
      assert(first.every(({ time }) => time > "2014-05-01T13:50:00"));
      assertEquals(new Set(first.map(({ symbol }) => symbol)), new Set(["AAPL"]));
      for (const { inputs, reasons, revision } of first) {
        assertMatch(
          reasons[0]!,
          /^The average of 2 candles \(.*\) crossed (above|below) that of 4/,
        );
        assertEquals(Object.keys(inputs), ["close", "fast", "slow", "atr"]);
        assertEquals(revision, on.revision);
      }
      const told: string[] = [];
      await stream.until(({ event, data }) => {
        if (event === "signal") told.push(data);
        return told.length === first.length;
      });
      assertEquals(told.map((data) => JSON.parse(data)), first);
      await stream.close();

      const [refused, problem] = await served.change("PUT", PATH, {
        interval: "1m",
        parameters: { fast: 50, slow: 4, atr: 2.5, fsat: 1 },
      });
      assertEquals(refused, 422);
      assertEquals(problem.errors, [
        { path: "parameters.atr", message: "must be a whole number" },
        { path: "parameters.fsat", message: "is not a known key" },
      ]);
      const [, twisted] = await served.change("PUT", PATH, { parameters: { fast: 50, slow: 4 } });
      assertEquals(
        twisted.detail,
        "The body cannot be used: parameters.fast must be less than slow.",
      );
      assertEquals((await served.get<SetupView>(PATH)).revision, on.revision);

      const [, tuned] = await served.change("PUT", PATH, SLOW);
      assert(tuned.revision !== on.revision);
      served.flow(24);
      await served.looked("ema-cross", "AAPL");
      const second = (await signalsOf(served)).slice(first.length);
      assert(second.length >= 2);
      assertEquals(new Set(second.map(({ revision }) => revision)), new Set([tuned.revision]));

      await served.change("PUT", PATH, { ...SLOW, enabled: false });
      served.flow(24);
      const off = await served.get<SetupView>(PATH);
      assertEquals([off.enabled, off.running], [false, []]);
      const { checks } = await served.get<{ checks: Record<string, unknown> }>("/health");
      assertEquals(Object.keys(checks).filter((name) => name.includes("ema-cross")), []);
      assertEquals((await signalsOf(served)).length, first.length + second.length);
      assertEquals(off.changes.map(({ by, old, new: now }) => ({ by, old, now })), [
        { by: "api 127.0.0.1", old: SLOW, now: { ...SLOW, enabled: false } },
        { by: "api 127.0.0.1", old: FAST, now: SLOW },
        { by: "api 127.0.0.1", old: null, now: FAST },
      ]);
    })
  ));

Deno.test("what is not said of a strategy stays as it was set, on it or for all", () =>
  inLives((live) =>
    live(
      { said: { "rsi-reversal": { "*": { parameters: { oversold: 25 } } } } },
      async (served) => {
        const [, on] = await served.change("PUT", PATH, FAST);
        const [, off] = await served.change("PUT", PATH, { enabled: false });
        assertEquals([off.enabled, off.revision], [false, on.revision]);
        assertEquals(off.changes[0].new, { ...FAST, enabled: false });
        const [, tuned] = await served.change("PUT", PATH, { parameters: { fast: 3 } });
        assertEquals([tuned.enabled, tuned.interval], [false, "1m"]);
        assertEquals(tuned.parameters, { ...on.parameters, fast: 3 });
        const [status] = await served.change("PUT", PATH, { parameters: { slow: 3 } });
        assertEquals([status, (await served.get<SetupView>(PATH)).revision], [422, tuned.revision]);

        const own = "/api/v1/strategies/rsi-reversal/AAPL";
        const [, apart] = await served.change("PUT", own, { enabled: false });
        assertEquals([apart.symbol, apart.parameters["oversold"]], ["AAPL", 25]);
      },
    )
  ));

Deno.test("what is set through the API survives a restart, and the state of a strategy with it", () =>
  inLives(async (live) => {
    let before: SetupView;
    await live({ said: { "rsi-reversal": { "*": { interval: "5m" } } } }, async (served) => {
      await served.change("PUT", PATH, FAST);
      await served.change("PUT", "/api/v1/strategies/rsi-reversal/*", { interval: "1m" });
      served.flow(20);
      await served.looked("ema-cross", "AAPL");
      before = await served.get<SetupView>(PATH);
    });
    const again = { epoch: "000000002", minutes: 20 };
    const said = { "rsi-reversal": { "*": { interval: "5m" } }, "ema-cross": { MSFT: {} } };
    await live({ ...again, said }, async (served) => {
      const after = await served.get<SetupView>(PATH);
      assertEquals({ ...after, running: [] }, { ...before, running: [] });
      const { data } = await served.get<{ data: StrategyView[] }>("/api/v1/strategies");
      const setups = data.flatMap(({ id, setups }) =>
        setups.map(({ interval, origin, symbol }) => [id, symbol, interval, origin])
      );
      assertEquals(setups, [
        ["ema-cross", "AAPL", "1m", "api"],
        ["ema-cross", "MSFT", "5m", "configuration"],
        ["rsi-reversal", "*", "1m", "api"],
      ]);
      const known = await signalsOf(served);
      served.flow(12);
      await served.looked("ema-cross", "AAPL");
      const signals = await signalsOf(served);
      assertEquals(signals.slice(0, known.length), known);
      assert(signals.length > known.length);
      assertEquals(new Set(signals.map(({ id }) => id)).size, signals.length);
    });
  }));

Deno.test("the last twenty changes of a setup are shown and held, with what was said before each", () =>
  inLives(async (live) => {
    const specs = Array.from(
      { length: 24 },
      (_, at) => ({ parameters: { fast: at + 2, slow: 60 } }),
    );
    const expected = specs.slice(-20).map((now, at) => ({ old: specs[at + 3], now })).reverse();
    const check = async (served: Served) => {
      const { changes } = await served.get<SetupView>(PATH);
      assertEquals(changes.map(({ old, new: now }) => ({ old, now })), expected);
      const [all] = (await served.get<{ data: StrategyView[] }>("/api/v1/strategies")).data
        .flatMap(({ setups }) => setups);
      assertEquals([all!.symbol, all!.changes.length], ["*", 1]);
      const { length } = served.tree.shared.setups.changes;
      assert(length <= 22, `${length} are held`);
    };
    await live({}, async (served) => {
      await served.change("PUT", "/api/v1/strategies/ema-cross/*", {});
      for (const spec of specs) await served.change("PUT", PATH, spec);
      await check(served);
    });
    await live({ epoch: "000000002" }, check);
  }));

Deno.test("a setup that is removed gives way to the one for all, and a configured one stays removed", () =>
  inLives(async (live) => {
    const said = { "ema-cross": { "*": { interval: "5m" }, AAPL: { interval: "1m" } } };
    await live({ said }, async (served) => {
      assertEquals((await served.get<SetupView>(PATH)).symbol, "AAPL");
      assertEquals(await served.change("DELETE", PATH), [204, null]);
      assertEquals((await served.get<SetupView>(PATH)).symbol, "*");
      const [status, problem] = await served.change("DELETE", PATH);
      assertEquals([status, problem.code], [404, "no-setup"]);
    });
    await live({ said, epoch: "000000002" }, async (served) => {
      const { interval, symbol } = await served.get<SetupView>(PATH);
      assertEquals([symbol, interval], ["*", "5m"]);
    });
  }));

Deno.test("what cannot be set up is refused in words, and needs the token", () =>
  inLives((live) =>
    live({}, async (served) => {
      const put = async (path: string, body: unknown, token?: string) => {
        const [status, { code, detail, errors }] = await served.change("PUT", path, body, token);
        return [status, code, errors?.[0]?.message ?? detail];
      };
      assertEquals((await put(PATH, FAST, "wrong-token-0123456789")).slice(0, 2), [
        401,
        "wrong-token",
      ]);
      assertEquals(await put("/api/v1/strategies/ema-cros/AAPL", {}), [
        404,
        "unknown-strategy",
        "There is no strategy ema-cros; did you mean `ema-cross`?",
      ]);
      assertEquals((await put("/api/v1/strategies/ema-cross/APL", {})).slice(0, 2), [
        404,
        "unknown-symbol",
      ]);
      assertEquals(await put(PATH, { interval: "7m" }), [
        422,
        "bad-body",
        "must be an interval that is built: 1m, 5m (was 7m)",
      ]);
      assertEquals((await put(PATH, { enabled: "yes" }))[2], "must be true or false");
      assertEquals((await put(PATH, { enable: true }))[2], "is not a known key");
      assertEquals(
        (await served.get<{ data: StrategyView[] }>("/api/v1/strategies")).data[0]!.setups,
        [],
      );
    })
  ));

Deno.test("the catalog has each parameter's schema, with what is usual", () =>
  inLives((live) =>
    live({}, async (served) => {
      const { data } = await served.get<{ data: StrategyView[] }>("/api/v1/strategies");
      assertEquals(data.map(({ id }) => id), [
        "auction-market",
        "ema-cross",
        "rsi-reversal",
        "bollinger-reversion",
      ]);
      for (const { parameters } of data) {
        for (const { default: usual, description } of Object.values(parameters.properties)) {
          assert(typeof usual === "number");
          assertMatch(description, /^[A-Z].*\.$/);
        }
      }
    })
  ));

Deno.test("signals come by pages, by strategy and instrument, as JSON and as CSV", () =>
  inLives((live) =>
    live({ said: { "ema-cross": { "*": FAST } } }, async (served) => {
      served.flow(60);
      await served.looked("ema-cross", "AAPL");
      await served.looked("ema-cross", "MSFT");
      const all = await signalsOf(served, "&from=2014-05-01T13:00:00Z");
      assert(all.length >= 8);
      const pages: SignalView[] = [];
      let query = "limit=3&from=2014-05-01T13:00:00Z";
      for (let next: string | null = ""; next !== null;) {
        const page: { data: SignalView[]; next: string | null } = await served.get(
          `/api/v1/signals?${query}${next === "" ? "" : `&cursor=${encodeURIComponent(next)}`}`,
        );
        pages.push(...page.data);
        next = page.next;
        query = "limit=3&from=2014-05-01T13:00:00Z";
      }
      assertEquals(pages, all);
      const apple = await signalsOf(served, "&symbol=aapl&strategy=ema-cross");
      assertEquals(apple, all.filter(({ symbol }) => symbol === "AAPL"));
      assertEquals(await signalsOf(served, "&strategy=rsi-reversal"), []);
      const unknown = await fetch(`${served.url}/api/v1/signals?strategy=ema-cros`);
      assertEquals([unknown.status, (await unknown.json()).code], [404, "unknown-strategy"]);
      const response = await fetch(`${served.url}/api/v1/signals?limit=1000&format=csv`);
      const lines = (await response.text()).trimEnd().split("\n");
      assertMatch(
        lines[0]!,
        /^time,symbol,strategy,interval,basis,side,strength,entry,stop,target/,
      );
      assertEquals(lines.length, all.length + 1);
    })
  ));
