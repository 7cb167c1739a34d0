/**
 * Failover from a primary that speaks, but too late or of no use.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Tick } from "../../../domain/tick.ts";
import { type Micros, MINUTE, SECOND } from "../../../domain/time.ts";
import { quote } from "../fixture.ts";
import { begin, type Options } from "./two.ts";

/** Two venues that speak at each beat: `b` as it should, `a` as a test has it. */
async function stage(options: Options = {}) {
  const one = await begin(options);
  const { a, b, live, say, send, world } = one;
  let serial = 0;
  /** Has a venue say bids that are as old as given. */
  const tell = (age: Micros, bids: readonly number[] = [100], { id, sink } = a) => {
    const receivedAt = world.clock.time;
    const ticks: Tick[] = bids.map((bid) => {
      const more = { id: `told ${serial++}`, provider: id, receivedAt, time: receivedAt - age };
      return quote({ ...more, bid, ask: bid + 0.5 });
    });
    sink.heard();
    send({ type: "routing.ticks", provider: id, ticks, credit: undefined });
  };
  return {
    ...one,
    tell,
    leaders: () => one.swaps().map(({ status }) => status),
    /** Lets both speak for so many seconds. */
    both: (seconds: number, each: () => void = () => say(a, 100)) =>
      live(seconds, () => {
        each();
        say(b, 200);
      }),
  };
}

Deno.test("a primary that comes later than the delay gives way, and leads again when on time for the failback", async () => {
  const { both, leaders, live, say, b, stop, swaps, tell } = await stage();
  await both(5);
  // Nothing is lost of what it says: it only comes six seconds late.
  await live(6, () => say(b, 200));
  assertEquals(leaders(), ["b"]);
  await both(60, () => tell(6 * SECOND));
  assertEquals(leaders(), ["b"]);
  await both(19.5);
  assertEquals(leaders(), ["b"]);
  await both(1);
  assertEquals(leaders(), ["b", "a"]);
  // It grows late by and by, without a pause.
  let age = 0;
  await both(12, () => tell(age += SECOND / 8));
  assertEquals(leaders(), ["b", "a", "b"]);
  assert(/comes 5\.\d s late/.test(swaps().at(-1)!.reason), swaps().at(-1)!.reason);
  stop();
});

Deno.test("what is late by less than the delay, or always, or for one print, is no fault", async () => {
  const late = await stage();
  await late.both(5);
  await late.both(60, () => late.tell(4 * SECOND));
  assertEquals(late.leaders(), []);
  late.stop();
  const delayed = await stage();
  await delayed.both(60, () => delayed.tell(15 * MINUTE));
  assertEquals(delayed.leaders(), []);
  delayed.stop();
  const printed = await stage();
  await printed.both(60, () => {
    printed.say(printed.a, 100);
    printed.tell(20 * SECOND);
  });
  assertEquals(printed.leaders(), []);
  printed.stop();
});

Deno.test("a clock of ours that is set makes nobody late", async () => {
  const { both, leaders, live, stop, tell, world, b } = await stage();
  await both(5);
  world.clock.time += 30 * SECOND;
  await live(30, () => {
    tell(30 * SECOND);
    tell(30 * SECOND, [200], b);
  });
  assertEquals(leaders(), []);
  stop();
});

Deno.test("a primary of whose ticks none can be used gives way, however few they are", async () => {
  const { bids, both, leaders, stop, swaps, tell } = await stage({ errors: 100_000 });
  await both(2);
  let beats = 0;
  await both(5.5, () => {
    if (++beats % 4 === 0) tell(0, [0, -1]);
  });
  assertEquals(swaps().map(({ reason }) => reason), [
    "a has been bad for 5s: it says nothing of use while another speaks.",
  ]);
  // What the standby heard meanwhile is told, each once.
  assertEquals(bids().filter((bid) => bid === 200).length, 22);
  await both(19.5);
  assertEquals(leaders(), ["b"]);
  await both(1);
  assertEquals(leaders(), ["b", "a"]);
  stop();
});

Deno.test("a primary of whose ticks too many are refused gives way, and leads again when a minute and the failback are over", async () => {
  const { both, leaders, say, stop, swaps, tell, a } = await stage({ errors: 30 });
  await both(5);
  await both(14, () => {
    say(a, 100);
    tell(0, [-1]);
  });
  assertEquals(swaps().map(({ status, reason }) => [status, reason]), [
    ["b", "a has been bad for 5s: 51 of its ticks in a minute are refused."],
  ]);
  // The last minute has 30 of them at most from 53 s on, and it is to be good for 20 s more.
  await both(70);
  assertEquals(leaders(), ["b"]);
  await both(6);
  assertEquals(leaders(), ["b", "a"]);
  stop();
});

Deno.test("some refused ticks among many good ones are no fault, however many they are", async () => {
  const { both, leaders, stop, tell } = await stage({ errors: 30 });
  await both(60, () => tell(0, [-1, ...Array.from({ length: 30 }, (_, i) => 100 + i / 100)]));
  assertEquals(leaders(), []);
  stop();
});

Deno.test("who takes over from one that spoke to the last leaves no hole, whoever spoke last", async () => {
  for (let phase = 0; phase < 4; phase++) {
    const { a, b, leaders, live, say, stop, told, world } = await stage({ errors: 3 });
    let beats = phase;
    const speak = () => {
      if (beats++ % 4 === 0) say(b, 200);
      say(a, 100);
    };
    await live(3, speak);
    for (let time = 0; time < 4; time++) world.telemetry.problem("a");
    await live(7, speak);
    assertEquals([leaders(), told("shard.told")], [["b"], []], `phase ${phase}`);
    stop();
  }
});
