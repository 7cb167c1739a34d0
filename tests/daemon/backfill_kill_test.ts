/**
 * A backfill that is killed, and one that is asked for again.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { marketd } from "../actors/commands/run.ts";
import {
  assertWhole,
  atLast,
  atVenue,
  breakOff,
  fill,
  gapsOf,
  inMinute,
  iso,
  live,
  micros,
  MINUTE,
  stored,
  SYMBOL,
  whileOpen,
} from "./backfills.ts";
import type { Daemon } from "./daemon.ts";

Deno.test(
  "a backfill that is killed goes on after the restart, and a second one changes nothing",
  whileOpen("NASDAQ"),
  () =>
    atVenue(async (simulator, begin) => {
      const [first] = simulator.market.books.get(SYMBOL)!.trades;
      const began = first === undefined ? Date.now() * 1_000 : micros(first);
      const origin = began - began % MINUTE;
      const victim = await begin();
      await live(victim);
      // Over the end of a minute: what is missed is more than one part.
      await inMinute(54, 57);
      await breakOff(victim, simulator, 8);
      // Each page of history takes its time, so that there is one to be killed in.
      simulator.command({ fault: "slow", by: 4_000 });
      const ofOutage = async (daemon: Daemon) =>
        (await gapsOf(daemon)).filter(({ reason }) => reason === "disconnect");
      const halfDone = async () => {
        const states = (await ofOutage(victim)).map(({ status }) => status);
        return states.includes("filled") && states.includes("open");
      };
      await atLast("a part is filled, and a part is not", halfDone);
      assertEquals(await victim.stop("SIGKILL"), null);
      simulator.command({ fault: "none" });

      const daemon = await begin();
      await live(daemon);
      await atLast(
        "the rest is filled",
        async () => (await ofOutage(daemon)).every(({ status }) => status === "filled"),
      );
      simulator.hush();
      const now = Date.now() * 1_000;
      await atLast(
        "the minute is over",
        () => Promise.resolve(Date.now() * 1_000 > now - now % MINUTE + MINUTE + 4_000_000),
      );
      // While it was down, and before it was there, too.
      assertEquals((await fill(daemon, origin, now)).state, "done");
      await assertWhole(daemon, simulator);
      const before = stored(daemon);
      const again = await fill(daemon, origin, now);
      assertEquals([again.state, again.ticks, again.candles], ["done", 0, 0]);
      assertEquals(stored(daemon), before);

      const said = ["backfill", SYMBOL, "--from", iso(origin), "--to", iso(now)]
        .concat("--store", "sqlite:test.db");
      const asked = await marketd(daemon.folder, [...said, "--url", daemon.url]);
      const nothing =
        /^AAPL .* is filled from alpaca: 0 trades added, 0 candles made or repaired\n$/;
      assertMatch(asked.stdout, nothing, asked.stderr);
      assertEquals(await daemon.stop(), 0);
      const alone = await marketd(daemon.folder, [...said, "--port", "0"]);
      assertMatch(alone.stdout, nothing, alone.stderr);
      assertEquals([asked.code, alone.code], [0, 0]);
    }),
);
