/**
 * The stores' `write` in batches of 5,000 ticks, against the bare batch insert of the same rows.
 *
 * @module
 */
import { openStore } from "../../../db/open.ts";
import { type Store, StoreError } from "../../../db/store.ts";
import type { Tick } from "../../../domain/tick.ts";
import { BarePostgres, connectTo } from "../bare/postgres.ts";
import { BareSqlite } from "../bare/sqlite.ts";
import { decode, FrameMaker, PROVIDER } from "../frames.ts";
import { alternate, type Measurement, type Progress, type Row } from "../harness.ts";
import { symbolsOf } from "../place.ts";
import { median } from "../statistics.ts";

const SYMBOLS = symbolsOf(100);
const BATCH = 5_000;
const GOAL = 0.8;
const START = Date.UTC(2026, 2, 2, 14, 30) * 1_000;
/** Where Postgres is looked for. */
const SERVER = Deno.env.get("MARKETD_BENCH_POSTGRES") ??
  "postgres://postgres@127.0.0.1:5432/postgres";

/** A way to keep ticks. */
interface Keeper {
  write(ticks: readonly Tick[]): Promise<unknown>;
  close(): Promise<void>;
}

/** Measures recording. */
export const recording: Measurement = {
  name: "recording",
  run: async (progress) => [await sqlite(progress), await toPostgres(progress)],
};

async function sqlite(progress: Progress): Promise<Row> {
  const folder = await Deno.makeTempDir({ prefix: "marketd-bench-" });
  const ours = keeperOf(await openStore(`sqlite:${folder}/ours.db`, { mode: "write" }));
  const bare = new BareSqlite(`${folder}/bare.db`, PROVIDER);
  try {
    return await compare("SQLite", ours, bare, { rounds: 7, batches: 20 }, progress);
  } finally {
    await ours.close();
    await bare.close();
    await Deno.remove(folder, { recursive: true });
  }
}

async function toPostgres(progress: Progress): Promise<Row> {
  const admin = connectTo(SERVER);
  const names = ["ours", "bare"].map((name) => `marketd_bench_${Deno.pid}_${name}`);
  const urls = names.map((name) => {
    const url = new URL(SERVER);
    url.pathname = `/${name}`;
    return url.href;
  });
  const keepers: Keeper[] = [];
  try {
    for (const name of names) await admin.unsafe(`CREATE DATABASE ${name}`);
    const ours = keeperOf(await openStore(urls[0]!, { mode: "write" }));
    keepers.push(ours);
    await (await openStore(urls[1]!, { mode: "write" })).close();
    const bare = await BarePostgres.open(urls[1]!, PROVIDER, SYMBOLS);
    keepers.push(bare);
    return await compare("Postgres", ours, bare, { rounds: 5, batches: 8 }, progress);
  } catch (error) {
    const absent = error instanceof StoreError
      ? error.code === "bad-url"
      : error instanceof AggregateError || (error as { code?: string }).code === "ECONNREFUSED";
    if (!absent) throw error;
    return notMeasured("Postgres", (error as Error).message || "no server answers");
  } finally {
    for (const keeper of keepers) await keeper.close();
    for (const name of names) {
      await admin.unsafe(`DROP DATABASE IF EXISTS ${name}`).catch(() => {});
    }
    await admin.end();
  }
}

function keeperOf(store: Store): Keeper {
  return {
    write: (ticks) => store.write({ ticks, candles: [], gaps: [], events: [] }),
    close: () => store.close(),
  };
}

async function compare(
  name: string,
  ours: Keeper,
  bare: Keeper,
  { rounds, batches }: { readonly rounds: number; readonly batches: number },
  progress: Progress,
): Promise<Row> {
  const rows = batches * BATCH;
  const maker = new FrameMaker({ symbols: SYMBOLS, perFrame: BATCH, start: START, step: 10 });
  let ticks: readonly Tick[][] = [];
  const rateOf = async (keeper: Keeper) => {
    const began = performance.now();
    for (const batch of ticks) await keeper.write(batch);
    return rows / (performance.now() - began) * 1_000;
  };
  const contest = await alternate(
    rounds,
    (text) => progress(`${name}, ${text}`),
    () => rateOf(ours),
    () => rateOf(bare),
    () => ticks = maker.make(rows).map(({ text, at }) => decode(text, at)),
  );
  return {
    ...headOf(name),
    ours: thousands(median(contest.ours)),
    limit: `${thousands(median(contest.limit))} (bare insert)`,
    ratio: contest.ratio,
    met: contest.ratio >= GOAL,
    notes: [],
    figures: { oursRowsPerSecond: contest.ours, limitRowsPerSecond: contest.limit },
  };
}

function notMeasured(name: string, why: string): Row {
  return {
    ...headOf(name),
    ours: "-",
    limit: "-",
    ratio: null,
    met: null,
    notes: [`not measured: ${why}`],
    figures: {},
  };
}

function headOf(name: string) {
  const what = `recording to ${name}, batches of ${BATCH.toLocaleString("en")}`;
  return { what, goal: `>= ${GOAL} x` };
}

function thousands(perSecond: number): string {
  return `${Math.round(perSecond / 1_000)} k rows/s`;
}
