/**
 * Gaps that are refilled from the venue's history, as a user of the daemon sees it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { inFolder } from "../actors/commands/run.ts";
import { LOGIN, start as startIg } from "../simulators/ig/simulator.ts";
import { openStream } from "../sse.ts";
import {
  assertWhole,
  atLast,
  atVenue,
  breakOff,
  candlesOf,
  type CandleView,
  gapsOf,
  type GapView,
  inMinute,
  iso,
  list,
  live,
  MINUTE,
  SYMBOL,
  untilFilled,
  whileOpen,
} from "./backfills.ts";
import { Daemon, eventually, pause } from "./daemon.ts";
import type { ProviderView } from "./venues.ts";

Deno.test(
  "what a broken stream missed is filled from history, whole minutes at a time",
  whileOpen("NASDAQ"),
  () =>
    atVenue(async (simulator, begin) => {
      await inMinute(20, 40);
      const daemon = await begin();
      await live(daemon);
      const stream = await openStream(`${daemon.url}/api/v1/stream?types=candle,gap`);
      const sent = () => simulator.market.books.get(SYMBOL)!.trades.length;
      const before = sent();
      await breakOff(daemon, simulator, 5);
      assert(sent() - before > 500, "the venue went on trading");
      const told: string[] = [];
      await stream.until(({ event, data }) => {
        const { interval, revision, status } = JSON.parse(data);
        if (status === "repaired" && revision > 0) told.push(`${event} ${interval}`);
        return event === "gap" && status === "filled";
      });
      await stream.close();
      assert(told.includes("candle 1m"), "the repaired candle is told before its gap is");
      await untilFilled(daemon);
      simulator.hush();
      await pause(1_000);
      await assertWhole(daemon, simulator);
      const [gap] = (await gapsOf(daemon)).filter(({ reason }) => reason === "disconnect");
      assertEquals(gap?.status, "filled");
      const minute = new Date(Math.floor(Date.parse(gap!.from) / 60_000) * 60_000).toISOString();
      const repaired = (await candlesOf(daemon, "1m")).find(({ start }) =>
        Date.parse(start) === Date.parse(minute)
      );
      assertEquals(repaired?.status, "repaired");
      assert(repaired!.revision > 0, "it was told before, with what was heard");
    }),
);

Deno.test(
  "where a venue has bars alone, its bar stands for the minute that was missed in part",
  whileOpen("FX"),
  async () => {
    const venue = await startIg({ rate: 100 });
    const yaml = JSON.stringify({
      providers: {
        ig: {
          apiKey: LOGIN.apiKey,
          username: LOGIN.username,
          password: LOGIN.password,
          endpoints: { api: venue.api },
        },
      },
      instruments: ["EURUSD"],
      candles: { intervals: ["1m"] },
    });
    try {
      await inFolder({ "marketd.yaml": yaml }, async (folder) => {
        await inMinute(10, 40);
        const daemon = await Daemon.start({ folder, args: ["--store", "sqlite:test.db"] });
        try {
          const gaps = () => list<GapView>(daemon, "/api/v1/gaps?symbol=EURUSD");
          await eventually(
            "quotes come",
            async () =>
              (await list<unknown>(daemon, "/api/v1/ticks?symbol=EURUSD&limit=50")).length === 50,
          );
          venue.command({ fault: "refuse" });
          venue.drop();
          await pause(2_000);
          venue.heal();
          const outage = async () => (await gaps()).find(({ reason }) => reason === "disconnect");
          await eventually("the gap is told", async () => await outage() !== undefined);
          const at = Date.parse((await outage())!.from);
          const start = iso(at * 1_000 - at * 1_000 % MINUTE).slice(0, 19);
          venue.bars.set("CS.D.EURUSD.CFD.IP", [{
            start,
            open: [1.1, 1.1001],
            high: [1.105, 1.1051],
            low: [1.095, 1.0951],
            close: [1.101, 1.1011],
            volume: 77,
          }]);
          await atLast("it is filled", async () => (await outage())?.status === "filled");
          // A minute, and one more where the outage was near its end.
          const [{ spent }] = (await list<ProviderView>(daemon, "/api/v1/providers"))[0]!.quotas
            .filter(({ name }) => name === "history") as [ProviderView["quotas"][0]];
          assert(spent === 1 || spent === 2, `${spent} of the week's points`);
          const candles = await list<CandleView>(
            daemon,
            "/api/v1/candles?symbol=EURUSD&interval=1m&basis=bid",
          );
          const repaired = candles.find((one) => one.start.startsWith(start));
          const { open, high, low, close, status, tickVolume } = repaired!;
          assertEquals([open, high, low, close, status, tickVolume], [
            ...[1.1, 1.105, 1.095, 1.101],
            ...["repaired", 77],
          ]);
        } finally {
          await daemon.stop();
        }
      });
    } finally {
      await venue.stop();
    }
  },
);
