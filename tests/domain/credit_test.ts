import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { Credit } from "../../domain/credit.ts";

/** Reserves, and tells whether it was had yet. */
function reserving(credit: Credit, count: number, signal = new AbortController().signal) {
  const state = { had: false, done: Promise.resolve() };
  state.done = credit.reserve(count, signal).then(() => {
    state.had = true;
  });
  return state;
}

/** Lets every promise that can go on do so. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

Deno.test("what is free is had at once, and is then under way", async () => {
  const credit = new Credit(10);
  await credit.reserve(4, new AbortController().signal);
  assertEquals(credit.available, 6);
  await credit.reserve(6, new AbortController().signal);
  assertEquals(credit.available, 0);
});

Deno.test("a reservation waits until enough was given back", async () => {
  const credit = new Credit(10);
  await credit.reserve(10, new AbortController().signal);
  const waiting = reserving(credit, 3);
  credit.give(2);
  await settle();
  assertEquals(waiting.had, false);
  credit.give(1);
  await waiting.done;
  assertEquals(credit.available, 0);
});

Deno.test("reservations are served in order: a small one does not pass a large one", async () => {
  const credit = new Credit(10);
  await credit.reserve(10, new AbortController().signal);
  const large = reserving(credit, 8);
  const small = reserving(credit, 1);
  credit.give(5);
  await settle();
  assertEquals([large.had, small.had], [false, false]);
  credit.give(3);
  await settle();
  assertEquals([large.had, small.had], [true, false]);
  credit.give(1);
  await settle();
  assertEquals(small.had, true);
});

Deno.test("a late one waits behind those that wait, though there would be enough for it", async () => {
  const credit = new Credit(10);
  await credit.reserve(8, new AbortController().signal);
  const large = reserving(credit, 5);
  const small = reserving(credit, 1);
  await settle();
  assertEquals([large.had, small.had, credit.available], [false, false, 2]);
});

Deno.test("what could never be had is refused at once", async () => {
  const credit = new Credit(10);
  await assertRejects(credit.reserve(11, new AbortController().signal), RangeError);
  assertEquals(credit.available, 10);
});

Deno.test("an abort takes the reservation back, and lets those behind it go on", async () => {
  const credit = new Credit(10);
  await credit.reserve(8, new AbortController().signal);
  const leaving = new AbortController();
  const large = credit.reserve(5, leaving.signal);
  const small = reserving(credit, 2);
  leaving.abort(new Error("stopped"));
  await assertRejects(large, { message: "stopped" });
  await small.done;
  assertEquals(credit.available, 0);
});

Deno.test("an aborted signal reserves nothing", async () => {
  const credit = new Credit(10);
  await assertRejects(credit.reserve(1, AbortSignal.abort(new Error("gone"))), { message: "gone" });
  assertEquals(credit.available, 10);
});

Deno.test("an abort in the moment after a reservation was served costs no other its place", async () => {
  const credit = new Credit(1);
  await credit.reserve(1, new AbortController().signal);
  const leaving = new AbortController();
  const served = reserving(credit, 1, leaving.signal);
  const behind = reserving(credit, 1);
  credit.give(1);
  leaving.abort(new Error("too late"));
  await served.done;
  assertEquals(behind.had, false);
  credit.give(1);
  await settle();
  assertEquals(behind.had, true);
});

Deno.test("giving back more than was taken never raises the limit", () => {
  const credit = new Credit(10);
  credit.give(5);
  assertEquals(credit.available, 10);
});

Deno.test("however it is used, never more than the limit is under way, and all of it is had", async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 10 }), { maxLength: 40 });
  await fc.assert(fc.asyncProperty(sizes, async (counts) => {
    const credit = new Credit(10);
    let underWay = 0;
    let had = 0;
    await Promise.all(counts.map(async (count) => {
      await credit.reserve(count, new AbortController().signal);
      underWay += count;
      had++;
      assert(underWay <= 10);
      await Promise.resolve();
      underWay -= count;
      credit.give(count);
    }));
    assertEquals([had, underWay, credit.available], [counts.length, 0, 10]);
  }));
});
