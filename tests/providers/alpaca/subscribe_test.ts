import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Answer, subscribeWhatFits } from "../../../providers/alpaca/subscribe.ts";

/** A venue with so many places that takes some names for mistakes; a request is whole or nothing. */
function venue(places: number, mistakes: ReadonlySet<string>) {
  const subscribed = new Set<string>();
  let requests = 0;
  const ask = (names: readonly string[]): Promise<Answer> => {
    requests++;
    if (names.some((name) => mistakes.has(name))) {
      return Promise.resolve({ kind: "error", code: 400, words: "invalid syntax" });
    }
    if (subscribed.size + names.length > places) {
      return Promise.resolve({ kind: "error", code: 405, words: "symbol limit exceeded" });
    }
    for (const name of names) subscribed.add(name);
    return Promise.resolve({ kind: "subscription", trades: new Set(subscribed) });
  };
  return { ask, subscribed, requests: () => requests };
}

const names = Array.from({ length: 500 }, (_, i) => `S${i}`);
const quote = (words: string) => `"${words}"`;

Deno.test("whatever the plan's places, the first that fit are subscribed to and the others refused", async () => {
  const count = fc.nat(500);
  await fc.assert(fc.asyncProperty(count, count, async (wanted, places) => {
    const { ask, requests, subscribed } = venue(places, new Set());
    const refused = await subscribeWhatFits(names.slice(0, wanted), ask, quote);
    assertEquals([...subscribed], names.slice(0, Math.min(wanted, places)));
    assertEquals(refused.map(({ name }) => name), names.slice(places, Math.max(places, wanted)));
    assert(refused.every(({ polls }) => polls === true));
    // Three batches at most, and two requests for each halving of one of 200.
    assert(requests() <= 3 + 2 * 8, `${requests()}`);
  }));
});

Deno.test("whichever names are mistakes, all others are subscribed to", async () => {
  const mistaken = fc.uniqueArray(fc.nat(299), { maxLength: 20 });
  await fc.assert(fc.asyncProperty(mistaken, async (numbers) => {
    const mistakes = new Set(numbers.map((i) => names[i]!));
    const wanted = names.slice(0, 300);
    const { ask, subscribed } = venue(300, mistakes);
    const refused = await subscribeWhatFits(wanted, ask, quote);
    assertEquals([...subscribed], wanted.filter((name) => !mistakes.has(name)));
    assertEquals(refused.map(({ name }) => name), wanted.filter((name) => mistakes.has(name)));
    assert(refused.every(({ polls, reason }) => polls === undefined && reason.includes("400")));
  }));
});

Deno.test("a name that the venue leaves out without a word is refused, and polled", async () => {
  const ask = (): Promise<Answer> =>
    Promise.resolve({ kind: "subscription", trades: new Set(["S0"]) });
  const refused = await subscribeWhatFits(["S0", "S1"], ask, quote);
  assertEquals(refused.map(({ name, polls }) => [name, polls]), [["S1", true]]);
});
