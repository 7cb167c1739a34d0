/**
 * One instrument's fault, from outside: its neighbours show nothing, and health names it.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { assemble, withInstruments } from "../../actors/assembly.ts";
import { wallClock } from "../../actors/clock.ts";
import { loadSettings } from "../../actors/settings/load.ts";
import { systemSources } from "../../actors/settings/sources.ts";
import { checkStoreUrl, findWriter, openStore } from "../../db/open.ts";
import { CandleSeries } from "../../domain/candles.ts";
import type { Tick } from "../../domain/tick.ts";
import { loadProvider, PROVIDER_IDS } from "../../providers/catalog.ts";
import { inFolder } from "../actors/commands/run.ts";
import { openStream } from "../sse.ts";
import { eventually } from "./daemon.ts";

class Thrower extends CandleSeries {
  override add(_: Tick): boolean {
    throw new Error("a fault put there by the test");
  }
}

interface Health {
  status: string;
  checks: Record<string, { status: string; output?: string }[]>;
}

Deno.test("a candle actor that throws on one instrument's ticks leaves the others alone, and is told", () =>
  inFolder({}, async (folder) => {
    const sources = {
      ...systemSources({ port: "0", store: `sqlite:${folder}/x.db` }, {
        catalog: { ids: PROVIDER_IDS, load: loadProvider },
        checkStoreUrl,
      }),
      env: {
        MARKETD_PROVIDERS_DEMO_RATE: "500",
        MARKETD_PROVIDERS_DEMO_SYMBOLS: "AAPL,MSFT,EURUSD",
      },
    };
    const { settings } = await loadSettings(sources);
    const silent = { write: () => Promise.resolve() };
    const deps = { sources, openStore, findWriter, stdout: silent, stderr: silent };
    const { tree, url, close } = await assemble(deps, {
      settings: await withInstruments(settings, sources.catalog),
      store: settings.store.url!,
      clock: wallClock,
      serve: true,
      live: true,
      makeSeries: (options) =>
        options.symbol === "AAPL" ? new Thrower(options) : new CandleSeries(options),
    });
    try {
      const health = async () => await (await fetch(`${url}/health`)).json() as Health;
      await eventually("AAPL's candles are given up", async () => {
        const check = (await health()).checks["instrument:AAPL"]?.[0];
        return check !== undefined && /given up/.test(check.output ?? "");
      });
      const { status, checks } = await health();
      assertEquals(status, "warn");
      assertMatch(checks["instrument:AAPL"]![0]!.output!, /a fault put there by the test/);
      assertEquals(Object.keys(checks).filter((name) => name.startsWith("instrument:")), [
        "instrument:AAPL",
      ]);
      const ready = await fetch(`${url}/readyz`);
      assertEquals([ready.status, (await ready.text()).length > 0], [200, true]);

      const stream = await openStream(`${url}/api/v1/stream?types=trade,quote,candle,status`);
      const seen = new Map<string, number>();
      await stream.until(({ event, data }) => {
        const { symbol, id } = JSON.parse(data) as { symbol?: string; id?: string };
        const key = `${event} ${symbol ?? id}`;
        seen.set(key, (seen.get(key) ?? 0) + 1);
        return (seen.get("candle MSFT") ?? 0) > 10 && (seen.get("candle EURUSD") ?? 0) > 10 &&
          (seen.get("trade AAPL") ?? 0) > 10;
      });
      await stream.close();
      // Its ticks go on, kept and streamed; only its candles are not made.
      assertEquals(seen.has("candle AAPL"), false);
      const ticks = await (await fetch(`${url}/api/v1/ticks?symbol=AAPL&limit=1000`)).json();
      assert(ticks.data.length > 100);
    } finally {
      tree.drain();
      await tree.done;
      await close();
    }
  }));
