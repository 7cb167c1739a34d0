import { assert, assertEquals, assertRejects } from "@std/assert";
import { gunzipSync } from "node:zlib";
import type { CommandDeps, ExportArgs } from "../../../actors/commands/deps.ts";
import { exportRows } from "../../../actors/commands/export.ts";
import { MarketdError } from "../../../domain/errors.ts";
import { openStore } from "../../../db/open.ts";
import type { KeptCandle, WriteBatch } from "../../../db/store.ts";
import type { Gap } from "../../../domain/gap.ts";
import { resolveInstrument } from "../../../domain/instrument.ts";
import type { Tick } from "../../../domain/tick.ts";
import { MINUTE, SECOND } from "../../../domain/time.ts";
import { DemoMarket } from "../../../providers/demo/market.ts";
import { play } from "../../providers/replay/recordings.ts";
import { inFolder, listening } from "./run.ts";

/** Whether Deno lets devices be opened; as marketd is started, it does not. */
const MAY_ALL = Deno.permissions.querySync({ name: "sys" }).state === "granted";

/** What is asked for where a test does not care. */
const ARGS: ExportArgs = {
  kind: "candles",
  symbol: "AAPL",
  interval: "1m",
  basis: undefined,
  from: undefined,
  to: undefined,
  format: "csv",
  out: undefined,
};

/** Runs against a store that holds a batch. */
async function holding(
  batch: Partial<WriteBatch>,
  work: (deps: ReturnType<typeof listening>, folder: string) => Promise<void>,
): Promise<void> {
  await inFolder({}, async (folder) => {
    const url = `sqlite:${folder}/test.db`;
    const store = await openStore(url, { mode: "write" });
    await store.write({ ticks: [], candles: [], gaps: [], events: [], ...batch });
    await store.close();
    await work(listening({ flags: { store: url } }), folder);
  });
}

function candle(minute: number, changes: Partial<KeptCandle> = {}): KeptCandle {
  return {
    symbol: "AAPL",
    interval: "1m",
    basis: "trade",
    start: minute * MINUTE,
    end: (minute + 1) * MINUTE,
    open: 1,
    high: 3,
    low: 0.5,
    close: 2,
    realVolume: 10,
    tickVolume: 4,
    vwap: 1.75,
    buyVolume: 6,
    sellVolume: 4,
    status: "complete",
    revision: 0,
    providers: ["alpaca", "ig"],
    openTime: minute * MINUTE,
    closeTime: minute * MINUTE + 1,
    epoch: "e1",
    sequence: minute,
    ...changes,
  };
}

function trade(second: number, changes: Partial<Tick> = {}): Tick {
  const time = second * SECOND;
  return {
    kind: "trade",
    symbol: "AAPL",
    time,
    receivedAt: time + 1_000,
    provider: "alpaca",
    id: `t${second}`,
    flags: 0,
    price: 170.5,
    size: 100,
    side: null,
    conditions: null,
    ...changes,
  } as Tick;
}

function gap(from: number, detected: number, changes: Partial<Gap> = {}): Gap {
  return {
    symbol: "AAPL",
    provider: "alpaca",
    from: from * SECOND,
    to: detected * SECOND,
    reason: "disconnect",
    status: "open",
    detectedAt: detected * SECOND,
    ...changes,
  };
}

const CANDLE_HEADER =
  "start,end,symbol,interval,open,high,low,close,realVolume,tickVolume,vwap,basis,status,revision,providers\n";

Deno.test("candles are exported as CSV by their start", async () => {
  const candles = [candle(2, { vwap: null, revision: 1, status: "repaired" }), candle(0)];
  await holding({ candles }, async (deps) => {
    assertEquals(await exportRows(deps, ARGS), 0);
    assertEquals(
      deps.said.stdout,
      CANDLE_HEADER +
        "1970-01-01T00:00:00.000Z,1970-01-01T00:01:00.000Z,AAPL,1m,1,3,0.5,2,10,4,1.75,trade," +
        "complete,0,alpaca|ig\n" +
        "1970-01-01T00:02:00.000Z,1970-01-01T00:03:00.000Z,AAPL,1m,1,3,0.5,2,10,4,,trade," +
        "repaired,1,alpaca|ig\n",
    );
    assertEquals(deps.said.stderr, "");
  });
});

Deno.test("a range takes its first instant in and leaves its last one out", async () => {
  await holding({ candles: [0, 1, 2, 3].map((minute) => candle(minute)) }, async (deps) => {
    await exportRows(deps, { ...ARGS, from: MINUTE, to: 3 * MINUTE, format: "ndjson" });
    const starts = deps.said.stdout.trim().split("\n").map((line) => JSON.parse(line).start);
    assertEquals(starts, ["1970-01-01T00:01:00.000Z", "1970-01-01T00:02:00.000Z"]);
  });
});

Deno.test("without a basis the one that is stored is taken, and several are an error that names them", async () => {
  await holding({ candles: [candle(0, { basis: "bid" })] }, async (deps) => {
    await exportRows(deps, ARGS);
    assert(deps.said.stdout.includes(",bid,complete,"));
  });
  const candles = [candle(0, { basis: "bid" }), candle(0, { basis: "ask" })];
  await holding({ candles }, async (deps) => {
    await assertRejects(exportRows(deps, ARGS), { code: "which-basis", message: /bid, ask/ });
    await exportRows(deps, { ...ARGS, basis: "ask" });
    assert(deps.said.stdout.includes(",ask,complete,"));
    assert(!deps.said.stdout.includes(",bid,"));
  });
});

Deno.test("JSON is one array, and each line of NDJSON one object of the same", async () => {
  await holding({ candles: [candle(0), candle(1)] }, async (deps) => {
    await exportRows(deps, { ...ARGS, format: "json" });
    const array = JSON.parse(deps.said.stdout);
    assertEquals(array.length, 2);
    assertEquals(array[1].buyVolume, 6);
    assertEquals(array[1].providers, ["alpaca", "ig"]);
    deps.said.stdout = "";
    await exportRows(deps, { ...ARGS, format: "ndjson" });
    assertEquals(deps.said.stdout.trim().split("\n").map((line) => JSON.parse(line)), array);
  });
});

Deno.test("ticks come in the order in which they arrived, each gap where it was felt or found", async () => {
  const ticks = [trade(5), trade(3, { receivedAt: 6 * SECOND }), trade(9)];
  // A cut is felt as it begins; what was shed is found out afterwards.
  const gaps = [gap(5, 6, { reason: "shed" }), gap(0, 20), gap(1, 2, { reason: "shed" })];
  await holding({ ticks, gaps }, async (deps) => {
    await exportRows(deps, { ...ARGS, kind: "ticks", format: "ndjson" });
    const rows = deps.said.stdout.trim().split("\n").map((line) => JSON.parse(line));
    assertEquals(
      rows.map((row) => row.kind === "gap" ? `gap ${row.from.slice(17, 19)}` : row.id),
      ["gap 00", "gap 01", "t5", "gap 05", "t3", "t9"],
    );
  });
});

Deno.test("a replay of exported ticks says what the store was told, refused ticks and gaps included", async () => {
  // More than two pages, so that their seams are in it; every set of flags but those with not-finite.
  const market = new DemoMarket(resolveInstrument({ symbol: "AAPL" }), 1);
  const ticks = Array.from({ length: 21_000 }, (_, i) => {
    const time = 1_700_000_000 * SECOND + i * 70_001;
    const stamp = { provider: i % 3 === 0 ? "ig" : "alpaca", id: `"${i}",`, time };
    return { ...market.next({ ...stamp, receivedAt: time + 1_234 }), flags: i % 64 * 2 };
  });
  const found = ticks[15_000]!.receivedAt;
  const gaps: Gap[] = [gap(0, 0, { from: found - 5, to: found - 1, detectedAt: found })];
  await holding({ ticks, gaps }, async (deps, folder) => {
    const out = `${folder}/aapl.csv.gz`;
    assertEquals(await exportRows(deps, { ...ARGS, kind: "ticks", out }), 0);
    const { ticked, said, problems } = await play([out]);
    assertEquals(problems, []);
    assertEquals(ticked, ticks);
    assertEquals(said.flatMap((word) => word.what === "gap" ? [word.gap] : []), gaps);
    const before = said.findIndex(({ what }) => what === "gap");
    const count = said.slice(0, before)
      .reduce((sum, word) => sum + (word.what === "ticks" ? word.ticks.length : 0), 0);
    assertEquals(count, 15_000);
  });
});

Deno.test("gaps are exported of one instrument, or of all", async () => {
  const gaps = [gap(0, 60), gap(5, 60, { symbol: "IBM" })];
  await holding({ gaps }, async (deps) => {
    await exportRows(deps, { ...ARGS, kind: "gaps" });
    assertEquals(
      deps.said.stdout,
      "from,to,symbol,provider,reason,status,detectedAt\n" +
        "1970-01-01T00:00:00.000Z,1970-01-01T00:01:00.000Z,AAPL,alpaca,disconnect,open," +
        "1970-01-01T00:01:00.000Z\n",
    );
    deps.said.stdout = "";
    await exportRows(deps, { ...ARGS, kind: "gaps", symbol: undefined });
    assertEquals(deps.said.stdout.trim().split("\n").map((line) => line.split(",")[2]), [
      "symbol",
      "AAPL",
      "IBM",
    ]);
  });
});

Deno.test("an unknown symbol is refused with the nearest stored one", async () => {
  await holding({ candles: [candle(0)], ticks: [trade(1, { symbol: "EURUSD" })] }, async (deps) => {
    await assertRejects(exportRows(deps, { ...ARGS, symbol: "EURSUD" }), {
      code: "unknown-symbol",
      message: /EURSUD.*did you mean EURUSD\?/,
    });
    await assertRejects(exportRows(deps, { ...ARGS, symbol: "^GDAXI" }), {
      code: "unknown-symbol",
      message: /it holds AAPL, EURUSD\./,
    });
    assertEquals(deps.said.stdout, "");
  });
});

Deno.test("candles and ticks need a symbol", async () => {
  await holding({ candles: [candle(0)] }, async (deps) => {
    for (const kind of ["candles", "ticks"] as const) {
      await assertRejects(exportRows(deps, { ...ARGS, kind, symbol: undefined }), {
        code: "no-symbol",
      });
    }
  });
});

Deno.test("where nothing is found there is the header alone, and a note beside it", async () => {
  await holding({ candles: [candle(0)] }, async (deps) => {
    assertEquals(await exportRows(deps, { ...ARGS, from: MINUTE }), 0);
    assertEquals(deps.said.stdout, CANDLE_HEADER);
    assertEquals(deps.said.stderr, "note: no 1m candles of AAPL are stored in that range\n");
    deps.said.stdout = "";
    assertEquals(await exportRows(deps, { ...ARGS, interval: "1h", format: "json" }), 0);
    assertEquals(JSON.parse(deps.said.stdout), []);
    deps.said.stdout = "";
    assertEquals(await exportRows(deps, { ...ARGS, kind: "ticks", format: "ndjson" }), 0);
    assertEquals(deps.said.stdout, "");
  });
});

Deno.test("a reader that has heard enough ends an export quietly", async () => {
  await holding({ candles: [candle(0), candle(1)] }, async (deps) => {
    let writes = 0;
    const stdout = {
      write: () =>
        ++writes === 1 ? Promise.resolve() : Promise.reject(new Deno.errors.BrokenPipe()),
    };
    const piped: CommandDeps = { ...deps, stdout };
    assertEquals(await exportRows(piped, ARGS), 0);
    assertEquals(writes, 2);
    assertEquals(deps.said.stderr, "");
  });
});

Deno.test("a file is gzipped by its name, and holds what the output would", async () => {
  await holding({ candles: [candle(0)] }, async (deps, folder) => {
    await exportRows(deps, ARGS);
    const { stdout } = deps.said;
    await exportRows(deps, { ...ARGS, out: `${folder}/plain.csv` });
    await exportRows(deps, { ...ARGS, out: `${folder}/packed.csv.gz` });
    assertEquals(await Deno.readTextFile(`${folder}/plain.csv`), stdout);
    assertEquals(gunzipSync(await Deno.readFile(`${folder}/packed.csv.gz`)).toString(), stdout);
    assertEquals(deps.said.stdout, stdout);
  });
});

Deno.test("an export that fails leaves the file that was there, and nothing beside it", async () => {
  const candles = [candle(0, { basis: "bid" }), candle(0, { basis: "ask" })];
  await holding({ candles }, async (deps, folder) => {
    for (const name of ["old.csv", "old.csv.gz"]) {
      const out = `${folder}/${name}`;
      await Deno.writeTextFile(out, "old");
      await assertRejects(exportRows(deps, { ...ARGS, out }), { code: "which-basis" });
      assertEquals(await Deno.readTextFile(out), "old");
    }
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    assertEquals(names.filter((name) => name.endsWith(".part")), []);
  });
});

Deno.test("an ambiguous basis is told before anything is written", async () => {
  const candles = [candle(0, { basis: "bid" }), candle(0, { basis: "ask" })];
  await holding({ candles }, async (deps) => {
    await assertRejects(exportRows(deps, ARGS), { code: "which-basis" });
    assertEquals(deps.said.stdout, "");
  });
});

Deno.test("where a basis has no candles, those that have are named", async () => {
  const candles = [candle(0, { basis: "bid" }), candle(0, { basis: "ask" })];
  await holding({ candles }, async (deps) => {
    await exportRows(deps, { ...ARGS, basis: "trade" });
    assertEquals(
      deps.said.stderr,
      "note: no 1m candles of AAPL are stored on trade; there are some on bid, ask\n",
    );
    deps.said.stderr = "";
    await exportRows(deps, { ...ARGS, basis: "bid", from: MINUTE });
    assertEquals(deps.said.stderr, "note: no 1m candles of AAPL are stored in that range on bid\n");
  });
});

Deno.test("a name that ends in .GZ is gzipped too", async () => {
  await holding({ candles: [candle(0)] }, async (deps, folder) => {
    await exportRows(deps, { ...ARGS, out: `${folder}/packed.CSV.GZ` });
    const text = gunzipSync(await Deno.readFile(`${folder}/packed.CSV.GZ`)).toString();
    assert(text.startsWith(CANDLE_HEADER));
  });
});

Deno.test("an output that cannot be written is told in words, and nothing is left", async () => {
  await holding({ candles: [candle(0)] }, async (deps, folder) => {
    await Deno.symlink("/dev/full", `${folder}/full`);
    for (
      const [out, why] of [
        [folder, "it is a folder"],
        [`${folder}/full`, MAY_ALL ? "the disk is full" : "it belongs to the system"],
        ["/proc/x", MAY_ALL ? "there is no such file or folder" : "it belongs to the system"],
        [`${folder}/test.db/x.csv`, "a part of its path is a file and no folder"],
      ] as const
    ) {
      await assertRejects(exportRows(deps, { ...ARGS, out }), (error) => {
        assert(error instanceof MarketdError && error.code === "unwritable");
        assertEquals(error.message, `Cannot write ${out}: ${why}. Name a file that can be made.`);
        return true;
      });
    }
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    assertEquals(names.filter((name) => name.includes(".part")), []);
  });
});

Deno.test("an output that breaks is told in words", async () => {
  await holding({ candles: [candle(0)] }, async (deps) => {
    const full = Object.assign(new Error("No space left on device"), { code: "ENOSPC" });
    const stdout = { write: () => Promise.reject(full) };
    await assertRejects(exportRows({ ...deps, stdout }, ARGS), {
      code: "unwritable",
      message: /^Cannot write standard output: the disk is full\./,
    });
  });
});

Deno.test("what is no file is written as it stands", async () => {
  await holding({ candles: [candle(0)] }, async (deps, folder) => {
    // By a link: the device itself is not to be put at risk.
    const out = `${folder}/null`;
    await Deno.symlink("/dev/null", out);
    assertEquals(await exportRows(deps, { ...ARGS, out }), 0);
    assert((await Deno.lstat(out)).isSymlink);
  });
});

Deno.test("an export leaves nothing beside a store that nobody has open", async () => {
  await holding({ candles: [candle(0)] }, async (deps, folder) => {
    const names = () => Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    const before = (await names()).toSorted();
    await exportRows(deps, ARGS);
    assertEquals((await names()).toSorted(), before);
  });
});

Deno.test("a file that cannot be made is an error that names it", async () => {
  await holding({ candles: [candle(0)] }, async (deps, folder) => {
    await assertRejects(exportRows(deps, { ...ARGS, out: `${folder}/no/such/folder.csv` }), {
      code: "unwritable",
      message: /no\/such\/folder\.csv/,
    });
  });
});

Deno.test("a store that is not there is not made", async () => {
  await inFolder({}, async (folder) => {
    const deps = listening({ flags: { store: `sqlite:${folder}/none.db` } });
    await assertRejects(exportRows(deps, ARGS), { code: "missing" });
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  });
});
