/**
 * Capability routing between two venues: the live feed of the one, and the history of the other.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { atLast, type CandleView, type GapView, inMinute, list, whileOpen } from "./backfills.ts";
import { eventually, pause } from "./daemon.ts";
import { between, inState, providerOf } from "./venues.ts";

interface RouteView {
  readonly kinds: readonly {
    readonly kind: string;
    readonly route: string;
    readonly provider: string | null;
    readonly reason: string;
  }[];
}

Deno.test(
  "quotes are streamed from IG, and the bars of what it missed come from Alpaca",
  whileOpen("NASDAQ"),
  () =>
    between(async ({ alpaca, daemon, ig }) => {
      await inState(daemon, "ig", "live");
      await inState(daemon, "alpaca", "live");
      const [{ kinds }] = (await list<RouteView>(daemon, "/api/v1/routes?symbol=AAPL")) as [
        RouteView,
      ];
      const of = (kind: string) => kinds.find((one) => one.kind === kind)!;
      assertEquals([of("quotes").provider, of("quotes").route], ["ig", "live"]);
      assertEquals(of("trades").provider, null);
      assertMatch(of("trades").reason, /ig cannot: no trades of it/);
      assertEquals([of("historicalBars").provider, of("historicalBars").route], ["alpaca", "past"]);
      const ticks = () =>
        list<{ provider: string; kind: string }>(daemon, "/api/v1/ticks?symbol=AAPL&limit=500");
      await inMinute(35, 50);
      await eventually("quotes come", async () => (await ticks()).length > 50);
      ig.command({ fault: "refuse" });
      ig.drop();
      await pause(2_000);
      ig.heal();
      await inState(daemon, "ig", "live");
      const outage = async () =>
        (await list<GapView>(daemon, "/api/v1/gaps?symbol=AAPL")).find(({ reason }) =>
          reason === "disconnect"
        );
      await eventually("the gap is told", async () => await outage() !== undefined);
      const completeness = async () =>
        (await list<{ completeness: number; missedSeconds: number }>(
          daemon,
          "/api/v1/instruments?symbol=AAPL",
        ))[0]!;
      const before = await completeness();
      assert(before.completeness < 1 && before.missedSeconds >= 1, JSON.stringify(before));
      await atLast("it is filled", async () => (await outage())?.status === "filled");
      const after = await completeness();
      assertEquals([after.completeness, after.missedSeconds], [1, 0]);
      const query = "symbol=AAPL&interval=1m&basis=trade";
      const candles = await list<CandleView & { providers: string[] }>(
        daemon,
        `/api/v1/candles?${query}`,
      );
      const repaired = candles.filter(({ status }) => status === "repaired");
      assert(repaired.length > 0, JSON.stringify(candles));
      for (const { providers } of repaired) assertEquals(providers, ["alpaca"]);
      const heard = await ticks();
      assert(heard.every(({ kind, provider }) => provider === "ig" && kind === "quote"));
      // Nothing was subscribed there: bars alone were asked for.
      const bars = alpaca.seen.requests.filter(({ path }) => path.endsWith("/bars"));
      assert(bars.length > 0, JSON.stringify(alpaca.seen.requests));
      assertEquals(
        (await providerOf(daemon, "ig")).quotas.find(({ name }) => name === "history")?.spent,
        0,
      );
    }, {
      instruments: "[{ symbol: AAPL, basis: trade }]",
      routes: `
  - { name: live, match: AAPL, capabilities: [quotes], providers: [ig] }
  - { name: past, match: AAPL, capabilities: [historicalBars], providers: [alpaca] }
`,
      alpaca: { rate: 100 },
      prepare: ({ ig }) => ig.tick(100),
    }),
);
