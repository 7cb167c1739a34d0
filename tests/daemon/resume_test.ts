/**
 * A consumer that is cut off and comes back, to the same daemon and to a restarted one.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { inFolder } from "../actors/commands/run.ts";
import { openStream, type SseEvent } from "../sse.ts";
import { Daemon, eventually, pause } from "./daemon.ts";
import { onEachStore } from "./stores.ts";

const CONFIG = "providers:\n  demo: { rate: 1000, symbols: [AAPL, EURUSD] }\n";

interface Hello {
  epoch: string;
  replayed: number;
  missed: unknown;
  resumed: boolean;
}
interface Candle {
  symbol: string;
  interval: string;
  start: string;
  status: string;
}

const idOf = ({ data }: SseEvent) => (JSON.parse(data) as { id: string }).id;

onEachStore(
  "a client that is cut off and resumes has every trade once",
  { files: { "marketd.yaml": CONFIG } },
  async ({ folder, store }) => {
    const args = ["--store", await store()];
    const daemon = await Daemon.start({ folder, args });
    try {
      const path = `${daemon.url}/api/v1/stream?types=trade&symbols=AAPL&snapshot=false`;
      const trades: string[] = [];
      let last = "";
      for (let cut = 0; cut < 4; cut++) {
        const stream = await openStream(path, {
          headers: last === "" ? {} : { "last-event-id": last },
        });
        const hello = JSON.parse((await stream.next()).data) as Hello;
        assertEquals([hello.missed, hello.resumed], [null, cut > 0]);
        const wanted = trades.length + 60;
        await stream.until((event) => {
          trades.push(idOf(event));
          last = event.lastEventId;
          return trades.length >= wanted;
        });
        await stream.close();
        await pause(300);
      }
      await eventually("the store has what the stream told", async () => {
        const { data } = await daemon.json<{ data: { id: string }[] }>(
          "/api/v1/ticks?symbol=AAPL&kinds=trade&limit=10000&from=2000-01-01",
        );
        const kept = data.map(({ id }) => id);
        const first = kept.indexOf(trades[0]!);
        const told = kept.slice(first, first + trades.length);
        if (told.length < trades.length) return false;
        assertEquals(trades, told);
        return true;
      });
    } finally {
      assertEquals(await daemon.stop(), 0);
    }
  },
);

onEachStore(
  "after a restart a client is refilled with the candles that closed without it",
  { files: { "marketd.yaml": CONFIG } },
  async ({ folder, store }) => {
    const args = ["--store", await store()];
    const first = await Daemon.start({ folder, args });
    const path = "/api/v1/stream?types=candle,trade&symbols=AAPL&intervals=1h";
    const before = await openStream(first.url + path);
    let last = "";
    await before.until(({ event, lastEventId }) => {
      last = lastEventId;
      return event === "trade";
    });
    await before.close();
    // Its forming candles are closed, as far as they came, when it stops.
    assertEquals(await first.stop(), 0);
    const second = await Daemon.start({ folder, args });
    try {
      const after = await openStream(second.url + path, { headers: { "last-event-id": last } });
      const hello = JSON.parse((await after.next()).data) as Hello;
      assertEquals([hello.missed, hello.resumed, hello.replayed], ["unknown", false, 1]);
      assert(hello.epoch > last.split(":")[0]!);
      const refilled = await after.next();
      const { symbol, interval, status } = JSON.parse(refilled.data) as Candle;
      assertEquals([refilled.event, refilled.id], ["candle", null]);
      assertEquals([symbol, interval, status], ["AAPL", "1h", "partial"]);
      await after.close();
    } finally {
      assertEquals(await second.stop(), 0);
    }
  },
);

Deno.test("a client that stops reading costs the others nothing, and the daemon no memory past its cap", () =>
  inFolder({
    "marketd.yaml": "providers:\n  demo: { rate: 20000, symbols: [AAPL, MSFT] }\n" +
      "stream: { buffer: 262144 }\n",
  }, async (folder) => {
    const daemon = await Daemon.start({ folder });
    const { hostname, port } = new URL(daemon.url);
    const mute = await Deno.connect({ hostname, port: Number(port) });
    try {
      await mute.write(
        new TextEncoder().encode(
          `GET /api/v1/stream HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`,
        ),
      );
      const reader = await openStream(`${daemon.url}/api/v1/stream?types=trade&snapshot=false`);
      const trades = new Set<string>();
      let count = 0;
      const cut = async () => {
        const text = await (await daemon.get("/metrics")).text();
        return /^marketd_stream_clients_cut_total 1$/m.test(text);
      };
      let isCut = false;
      const watching = eventually("the mute client is cut off", cut).then(() => isCut = true);
      await reader.until(({ event, data }) => {
        if (event !== "trade") return false;
        const { symbol, id } = JSON.parse(data) as { symbol: string; id: string };
        trades.add(`${symbol} ${id}`);
        count++;
        return isCut;
      });
      await watching;
      await reader.close();
      assert(count > 1_000);
      assertEquals(trades.size, count);
    } finally {
      mute.close();
      assertEquals(await daemon.stop(), 0);
    }
  }));
