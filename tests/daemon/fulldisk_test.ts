/**
 * A full disk: the daemon stays up, says so, and recovers when there is room.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { inFolder, marketd } from "../actors/commands/run.ts";
import { MAY_MOUNT, onSmallDisk } from "../smalldisk.ts";
import { openStream } from "../sse.ts";
import { parseCsv } from "./csv.ts";
import { Daemon, eventually } from "./daemon.ts";

const FEW = "providers:\n  demo: { rate: 50, symbols: [AAPL] }\n";
const CONFIG = "providers:\n  demo: { rate: 4000, symbols: [AAPL, EURUSD] }\n";

Deno.test({
  name:
    "with the disk full the daemon stays up and says so, and has every trade when there is room" +
    " (needs a user who may mount)",
  ignore: !MAY_MOUNT,
  fn: () =>
    inFolder({ "marketd.yaml": CONFIG }, async (folder) => {
      await onSmallDisk(65_536, async (disk) => {
        const ballast = `${disk}/ballast`;
        await Deno.writeFile(ballast, new Uint8Array(56 << 20));
        const args = ["--store", `sqlite:${disk}/x.db`];
        const daemon = await Daemon.start({ folder, args });
        const trades: string[] = [];
        try {
          const ready = async () => {
            const response = await daemon.get("/readyz");
            await response.body?.cancel();
            return response.status;
          };
          await eventually("it was ready", async () => await ready() === 200);
          const path = `${daemon.url}/api/v1/stream?types=trade&symbols=AAPL&snapshot=false`;
          const stream = await openStream(path);
          const collect = (until: () => boolean) =>
            stream.until(({ event, data }) => {
              if (event === "trade") trades.push((JSON.parse(data) as { id: string }).id);
              return until();
            });
          let isFull = false;
          const filling = eventually("it says what is wrong with the disk", async () => {
            return await ready() === 503;
          }).then(() => isFull = true);
          await collect(() => isFull);
          await filling;
          const health = await (await daemon.get("/health")).text();
          assertMatch(health, /disk is full|no space/i);
          // The feed goes on.
          const before = trades.length;
          await collect(() => trades.length > before + 200);
          await Deno.remove(ballast);
          let isWell = false;
          const mending = eventually("it is ready again", async () => await ready() === 200)
            .then(() => isWell = true);
          await collect(() => isWell);
          await mending;
          await stream.close();
        } finally {
          assertEquals(await daemon.stop(), 0, daemon.stderr);
        }
        const { stdout } = await marketd(folder, ["export", "ticks", "AAPL", ...args]);
        const kept = new Set(
          parseCsv(stdout).filter(({ kind }) => kind === "trade").map(({ id }) => id!),
        );
        assert(trades.length > 400);
        assertEquals(trades.filter((id) => !kept.has(id)), []);
      });
    }),
});

Deno.test({
  name:
    "with the disk full a restart comes up too, and writes when there is room (needs a user who" +
    " may mount)",
  ignore: !MAY_MOUNT,
  fn: () =>
    inFolder({ "marketd.yaml": FEW }, async (folder) => {
      await onSmallDisk(8_192, async (disk) => {
        const args = ["--store", `sqlite:${disk}/x.db`];
        const first = await Daemon.start({ folder, args });
        await first.ready();
        assertEquals(await first.stop(), 0);
        const ballast = `${disk}/ballast`;
        await Deno.writeFile(ballast, new Uint8Array(8 << 20)).catch(() => {});
        const second = await Daemon.start({ folder, args });
        try {
          await eventually("it says what is wrong with the disk", async () =>
            /disk (is full|I.O error)|no space/i.test(await (await second.get("/health")).text()));
          await Deno.remove(ballast);
          await second.ready();
        } finally {
          assertEquals(await second.stop(), 0, second.stderr);
        }
      });
    }),
});
