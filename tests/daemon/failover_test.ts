/**
 * Failover between two venues that both have an instrument, as a consumer of the stream sees it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { eventually, pause } from "./daemon.ts";
import { assertWhole, isTickOf, leads, listen } from "./listener.ts";
import { type Between, between, inState } from "./venues.ts";

const ROUTES = (standby: string) => `
  - name: us
    match: AAPL
    providers: [alpaca, ig]
    failover: { delay: 2s, failback: 5s, standby: ${standby} }
`;
const DELAY = 2_000;
const FAILBACK = 5_000;

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
