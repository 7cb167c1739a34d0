/**
 * Failover between two venues that both have an instrument, as a consumer of the stream sees it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { sessionAt } from "../../domain/calendar.ts";
import { MILLISECOND, parseTime } from "../../domain/time.ts";
import { openStream } from "../sse.ts";
import { type Daemon, eventually, pause } from "./daemon.ts";
import { type Between, between, inState, providerOf } from "./venues.ts";

const ROUTES = (standby: string) => `
  - name: us
    match: AAPL
    providers: [alpaca, ig]
    failover: { delay: 2s, failback: 5s, standby: ${standby} }
`;
const DELAY = 2_000;
const FAILBACK = 5_000;

interface Heard {
  readonly at: number;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** Listens to everything of AAPL, with when it came. */
async function listen(daemon: Daemon) {
  const query = "symbols=AAPL&types=trade,quote,candle,gap,status&intervals=1m&snapshot=false";
  const stream = await openStream(`${daemon.url}/api/v1/stream?${query}`);
  const heard: Heard[] = [];
  let isOver = false;
  const reading = stream.until(({ event, data }) => {
    heard.push({ at: performance.now(), event, data: JSON.parse(data) });
    return isOver;
  });
  return {
    heard,
    /** When something was heard first, after an instant. */
    first: async (what: string, after: number, is: (one: Heard) => boolean) => {
      const found = () => heard.find((one) => one.at > after && is(one));
      await eventually(what, () => Promise.resolve(found() !== undefined));
      return found()!;
    },
    close: async () => {
      isOver = true;
      await reading;
      await stream.close();
    },
  };
}

const isTickOf = (provider: string) => ({ event, data }: Heard) =>
  (event === "quote" || event === "trade") && data["provider"] === provider;
const leads = (provider: string) => ({ event, data }: Heard) =>
  event === "status" && data["kind"] === "route" && data["status"] === provider;

/** No tick may be told twice, and what is told of one kind is told in the order of venue time. */
function assertWhole(heard: readonly Heard[]): void {
  const ticks = heard.filter(({ event }) => event === "quote" || event === "trade");
  const keys = ticks.map(({ event, data }) =>
    `${event} ${data["provider"]} ${data["time"]} ${data["id"]}`
  );
  assertEquals(keys.length, new Set(keys).size, "a tick was told twice");
  let [provider, latest] = ["", -Infinity];
  for (const { data } of ticks) {
    const time = parseTime(String(data["time"]))!;
    const isSame = data["provider"] === provider;
    assert(isSame || time > latest, `${data["provider"]} goes back to ${data["time"]}`);
    provider = String(data["provider"]);
    latest = Math.max(latest, time);
  }
}

async function spoil({ alpaca, daemon }: Between, spoil: () => void, reason: RegExp) {
  const listener = await listen(daemon);
  await listener.first("alpaca feeds AAPL", 0, isTickOf("alpaca"));
  const began = performance.now();
  spoil();
  const swap = await listener.first("ig leads", began, leads("ig"));
  assert(reason.test(String(swap.data["reason"])), String(swap.data["reason"]));
  const taken = await listener.first("ig feeds AAPL", began, isTickOf("ig"));
  const took = taken.at - began;
  console.log(`    the standby took over after ${Math.round(took)} ms`);
  assert(took < DELAY + 1_000, `it took ${took} ms`);
  alpaca.command({ fault: "none" });
  await inState(daemon, "alpaca", "live");
  const back = performance.now();
  const again = await listener.first("alpaca leads", back, leads("alpaca"));
  // It was live for a moment before the daemon could be asked.
  assert(again.at - back > FAILBACK - 1_000, `it led again after ${again.at - back} ms`);
  await listener.first("alpaca feeds AAPL", again.at, isTickOf("alpaca"));
  await pause(300);
  await listener.close();
  assertWhole(listener.heard);
  return listener.heard;
}

for (const standby of ["hot", "cold"]) {
  Deno.test(`a ${standby} standby takes over from a venue that is down, and refuses to speak`, async () => {
    await between(async (venues) => {
      const { alpaca, daemon } = venues;
      await inState(daemon, "alpaca", "live");
      await inState(daemon, "ig", "live");
      if (standby === "hot") {
        await eventually("the standby is heard", async () => {
          const metrics = await (await daemon.get("/metrics")).text();
          return /^marketd_standby_ticks_total\{.*provider="ig".*\} [1-9]/m.test(metrics);
        });
      }
      const down = await spoil(venues, () => alpaca.command({ fault: "maintenance" }), /backoff/);
      await spoil(venues, () => {
        alpaca.command({ fault: "refuse" });
        alpaca.command({ fault: "drop" });
      }, /backoff|polling/);
      const gaps = down.filter(({ event, data }) =>
        event === "gap" && data["reason"] === "failover"
      );
      // A hot standby heard what the other missed.
      assertEquals(gaps.length > 0, standby === "cold", JSON.stringify(gaps));
      await eventually("a candle names both", async () => {
        const { data } = await daemon.json<{ data: { providers: string[] }[] }>(
          "/api/v1/candles?symbol=AAPL&interval=1m&basis=bid",
        );
        return data.some(({ providers }) => providers.join() === "alpaca,ig");
      });
    }, {
      instruments: "[AAPL]",
      routes: ROUTES(standby),
      alpaca: { rate: 200 },
      prepare: ({ ig }) => ig.tick(100),
    });
  });
}

/** Silence is a fault only while the market is open; in a tree it is moved to when it is. */
const isOpen = sessionAt("NASDAQ", Date.now() * MILLISECOND, "extended") !== null;

Deno.test({
  name: "a hot standby takes over from a venue that is mute, and it is told in every place",
  ignore: !isOpen,
  fn: () =>
    between(async (venues) => {
      const { alpaca, daemon } = venues;
      await inState(daemon, "alpaca", "live");
      await inState(daemon, "ig", "live");
      const heard = await spoil(venues, () => alpaca.command({ fault: "mute" }), /is silent/);
      const gaps = heard.filter(({ event }) => event === "gap");
      assertEquals(gaps, []);
      const { events } = await providerOf(daemon, "ig");
      assertEquals(events.map(({ event }) => event).filter((event) => event !== "live"), [
        "stands-by",
        "leads",
      ]);
      const metrics = await (await daemon.get("/metrics")).text();
      assert(metrics.includes('marketd_route_swaps_total{route="us",to="ig",why="failover"} 1'));
      assert(metrics.includes('marketd_route_leads{route="us",provider="alpaca"} 1'));
      const { data: [route] } = await daemon.json<{ data: Record<string, unknown>[] }>(
        "/api/v1/routes?symbol=AAPL",
      );
      assertEquals([route!["provider"], route!["standbys"]], [
        "alpaca",
        [{ provider: "ig", state: "live", subscribed: true }],
      ]);
    }, {
      instruments: "[AAPL]",
      routes: ROUTES("hot"),
      alpaca: { rate: 200 },
      prepare: ({ ig }) => ig.tick(100),
    }),
});
