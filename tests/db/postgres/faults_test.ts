/**
 * Connections that break, and servers that go and come back.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Socket } from "node:net";
import { openStore } from "../../../db/open.ts";
import { Link } from "../../../db/postgres/link.ts";
import { targetOf } from "../../../db/postgres/target.ts";
import { type Store, StoreError } from "../../../db/store.ts";
import type { Tick } from "../../../domain/tick.ts";
import { TcpProxy } from "../../simulators/tcpproxy.ts";
import { batch, DAY_START, storeError, trade } from "../contract/harness.ts";
import { ask, ENDPOINT, SERVER, test, withStore } from "./server.ts";

const ADMIN = SERVER.pathname.slice(1);
const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Ends every session of a database; gives how many there were. */
async function endSessions(database: string): Promise<number> {
  const ended = await ask(
    ADMIN,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = '${database}' AND backend_type = 'client backend'`,
  );
  return ended.length;
}

/** Trades with the ids from `first`, one microsecond apart. */
function trades(first: number, count: number): Tick[] {
  return Array.from(
    { length: count },
    (_, index) => trade({ id: String(first + index), time: DAY_START + first + index }),
  );
}

/** Writes as the recorder does: again while the store may come back. Gives the failed attempts. */
async function insist(store: Store, ticks: readonly Tick[]): Promise<number> {
  for (let failures = 0;; failures++) {
    try {
      await store.write(batch({ ticks }));
      return failures;
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== "unreachable") throw error;
      await delay(20);
    }
  }
}

/** What a database holds of the symbol AAPL: its ticks, and their distinct ids. */
async function counted(database: string) {
  const [row] = await ask<{ ticks: number; ids: number }>(
    database,
    "SELECT count(*)::integer AS ticks, count(DISTINCT id)::integer AS ids FROM ticks",
  );
  return row;
}

test("keeps every tick once though its sessions are ended while it writes", async (place) => {
  await withStore(place.url, async (store) => {
    let writing = true;
    let ended = 0;
    const ending = (async () => {
      while (writing) {
        await delay(120);
        ended += await endSessions(place.database);
      }
    })();
    let failures = 0;
    for (let first = 0; first < 100_000; first += 2_000) {
      failures += await insist(store, trades(first, 2_000));
    }
    writing = false;
    await ending;
    assert(ended > 0 && failures > 0, `${ended} sessions ended, ${failures} writes failed`);
    assertEquals(await counted(place.database), { ticks: 100_000, ids: 100_000 });
  });
});

test("keeps every tick once though the network is cut for a second", async (place) => {
  const proxy = TcpProxy.listen(ENDPOINT);
  await withStore(place.urlAt(proxy.port), async (store) => {
    await insist(store, trades(0, 1_000));
    let failures = 0;
    let cut = false;
    for (let first = 1_000; first < 40_000; first += 1_000) {
      const writing = insist(store, trades(first, 1_000));
      if (!cut && first >= 20_000) {
        cut = true;
        proxy.cut();
        setTimeout(() => proxy.resume(), 1_000);
        await assertRejects(() => store.symbols(), storeError("unreachable"));
      }
      failures += await writing;
    }
    assert(failures > 0);
    assertEquals(await store.symbols(), ["AAPL"]);
  });
  await proxy.close();
  assertEquals(await counted(place.database), { ticks: 40_000, ids: 40_000 });
});

test("takes its lock back from its own session that the server takes for alive", async (place) => {
  const proxy = TcpProxy.listen(ENDPOINT);
  await withStore(place.urlAt(proxy.port), async (store) => {
    await store.write(batch({ ticks: trades(0, 1) }));
    // Gone here, not there: the server would keep that session, and its lock, for a minute.
    proxy.strand();
    await insist(store, trades(0, 2));
    await assertRejects(() => place.open("write"), storeError("locked"));
  });
  await proxy.close();
  assertEquals(await counted(place.database), { ticks: 2, ids: 2 });
});

test("writes no more once another has taken the lock meanwhile", async (place) => {
  const proxy = TcpProxy.listen(ENDPOINT);
  const store = await openStore(place.urlAt(proxy.port), { mode: "write" });
  proxy.cut();
  await withStore(place.url, async (other) => {
    await other.write(batch({ ticks: trades(0, 1) }));
    proxy.resume();
    await assertRejects(
      () => store.write(batch({ ticks: trades(1, 1) })),
      storeError("locked", new RegExp(`process ${Deno.pid} at `)),
    );
    assertEquals((await store.ticks({ symbol: "AAPL", order: "time", limit: 9 })).rows.length, 1);
  });
  // When that one has gone, it may again.
  assertEquals((await store.write(batch({ ticks: trades(1, 1) }))).ticks, 1);
  await store.close();
  await proxy.close();
});

test("writes no more once a later marketd has changed the schema meanwhile", async (place) => {
  await withStore(place.url, async (store) => {
    await ask(
      place.database,
      "INSERT INTO marketd_schema (version, file) VALUES (99, 'later.sql')",
    );
    await endSessions(place.database);
    await assertRejects(async () => {
      await insist(store, trades(0, 1));
    }, storeError("newer-schema"));
  });
});

test("reads on after its idle connections were ended", async (place) => {
  await withStore(place.url, async (store) => {
    await store.write(batch({ ticks: trades(0, 1) }));
    assertEquals(await store.symbols(), ["AAPL"]);
    assertEquals(await endSessions(place.database), 2);
    while (await endSessions(place.database) > 0) await delay(10);
    // The server has let go of the sockets; that has yet to be heard here.
    await delay(250);
    assertEquals(await store.symbols(), ["AAPL"]);
    assertEquals((await store.write(batch({ ticks: trades(1, 1) }))).ticks, 1);
  });
});

test("answers more readers at once than it has connections", async (place) => {
  await withStore(place.url, async (store) => {
    await store.write(batch({ ticks: trades(0, 1) }));
    const answers = await Promise.all(Array.from({ length: 50 }, () => store.symbols()));
    assertEquals(answers, answers.map(() => ["AAPL"]));
    const [row] = await ask<{ sessions: number }>(
      ADMIN,
      `SELECT count(*)::integer AS sessions FROM pg_stat_activity
      WHERE datname = '${place.database}' AND backend_type = 'client backend'`,
    );
    assertEquals(row, { sessions: 4 });
  });
});

test("a statement that is not answered in time ends its connection, and no other", async (place) => {
  const link = await Link.open(targetOf(place.url), "read");
  const slow = assertRejects(
    link.query("SELECT pg_sleep(20)", [], 300),
    /is over: no answer came within 0\.3 s/,
  );
  const behind = assertRejects(link.query("SELECT 1"), /is over/);
  await Promise.all([slow, behind]);
  assert(link.lost);
  await assertRejects(link.query("SELECT 1"), /is over/);
  const other = await Link.open(targetOf(place.url), "read");
  assertEquals((await other.query("SELECT 1 AS one")).rows, [{ one: 1 }]);
  await other.close();
});

test("gives up a server that accepts connections and says nothing", async (place) => {
  const proxy = TcpProxy.listen(ENDPOINT);
  proxy.pause();
  await assertRejects(
    () => openStore(place.urlAt(proxy.port, "?connect_timeout=1"), { mode: "write" }),
    storeError("unreachable", /no answer came within 1 s/),
  );
  await proxy.close();
});

Deno.test("Postgres: gives up a server that closes connections as they are made", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let accepted = 0;
  const closing = (async () => {
    for await (const conn of listener) {
      accepted++;
      conn.close();
    }
  })();
  const url = `postgres://marketd@127.0.0.1:${listener.addr.port}/marketd`;
  await assertRejects(() => openStore(url, { mode: "write" }), storeError("unreachable"));
  listener.close();
  await closing;
  assertEquals(accepted, 1);
});

test("sends what it has at once, on every connection", async (place) => {
  const { setNoDelay } = Socket.prototype;
  const told = new Set<Socket>();
  // What is told is heard here, and then done.
  Socket.prototype.setNoDelay = function (this: Socket, on = true) {
    if (on) told.add(this);
    return setNoDelay.call(this, on);
  };
  try {
    await withStore(place.url, async (store) => {
      assertEquals(told.size, 1);
      await Promise.all([store.symbols(), store.symbols(), store.lastEpoch()]);
      assertEquals(told.size, 4);
    });
  } finally {
    Socket.prototype.setNoDelay = setNoDelay;
  }
});
