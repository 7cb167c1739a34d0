/**
 * What was spent of a venue's allowances is spent after a restart, too.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { makeVenues } from "../../actors/connections/venues.ts";
import { wallClock } from "../../actors/clock.ts";
import { Outbox } from "../../actors/outbox.ts";
import { loadSettings } from "../../actors/settings/load.ts";
import { openStore } from "../../db/open.ts";
import { messageOf } from "../../domain/errors.ts";
import { resolveInstrument } from "../../domain/instrument.ts";
import { HOUR } from "../../domain/time.ts";
import { ownCatalog, sourcesOf } from "../actors/settings/world.ts";
import { start as startAlpaca } from "../simulators/alpaca/simulator.ts";
import { type Simulator, start as startIg } from "../simulators/ig/simulator.ts";
import { Daemon, eventually } from "./daemon.ts";
import { onEachStore } from "./stores.ts";
import { filesOf, inState, providerOf } from "./venues.ts";

onEachStore("allowances that were spent are spent after a restart", {}, async (bench) => {
  const alpaca = await startAlpaca({ rate: 50 });
  const ig = await startIg({ rate: 50, points: 0 });
  try {
    const price: readonly [number, number] = [10_850, 10_851];
    const prices = { open: price, high: price, low: price, close: price, volume: 1 };
    const start = new Date((wallClock.now() - 1.5 * HOUR) / 1_000).toISOString().slice(0, 16);
    ig.bars.set("CS.D.EURUSD.CFD.IP", [{ start: `${start}:00`, ...prices }]);
    const store = (await bench.store()).replace(/^sqlite:/, `sqlite:${bench.folder}/`);
    const files = filesOf({ alpaca, ig });
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${bench.folder}/${name}`, text);
    }
    const run = async (work: (daemon: Daemon) => Promise<void>) => {
      const daemon = await Daemon.start({ folder: bench.folder, args: ["--store", store] });
      try {
        await inState(daemon, "ig", "live");
        await work(daemon);
      } finally {
        assertEquals(await daemon.stop(), 0);
      }
    };
    const spentOf = async (daemon: Daemon, name: string) => {
      const { quotas } = await providerOf(daemon, "ig");
      return quotas.find((one) => one.name === name)!;
    };
    let spent = 0;
    await run(async (daemon) => {
      await eventually("something is spent", async () => {
        spent = (await spentOf(daemon, "requests")).spent;
        return spent >= 3;
      });
      assertEquals((await spentOf(daemon, "history")).spent, 0);
    });
    // The week's points, which IG says are used up; then again, with what is known by then.
    await backfill(store, files["marketd.yaml"]!, /exceeded-account-historical-data-allowance/);
    assertEquals(pricesAsked(ig), 1);
    for (let runs = 0; runs < 2; runs++) {
      await run(async (daemon) => {
        // The same minute, or nearly: what one run spent is added to.
        assert((await spentOf(daemon, "requests")).spent > spent);
        assertEquals((await spentOf(daemon, "history")).left, 0);
      });
    }
    const known = /its allowance "history" of 10000 a week is used up; there is room at 20/;
    await backfill(store, files["marketd.yaml"]!, known);
    assertEquals(pricesAsked(ig), 1);
  } finally {
    await alpaca.stop();
    await ig.stop();
  }
});

function pricesAsked({ asked }: Simulator): number {
  return asked.filter(({ path }) => path.startsWith("/prices/")).length;
}

/** Asks for an hour's bars as a backfill does, and keeps what that spent; it fails for a reason. */
async function backfill(url: string, yaml: string, reason: RegExp): Promise<void> {
  const { settings } = await loadSettings(
    sourcesOf({ yaml, catalog: ownCatalog, flags: { store: url } }),
  );
  const store = await openStore(url, { mode: "write" });
  try {
    const learnt = { quotas: await store.quotas(), mappings: await store.mappings() };
    const venues = await makeVenues(settings, ownCatalog, wallClock, learnt);
    const outbox = new Outbox(1_000);
    venues.keepIn(outbox);
    const { signal } = new AbortController();
    const session = await venues.providers.get("ig")!.authenticate(signal);
    const to = wallClock.now() - HOUR;
    const query = {
      instrument: resolveInstrument({ symbol: "EURUSD" }),
      from: to - HOUR,
      to,
      interval: "1m",
      basis: "bid",
    } as const;
    const pages = session.bars!(query, { purpose: "backfill", signal });
    const message = await Array.fromAsync(pages).then(() => "", messageOf);
    assertMatch(message, reason);
    await session.logOut();
    const quotas = outbox.take(1_000).flatMap((entry) => entry.quotas ?? []);
    await store.write({ ticks: [], candles: [], gaps: [], events: [], quotas });
  } finally {
    await store.close();
  }
}
