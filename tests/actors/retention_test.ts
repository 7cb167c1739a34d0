import { assertEquals } from "@std/assert";
import { createActor } from "xstate";
import { configureLogging } from "../../actors/log.ts";
import { retention } from "../../actors/retention.ts";
import { DAY, SECOND } from "../../domain/time.ts";
import { inStore, settingsOf, T0, trade, until, worldOf } from "./fixture.ts";

const PACE = { first: 1, round: 5, pause: 1 };

Deno.test("what is past its age goes, step by step, and what is not stays", () =>
  inStore(async (store) => {
    const world = worldOf(store.store, {
      settings: settingsOf({ store: { retention: { ticks: "30d" } } }),
    });
    world.clock.time = T0 + 31 * DAY;
    const old = Array.from({ length: 12_000 }, (_, at) => trade({ time: T0 + at }));
    const young = [trade({ time: T0 + DAY + 1 * SECOND }), trade({ time: T0 + 30 * DAY })];
    await store.real.write({ ticks: [...old, ...young], candles: [], gaps: [], events: [] });
    const actor = createActor(retention, { input: { shared: world, pace: PACE } }).start();
    const left = async () => {
      const page = await store.real.ticks({ symbol: "AAPL", order: "time", limit: 10 });
      return page.rows.map(({ id }) => id);
    };
    const kept = young.map(({ id }) => id);
    await until(async () => (await left()).length === kept.length);
    assertEquals(await left(), kept);
    actor.stop();
  }));

Deno.test("what will go is told at the start with how to keep it, and what went when it is gone", () =>
  inStore(async (store) => {
    const lines: string[] = [];
    configureLogging({ level: "info", format: "text" }, (line) => lines.push(line));
    const world = worldOf(store.store, {
      settings: settingsOf({ store: { retention: { ticks: "30d" } } }),
    });
    world.clock.time = T0 + 31 * DAY;
    const ticks = Array.from({ length: 7_000 }, (_, at) => trade({ time: T0 + at }));
    await store.real.write({ ticks, candles: [], gaps: [], events: [] });
    const actor = createActor(retention, { input: { shared: world, pace: PACE } }).start();
    const told = (pattern: RegExp) => lines.filter((line) => pattern.test(line)).length;
    // 30 days before 2026-04-02 14:30.
    const before = "2026-03-03T14:30:00";
    try {
      await until(() =>
        told(new RegExp(`7000 rows of ticks from before ${before}.* deleted`)) === 1
      );
      const warning = `ticks from before ${before}.* will be deleted.*AAPL.*store.retention.ticks`;
      assertEquals(told(new RegExp(warning)), 1);
    } finally {
      actor.stop();
      configureLogging({ level: "error", format: "text" }, () => {});
    }
  }));
