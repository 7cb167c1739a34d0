import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { check } from "../../../actors/commands/check.ts";
import { openStore } from "../../../db/open.ts";
import type { ProviderDefinition } from "../../../providers/provider.ts";
import { ProviderError } from "../../../providers/provider.ts";
import { ownCatalog } from "../settings/world.ts";
import { inFolder, listening } from "./run.ts";

Deno.test("check says ok, and what would run", async () => {
  const deps = listening({
    yaml: "store: { url: postgres://me:swordfish@host/db }\ninstruments: [AAPL, VOD.L]\n",
    flags: { port: "9" },
  });
  assertEquals(await check(deps, { online: false }), 0);
  assertMatch(deps.said.stdout, /^ok\n/);
  assertMatch(deps.said.stdout, /^providers: +demo \(/m);
  assertMatch(deps.said.stdout, /^instruments: +2: AAPL, VOD\.L$/m);
  assertMatch(deps.said.stdout, /^store: +postgres:\/\/me:\*{4}@host\/db$/m);
  assertMatch(deps.said.stdout, /^url: +http:\/\/127\.0\.0\.1:9$/m);
});

Deno.test("check names the instruments that a made-up market brings", async () => {
  const deps = listening({ yaml: "providers: { demo: { symbols: [AAA, BBB] } }\n" });
  assertEquals(await check(deps, { online: false }), 0);
  assertMatch(deps.said.stdout, /^instruments: +2: AAA, BBB$/m);
});

Deno.test("check throws every problem", async () => {
  await assertRejects(check(listening({ yaml: "a: 1\n" }), { online: true }), { code: "config" });
});

Deno.test("check online opens the store without making or migrating it", async () => {
  await inFolder({}, async (folder) => {
    const flags = { store: `sqlite:${folder}/sub/x.db` };
    const fresh = listening({ flags });
    assertEquals(await check(fresh, { online: true }), 0);
    assertMatch(fresh.said.stdout, /^store: is not there yet; the first start makes it$/m);
    assertMatch(fresh.said.stdout, /^demo: signed in/m);
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);

    const store = await openStore(flags.store, { mode: "write" });
    try {
      // A daemon that runs does not stand in the way.
      const running = listening({ flags });
      assertEquals(await check(running, { online: true }), 0);
      assertMatch(running.said.stdout, /^store: can be read and written$/m);
    } finally {
      await store.close();
    }
  });
});

Deno.test("check online ends with 1 where the store is none", async () => {
  await inFolder(
    { "x.db": "this is a shopping list, not a database".repeat(100) },
    async (folder) => {
      const deps = listening({ flags: { store: `sqlite:${folder}/x.db` } });
      assertEquals(await check(deps, { online: true }), 1);
      assertMatch(deps.said.stderr, /^marketd: store: /m);
      assert(!deps.said.stdout.startsWith("ok"));
    },
  );
});

Deno.test("check online tells a provider's refusal, and signs in to the others", async () => {
  await inFolder({}, async (folder) => {
    const demo = (await ownCatalog.load("demo"))!;
    const refusing: ProviderDefinition = {
      ...demo,
      create: (options, context) => ({
        ...demo.create(options, context),
        authenticate: () =>
          Promise.reject(new ProviderError("bad-key", "Cannot sign in: no such key.")),
      }),
    };
    const deps = listening({
      flags: { store: `sqlite:${folder}/x.db` },
      catalog: { ids: ["demo"], load: () => Promise.resolve(refusing) },
    });
    assertEquals(await check(deps, { online: true }), 1);
    assertEquals(deps.said.stderr.split("\n")[0], "marketd: demo: Cannot sign in: no such key.");
    assertMatch(deps.said.stdout, /^store: is not there yet/m);
  });
});
