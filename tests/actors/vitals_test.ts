import { assert, assertEquals } from "@std/assert";
import { canarySymbol, isCanary, type Stage, STAGES, Vitals } from "../../actors/vitals.ts";

/** Vitals over a clock that is set, with a limit of a second. */
function vitalsOf(shards: readonly string[]) {
  const clock = { now: 0 };
  const vitals = new Vitals(() => clock.now, 1_000);
  for (const shard of shards) vitals.watch(shard);
  const of = (stage: Stage) => vitals.report().find((one) => one.stage === stage)!;
  return { clock, vitals, of };
}

Deno.test("without a shard nothing is amiss", () => {
  assert(vitalsOf([]).vitals.report().every(({ age, alive }) => age === 0 && alive));
});

Deno.test("the stages are reported in the order of the path", () => {
  const { vitals } = vitalsOf(["a"]);
  assertEquals(vitals.report().map(({ stage }) => stage), [...STAGES]);
  assertEquals(STAGES, ["gate", "buffer", "candle", "recorder", "hub", "stream"]);
});

Deno.test("a stage that has not seen the canary yet does not work", () => {
  const { vitals, of } = vitalsOf(["a"]);
  vitals.sight("gate", "a");
  assertEquals(of("gate"), { stage: "gate", age: 0, alive: true });
  assertEquals(of("buffer"), { stage: "buffer", age: null, alive: false });
});

Deno.test("a stage works as long as its sighting is not older than the limit", () => {
  const { clock, vitals, of } = vitalsOf(["a"]);
  vitals.sight("hub", "a");
  clock.now = 1_000;
  assertEquals(of("hub"), { stage: "hub", age: 1_000, alive: true });
  clock.now = 1_001;
  assertEquals(of("hub"), { stage: "hub", age: 1_001, alive: false });
  vitals.sight("hub", "a");
  assertEquals(of("hub").alive, true);
});

Deno.test("the shard that has waited longest is what counts", () => {
  const { clock, vitals, of } = vitalsOf(["a", "b"]);
  vitals.sight("gate", "a");
  assertEquals(of("gate").age, null);
  clock.now = 300;
  vitals.sight("gate", "b");
  clock.now = 500;
  assertEquals(of("gate").age, 500);
  vitals.sight("gate", "a");
  assertEquals(of("gate").age, 200);
});

Deno.test("watching a shard again forgets no sighting, and a stranger's counts for nobody", () => {
  const { vitals, of } = vitalsOf(["a"]);
  vitals.sight("gate", "a");
  vitals.watch("a");
  assertEquals(of("gate").alive, true);
  vitals.sight("hub", "stranger");
  assertEquals(of("hub").alive, false);
});

Deno.test("a canary's symbol is one that no instrument can have", () => {
  assert(isCanary(canarySymbol("shard-1")));
  assert(!isCanary("CANARY"));
  // The configuration's own rule for a symbol: it begins with a letter, a digit or a caret.
  assert(!/^[A-Za-z0-9^]/.test(canarySymbol("shard-1")));
});
