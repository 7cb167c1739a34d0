import { assertEquals } from "@std/assert";
import { type AnyActorRef, createActor, fromCallback } from "xstate";
import type { RoutingCommand, ShardCommand } from "../../actors/messages.ts";
import type { Listing } from "../../actors/instruments/directory.ts";
import { routing } from "../../actors/routing/routing.ts";
import { createSupervisor } from "../../actors/supervision.ts";
import { canarySymbol } from "../../actors/vitals.ts";
import type { Store } from "../../db/store.ts";
import { Credit } from "../../domain/credit.ts";
import { flagNames } from "../../domain/flags.ts";
import { resolveInstrument } from "../../domain/instrument.ts";
import type { Tick } from "../../domain/tick.ts";
import { listingOf, quote, T0, trade, type World, worldOf } from "./fixture.ts";

function listing(symbol: string, shard: string, canary = false): Listing {
  const instrument = { ...resolveInstrument({ symbol: "AAPL" }), symbol };
  return listingOf({ instrument, shard, canary });
}

/** Routing between a directory of three instruments and shards that only listen. */
function route(shards: readonly string[] = ["shard-1", "shard-2"]) {
  // No store has a part in it.
  const world = worldOf({} as Store);
  for (const shard of ["shard-1", "shard-2"]) {
    world.vitals.watch(shard);
    world.directory.add(listing(canarySymbol(shard), shard, true));
  }
  world.directory.add(listing("AAPL", "shard-1"));
  world.directory.add(listing("MSFT", "shard-2"));
  world.directory.add(listing("IBM", "shard-1"));
  const heard = new Map<string, ShardCommand[]>();
  const listeners = shards.map((id) => {
    const said: ShardCommand[] = [];
    heard.set(id, said);
    const logic = fromCallback<ShardCommand>(({ receive }) => receive((event) => said.push(event)));
    return { id, logic };
  });
  const parent = createActor(
    createSupervisor({
      children: () => [
        ...listeners,
        { id: "routing", logic: routing, input: () => ({ shared: world }) },
      ],
    }),
    { input: { observe: world.observe, uptime: world.uptime } },
  );
  parent.start();
  const send = (event: RoutingCommand) => (parent.system.get("routing") as AnyActorRef).send(event);
  const ticksOf = (shard: string) =>
    heard.get(shard)!.flatMap((one) => one.type === "shard.ticks" ? one.ticks : []);
  return { world, heard, send, ticksOf, stop: () => parent.stop() };
}

function batch(ticks: readonly Tick[], credit?: Credit): RoutingCommand {
  return { type: "routing.ticks", provider: "test", ticks, credit };
}

async function count(world: World, meter: "ticks" | "flagged", labels: Record<string, string>) {
  const { values } = await world.meters[meter].get();
  const found = values.find((one) =>
    Object.entries(labels).every(([name, value]) => one.labels[name as "provider"] === value)
  );
  return found?.value ?? 0;
}

Deno.test("each shard gets its instruments' ticks in one batch, one after the other, each one's in the order they came", () => {
  const { heard, send, ticksOf, stop } = route();
  const credit = new Credit(10);
  const ticks = ["AAPL", "MSFT", "IBM", "MSFT", "AAPL"].map((symbol) => trade({ symbol }));
  send(batch(ticks, credit));
  assertEquals(ticksOf("shard-1"), [ticks[0], ticks[4], ticks[2]]);
  assertEquals(ticksOf("shard-2"), [ticks[1], ticks[3]]);
  assertEquals([...heard.values()].map(({ length }) => length), [1, 1]);
  assertEquals(heard.get("shard-1")![0], {
    type: "shard.ticks",
    ticks: [ticks[0]!, ticks[4]!, ticks[2]!],
    credit,
  });
  stop();
});

Deno.test("a refused tick goes its way with its flags, and is counted by flag", async () => {
  const { world, send, ticksOf, stop } = route();
  send(batch([trade({ price: -1 }), quote({ bid: 3, ask: 2 }), trade({ flags: 8 })]));
  const flags = ticksOf("shard-1").map((tick) => flagNames(tick.flags));
  assertEquals(flags, [["not-positive"], ["crossed"], ["duplicate"]]);
  assertEquals(await count(world, "flagged", { provider: "test", flag: "crossed" }), 1);
  assertEquals(await count(world, "ticks", { provider: "test", kind: "trade" }), 2);
  assertEquals(await count(world, "ticks", { provider: "test", kind: "quote" }), 1);
  stop();
});

Deno.test("a tick of an unknown instrument is flagged and kept, and reaches no shard", async () => {
  const { world, send, ticksOf, stop } = route();
  const credit = new Credit(10);
  const ticks = [trade({ symbol: "NONE" }), trade(), trade({ symbol: "OTHER" })];
  send(batch(ticks, credit));
  assertEquals(ticksOf("shard-1"), [ticks[1]]);
  const [entry] = world.outbox.take(10);
  assertEquals(entry, { ticks: [ticks[0]!, ticks[2]!], credit });
  assertEquals(entry!.ticks.map(({ flags }) => flagNames(flags)), [
    ["unknown-instrument"],
    ["unknown-instrument"],
  ]);
  assertEquals(await count(world, "flagged", { flag: "unknown-instrument" }), 2);
  stop();
});

Deno.test("an instrument that is left is unknown, and one followed anew is heard in its shard, by a gate that knows nothing of it", () => {
  const { world: { directory, outbox }, send, ticksOf, stop } = route();
  const said = () => trade({ id: "1" });
  send(batch([said()]));
  directory.remove("AAPL");
  send(batch([said()]));
  assertEquals(outbox.take(10).flatMap(({ ticks }) => ticks.map(({ flags }) => flagNames(flags))), [
    ["unknown-instrument"],
  ]);
  directory.add(listing("AAPL", "shard-2"));
  send(batch([said(), said()]));
  const flags = (shard: string) => ticksOf(shard).map((tick) => flagNames(tick.flags));
  assertEquals([flags("shard-1"), flags("shard-2")], [[[]], [[], ["duplicate"]]]);
  stop();
});

Deno.test("while a shard is away its ticks are kept, and the others' go their way", () => {
  const { world, send, ticksOf, stop } = route(["shard-2"]);
  const ticks = [trade(), trade({ symbol: "MSFT" })];
  send(batch(ticks));
  assertEquals(ticksOf("shard-2"), [ticks[1]]);
  assertEquals(world.outbox.take(10).map((entry) => entry.ticks), [[ticks[0]!]]);
  assertEquals(ticks[0]!.flags, 0);
  stop();
});

Deno.test("a canary goes to each shard, and the gate has seen it", () => {
  const { world, send, ticksOf, stop } = route();
  send({ type: "routing.canary" });
  for (const shard of ["shard-1", "shard-2"]) {
    const [canary] = ticksOf(shard);
    assertEquals([canary!.symbol, canary!.time, canary!.flags], [canarySymbol(shard), T0, 0]);
  }
  assertEquals(world.vitals.report()[0]!.alive, true);
  assertEquals(world.outbox.length, 0);
  stop();
});

Deno.test("a gap that the feed tells is delivered to the shard of its instrument", () => {
  const { heard, send, stop } = route(["shard-1", "shard-2", "instruments"]);
  const gap = {
    provider: "test",
    from: T0,
    to: T0 + 1,
    reason: "disconnect",
    status: "open",
    detectedAt: T0 + 1,
  } as const;
  send({ type: "routing.gap", provider: "test", gap: { ...gap, symbol: "MSFT" } });
  send({ type: "routing.gap", provider: "test", gap: { ...gap, symbol: "NONE" } });
  assertEquals(heard.get("instruments"), [{
    type: "instruments.deliver",
    shard: "shard-2",
    command: { type: "shard.told", symbol: "MSFT", gap },
  }]);
  stop();
});
