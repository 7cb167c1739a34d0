/**
 * Where there is no room for all: what goes, in which order, and that all of it is accounted for.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { inFolder } from "../actors/commands/run.ts";
import { ENDPOINT, makePlace, SKIP } from "../db/postgres/server.ts";
import { MAY_MOUNT, onSmallDisk } from "../smalldisk.ts";
import { TcpProxy } from "../simulators/tcpproxy.ts";
import { openStream } from "../sse.ts";
import { Daemon, eventually, pause } from "./daemon.ts";

/** How long there is no room, in milliseconds; `MARKETD_TEST_OUTAGE` makes it longer. */
const OUTAGE = Number(Deno.env.get("MARKETD_TEST_OUTAGE") ?? 15_000);
/** What the process may take meanwhile, in bytes: some 200,000 rows wait in memory at most. */
const BOUND = 640 << 20;
/** Rows come as fast as fills memory's share within the outage. */
const CONFIG = `
providers:
  demo: { rate: 20000, symbols: [AAPL, EURUSD] }
store:
  spool: { cap: 1000000 }
`;

/** What the metrics say of ticks. */
async function ticksOf(daemon: Daemon) {
  const text = await (await daemon.get("/metrics")).text();
  const sum = (name: string, label = "") => {
    const rows = text.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, "gm"));
    return [...rows].filter(([, labels = ""]) => labels.includes(label))
      .reduce((total, [, , value]) => total + Number(value), 0);
  };
  const shed = (kind: string) => sum("marketd_ticks_shed_total", `kind="${kind}"`);
  return {
    received: sum("marketd_ticks_received_total"),
    stored: sum("marketd_store_ticks_total"),
    shed: { depth: shed("depth"), quote: shed("quote"), trade: shed("trade") },
    memory: sum("marketd_resident_memory_bytes"),
    up: sum("marketd_store_up"),
  };
}

/** Lets a daemon run without room for what it is given, and then with it again. */
async function withoutRoom(
  folder: string,
  store: string,
  { cut, mend }: { cut: () => void; mend: () => Promise<void> },
): Promise<void> {
  const daemon = await Daemon.start({ folder, args: ["--store", store] });
  try {
    await daemon.ready();
    const path = `${daemon.url}/api/v1/stream?types=trade&snapshot=false&symbols=AAPL`;
    const stream = await openStream(path);
    let isOver = false;
    let trades = 0;
    // The reader gives up on a stream that stays silent for ten seconds.
    const reading = stream.until(({ event }) => {
      if (event === "trade") trades++;
      return isOver;
    });
    cut();
    await eventually("it is not ready", async () => {
      const response = await daemon.get("/readyz");
      await response.body?.cancel();
      return response.status === 503;
    });
    for (const end = performance.now() + OUTAGE; performance.now() < end;) {
      const before = trades;
      await pause(1_000);
      assert(trades > before, "the stream paused");
      const { memory, shed } = await ticksOf(daemon);
      assert(memory < BOUND, `${memory} bytes of memory`);
      if (shed.trade > 0) assert(shed.quote > 0 && shed.depth > 0);
    }
    const { shed } = await ticksOf(daemon);
    assert(shed.quote + shed.depth > 0, "nothing was shed");
    assertMatch(await (await daemon.get("/health")).text(), /shedding: /);
    await mend();
    await eventually("the store is written", async () => (await ticksOf(daemon)).up === 1);
    isOver = true;
    await reading;
    await stream.close();
    await daemon.ready();
  } finally {
    assertEquals(await daemon.stop(), 0, daemon.stderr);
  }
}

/** The ticks of each kind that a store has, and the gaps that tell what it has not. */
async function shedGaps(folder: string, store: string): Promise<number> {
  const daemon = await Daemon.start({ folder, args: ["--store", store] });
  try {
    const { data } = await daemon.json<{ data: { reason: string }[] }>("/api/v1/gaps?limit=100");
    return data.filter(({ reason }) => reason === "shed").length;
  } finally {
    await daemon.stop();
  }
}

Deno.test({
  name:
    "a disk that stays full costs depth and quotes but no pause, and is told (needs a user who" +
    " may mount)",
  ignore: !MAY_MOUNT,
  fn: () =>
    inFolder({ "marketd.yaml": CONFIG }, async (folder) => {
      await onSmallDisk(3_072, async (disk) => {
        const store = `sqlite:${disk}/x.db`;
        await withoutRoom(folder, store, {
          cut: () => {},
          mend: async () => {
            const args = ["-o", "remount,size=400m", disk];
            assert((await new Deno.Command("mount", { args }).output()).success);
          },
        });
        // One for each instrument.
        assertEquals(await shedGaps(folder, store), 2);
      });
    }),
});

Deno.test({
  name: "a store that stays away past the spool's cap costs depth and quotes but no pause, and is" +
    " told (needs Postgres)",
  ignore: SKIP,
  fn: async () => {
    const place = await makePlace();
    const proxy = TcpProxy.listen(ENDPOINT);
    try {
      await inFolder({ "marketd.yaml": CONFIG }, async (folder) => {
        await withoutRoom(folder, place.urlAt(proxy.port), {
          cut: () => proxy.cut(),
          mend: () => Promise.resolve(proxy.resume()),
        });
        assertEquals(await shedGaps(folder, place.url), 2);
      });
    } finally {
      await proxy.close();
      await place.remove();
    }
  },
});

Deno.test({
  name: "what was received is what is stored and what was shed (needs Postgres)",
  ignore: SKIP,
  fn: async () => {
    const place = await makePlace();
    const proxy = TcpProxy.listen(ENDPOINT);
    const config = CONFIG.replace("rate: 20000", "rate: 4000");
    try {
      await inFolder({ "marketd.yaml": config }, async (folder) => {
        const daemon = await Daemon.start({ folder, args: ["--store", place.urlAt(proxy.port)] });
        try {
          await daemon.ready();
          proxy.cut();
          await eventually(
            "something is shed",
            async () => (await ticksOf(daemon)).shed.quote > 500,
          );
          proxy.resume();
          await eventually("the store is written", async () => (await ticksOf(daemon)).up === 1);
          // A scrape between two flushes sees what waits: one interval's worth, and some.
          await eventually("all is accounted for", async () => {
            const { received, stored, shed } = await ticksOf(daemon);
            const rest = received - stored - shed.trade - shed.quote - shed.depth;
            assert(rest >= 0, `${-rest} ticks too many`);
            return rest < 4_000;
          });
          assertEquals((await ticksOf(daemon)).shed.trade, 0);
        } finally {
          assertEquals(await daemon.stop(), 0, daemon.stderr);
        }
      });
    } finally {
      await proxy.close();
      await place.remove();
    }
  },
});
