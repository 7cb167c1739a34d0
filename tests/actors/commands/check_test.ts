import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { check } from "../../../actors/commands/check.ts";
import { openStore } from "../../../db/open.ts";
import type { ProviderDefinition } from "../../../providers/provider.ts";
import { ProviderError } from "../../../providers/provider.ts";
import { TAKEN, withHook } from "../notifications/hook.ts";
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

Deno.test("check tells the instruments without a feed, and the strategies without an instrument", async () => {
  const deps = listening({
    yaml: "exchanges: { LSE: { providers: [{ provider: demo, active: false }] } }\n" +
      "instruments: [MSFT, VOD.L, { symbol: AAPL, providers: { demo: { active: false } } }]\n" +
      "strategies:\n  ema-cross: { '*': {}, msft: {}, NVDA: {} }\n" +
      "  rsi-reversal: { TSLA: { enabled: false } }\n",
  });
  assertEquals(await check(deps, { online: false }), 0);
  assertMatch(
    deps.said.stdout,
    /^strategies: +ema-cross on \*, ema-cross on MSFT, ema-cross on NVDA$/m,
  );
  const notes = deps.said.stderr.split("\n").filter((line) => /follow|wait/.test(line));
  assertEquals(notes, [
    "note: VOD.L will not be followed: none of its exchange's providers is active.",
    "note: AAPL will not be followed: no provider of its route is asked (not active for it: demo).",
    "note: strategies.ema-cross.NVDA waits: NVDA is not configured; it runs once that is added.",
  ]);
});

Deno.test("check says where a token is that an earlier start made", async () => {
  await inFolder({}, async (folder) => {
    const deps = () => listening({ flags: { store: `sqlite:${folder}/x.db` } });
    const fresh = deps();
    await check(fresh, { online: false });
    assertMatch(fresh.said.stdout, /^token: +made at the first start$/m);
    await Deno.writeTextFile(`${folder}/x.db.token`, "0123456789abcdef0123", { mode: 0o600 });
    const later = deps();
    await check(later, { online: false });
    assert(/^token: +in (.*)$/m.exec(later.said.stdout)?.[1] === `${folder}/x.db.token`);
    assert(!later.said.stdout.includes("0123456789abcdef"));
  });
});

Deno.test("check throws every problem", async () => {
  await assertRejects(check(listening({ yaml: "a: 1\n" }), { online: true }), { code: "config" });
});

Deno.test("check online opens the store without making or migrating it", async () => {
  await inFolder({}, async (folder) => {
    const flags = { store: `sqlite:${folder}/sub/x.db`, port: "0" };
    const fresh = listening({ flags });
    assertEquals(await check(fresh, { online: true }), 0);
    assertMatch(fresh.said.stdout, /^store: is not there yet; the first start makes it$/m);
    assertMatch(fresh.said.stdout, /^demo sign-in: signed in/m);
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);

    const store = await openStore(flags.store, { mode: "write" });
    try {
      const locked = listening({ flags });
      assertEquals(await check(locked, { online: true }), 1);
      assertEquals(
        locked.said.stderr.split("\n")[0],
        `marketd: store: process ${Deno.pid} writes to it. Stop that, or name another in store.url.`,
      );
      assert(!locked.said.stdout.startsWith("ok"));
      // Nothing was taken from who has it.
      await store.changeInstrument({ symbol: "AAPL", spec: null, changedAt: 1 });
    } finally {
      await store.close();
    }
    const free = listening({ flags });
    assertEquals(await check(free, { online: true }), 0);
    assertMatch(free.said.stdout, /^store: can be read and written$/m);
    assertMatch(free.said.stdout, /^port: can be listened on$/m);
  });
});

Deno.test("check online ends with 1 where the store is none", async () => {
  await inFolder(
    { "x.db": "this is a shopping list, not a database".repeat(100) },
    async (folder) => {
      const deps = listening({ flags: { store: `sqlite:${folder}/x.db`, port: "0" } });
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
      flags: { store: `sqlite:${folder}/x.db`, port: "0" },
      catalog: { ids: ["demo"], load: () => Promise.resolve(refusing) },
    });
    assertEquals(await check(deps, { online: true }), 1);
    assertEquals(
      deps.said.stderr.split("\n")[0],
      "marketd: demo sign-in: Cannot sign in: no such key.",
    );
    assertMatch(deps.said.stdout, /^store: is not there yet/m);
  });
});

/** Checks online with a server of the test's own in the way, and gives what is said of the port. */
async function saidOfPort(handler: Deno.ServeHandler | undefined): Promise<string | undefined> {
  let said: string | undefined;
  await inFolder({}, async (folder) => {
    const hostname = "127.0.0.1";
    const server = handler === undefined
      ? Deno.listen({ hostname, port: 0 })
      : Deno.serve({ hostname, port: 0, onListen: () => {} }, handler);
    const { port } = server.addr as Deno.NetAddr;
    const deps = listening({ flags: { store: `sqlite:${folder}/x.db`, port: String(port) } });
    const closing = "accept" in server
      ? (async () => {
        for await (const connection of server) connection.close();
      })()
      : undefined;
    try {
      assertEquals(await check(deps, { online: true }), 1);
      said = deps.said.stderr.split("\n").find((line) => line.startsWith("marketd: port: "))
        ?.replace(String(port), "PORT");
    } finally {
      if ("accept" in server) server.close();
      else await server.shutdown();
      await closing;
    }
  });
  return said;
}

Deno.test("check online tells what is in the way of the port", async () => {
  const inUse = "marketd: port: Cannot listen on 127.0.0.1:PORT: the port is in use. " +
    "Stop what uses it, or choose another with --port.";
  assertEquals(
    await saidOfPort(() => new Response("hello")),
    `${inUse} An HTTP server that is no marketd answers there.`,
  );
  // As the daemon answers whoever comes from elsewhere without its token.
  assertEquals(
    await saidOfPort(() => Response.json({ code: "no-token" }, { status: 401 })),
    `${inUse} A marketd answers there, which tells no more without its token.`,
  );
  assertEquals(await saidOfPort(undefined), `${inUse} What answers there does not speak HTTP.`);
});

Deno.test("check online tells of an address that this machine does not have", async () => {
  await inFolder({}, async (folder) => {
    for (const host of ["192.0.2.9", "nowhere.invalid"]) {
      const deps = listening({
        flags: { store: `sqlite:${folder}/x.db`, host },
        env: { MARKETD_TOKEN: "0123456789abcdef" },
      });
      assertEquals(await check(deps, { online: true }), 1);
      assertMatch(
        deps.said.stderr,
        /^marketd: port: Cannot listen on \S+: (this machine|the name)/m,
      );
    }
  });
});

Deno.test("check online sends each webhook a message that says that it is a test", async () => {
  await withHook(async (hook) => {
    hook.answers = [TAKEN, () => new Response("no_service", { status: 404 })];
    const other = hook.url.replace("VERYSECRET", "OTHERSECRET");
    const deps = listening({
      yaml: `notifications: { ops: { url: "${hook.url}", format: slack } }\n`,
      flags: { store: "sqlite:no-such-folder/x.db", port: "0" },
    });
    assertEquals(await check(deps, { online: true }), 0);
    assertMatch(deps.said.stdout, /^notifications: +ops \(slack\)$/m);
    assertMatch(deps.said.stdout, /^notifications\.ops: it took a message/m);
    assertEquals(hook.texts, [
      "marketd: [info] check: a test: what marketd notifies of arrives here",
    ]);
    const gone = listening({
      yaml: `notifications: { ops: { url: "${other}" } }\n`,
      flags: { store: "sqlite:no-such-folder/x.db", port: "0" },
    });
    assertEquals(await check(gone, { online: true }), 1);
    assertEquals(
      gone.said.stderr.split("\n")[0],
      "marketd: notifications.ops: Cannot notify: it answered 404 (no_service); check url.",
    );
    assert(!`${deps.said.stdout}${gone.said.stderr}`.includes("SECRET"));
  });
});
