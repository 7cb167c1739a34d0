import { assertEquals, assertRejects } from "@std/assert";
import { insist } from "../../actors/insist.ts";
import { StoreError } from "../../db/store.ts";

const journal = { flushed: () => Promise.resolve() };

Deno.test("a store that cannot be reached is asked again", async () => {
  let asked = 0;
  const done = await insist(journal, new AbortController().signal, () => {
    asked++;
    return asked < 2
      ? Promise.reject(new StoreError("unreachable", "It is away."))
      : Promise.resolve();
  });
  assertEquals([done, asked], [true, 2]);
});

Deno.test("what is no failure of the store is thrown at once", async () => {
  let asked = 0;
  await assertRejects(
    () =>
      insist(journal, new AbortController().signal, () => {
        asked++;
        return Promise.reject(new TypeError("It is broken."));
      }),
    TypeError,
    "It is broken.",
  );
  assertEquals(asked, 1);
});

Deno.test("where all is about to end it is asked once, and no more", async () => {
  let asked = 0;
  const done = await insist(journal, AbortSignal.abort(), () => {
    asked++;
    return Promise.reject(new StoreError("unreachable", "It is away."));
  });
  assertEquals([done, asked], [false, 1]);
});
