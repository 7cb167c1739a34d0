/**
 * Real market days with bad copies of their ticks among them: the gate finds the copies, refuses
 * nothing else, and the candles are those of the clean day.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { inFolder, marketd } from "../actors/commands/run.ts";
import { parseCsv, type Row } from "./csv.ts";
import { RECORDINGS } from "./daemon.ts";
import { Random } from "../../domain/random.ts";

const ignore = RECORDINGS === undefined;

const COLUMNS = "time,receivedAt,symbol,kind,id,price,size,bid,ask,to,reason".split(",");
/** Ticks between two reconnects, and what is then sent again. */
const BETWEEN = 2_000;
const AGAIN = 8;
/** Flags of what is kept all the same. */
const KEPT = new Set(["", "crossed", "locked", "out-of-order", "crossed|out-of-order"]);
KEPT.add("locked|out-of-order");

interface Made {
  readonly clean: string;
  readonly corrupt: string;
  readonly copies: number;
  readonly again: number;
}

async function recorded(name: string): Promise<Row[]> {
  const file = await Deno.open(`${RECORDINGS}/${name}.csv.gz`);
  const text = await new Response(file.readable.pipeThrough(new DecompressionStream("gzip")))
    .text();
  return parseCsv(text);
}

/**
 * A day clean, and with bad copies and disorder among its rows.
 *
 * @param isExact whether the venue gives ids, and rows say when they were received.
 */
function corrupt(rows: readonly Row[], isExact: boolean): Made {
  const columns = COLUMNS.filter((name) => isExact || name !== "receivedAt");
  const random = new Random("corruption");
  const clean: string[] = [columns.join(",")];
  const dirty: string[] = [columns.join(",")];
  let copies = 0;
  let again = 0;
  const write = (row: Row, id: string, receivedAt = row["time"]!, more: Row = {}) =>
    columns.map((name) =>
      more[name] ?? (name === "id" ? id : name === "receivedAt" ? receivedAt : row[name] ?? "")
    ).join(",");
  const idOf = (at: number) => `v${at}`;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]!;
    const time = row["time"]!;
    clean.push(write(row, idOf(at)));
    const next = rows[at + 1];
    // A neighbour overtakes it, within a second: what is of one moment has no order to lose.
    const apart = next === undefined ? 0 : Date.parse(next["time"]!) - Date.parse(time);
    if (apart > 0 && apart < 1_000 && random.fraction() < 0.005 && (at + 2) % BETWEEN > 1) {
      clean.push(write(next!, idOf(at + 1)));
      dirty.push(write(next!, idOf(at + 1)), write(row, idOf(at), next!["time"]));
      at++;
      continue;
    }
    dirty.push(write(row, idOf(at)));
    // A copy wants something to be held against.
    if (at > 20 && random.fraction() < 0.01) {
      dirty.push(write(row, `bad${copies++}`, time, spoil(row, random)));
    }
    if (at % BETWEEN === BETWEEN - 1) {
      const gap = { kind: "gap", to: time, reason: "disconnect", price: "", size: "" };
      const lost = write(row, "", time, { ...gap, bid: "", ask: "" });
      clean.push(lost);
      dirty.push(lost);
      for (let back = at - AGAIN + 1; back <= at; back++) {
        again++;
        dirty.push(write(rows[back]!, isExact ? idOf(back) : `again${again}`, time));
      }
    }
  }
  return { clean: clean.join("\n") + "\n", corrupt: dirty.join("\n") + "\n", copies, again };
}

/** What is wrong with a copy. */
function spoil(row: Row, random: Random): Row {
  const isTrade = row["kind"] === "trade";
  const times = (factor: number): Row =>
    isTrade
      ? { price: String(Number(row["price"]) * factor) }
      : { bid: String(Number(row["bid"]) * factor), ask: String(Number(row["ask"]) * factor) };
  const wrongs: (() => Row)[] = [
    () => times(10),
    () => times(0),
    () => times(-1),
    () => ({ time: `2099${row["time"]!.slice(4)}` }),
  ];
  if (!isTrade) {
    // Fifty of the spreads that are usual on that day.
    wrongs.push(() => ({ bid: String(Number(row["ask"]) + 50 * 0.00002) }));
  }
  return wrongs[random.below(wrongs.length)]!();
}

async function run(folder: string, ...args: string[]): Promise<string> {
  const ended = await marketd(folder, args, { MARKETD_LOG_LEVEL: "error" });
  assertEquals([ended.code, ended.stderr], [0, ""]);
  return ended.stdout;
}

/** Candles, with the mean price to nine places: sums in another order differ beyond. */
async function candles(folder: string, symbol: string, interval: string, store: string) {
  const csv = await run(
    folder,
    "export",
    "candles",
    symbol,
    "--interval",
    interval,
    "--store",
    store,
  );
  return parseCsv(csv).map((row) => ({ ...row, vwap: Number(row["vwap"]).toPrecision(9) }));
}

for (
  const [symbol, file, isExact] of [
    ["SPY", "spy-20131007-trades", true],
    ["EURUSD", "eurusd-20140501-quotes", false],
  ] as const
) {
  Deno.test({
    name: `of bad copies among a day of ${symbol} 99.9 % are refused, of the good none, and the ` +
      "candles are the clean day's, from the recording and from its export (needs MARKETD_RECORDINGS)",
    ignore,
    fn: async () => {
      const rows = await recorded(file);
      const { clean, corrupt: dirty, copies, again } = corrupt(rows, isExact);
      assert(copies > rows.length * 0.008);
      await inFolder({ "clean.csv": clean, "dirty.csv": dirty }, async (folder) => {
        await run(folder, "replay", "clean.csv", "--store", "sqlite:clean.db");
        const said = await run(folder, "replay", "dirty.csv", "--store", "sqlite:dirty.db");
        const args = [
          "export",
          "ticks",
          symbol,
          "--store",
          "sqlite:dirty.db",
          "--out",
          "again.csv",
        ];
        await run(folder, ...args);
        await run(folder, "replay", "again.csv", "--store", "sqlite:again.db");

        const ticks = parseCsv(await Deno.readTextFile(`${folder}/again.csv`))
          .filter(({ kind }) => kind !== "gap");
        const isGood = ({ id }: Row) => id!.startsWith("v");
        assertEquals(ticks.filter((row) => isGood(row) && !KEPT.has(row["flags"]!)), []);
        assertEquals(ticks.filter(isGood).length, rows.length);
        const missed = ticks.filter((row) => !isGood(row) && KEPT.has(row["flags"]!));
        assert(missed.length <= (copies + again) * 0.001, JSON.stringify(missed.slice(0, 5)));
        const duplicates = Number(/(\d+) duplicate/.exec(said)?.[1]);
        assert(duplicates >= again * 0.999, `${duplicates} of ${again}`);

        for (const interval of ["1m", "5m", "1h", "1d"]) {
          const expected = await candles(folder, symbol, interval, "sqlite:clean.db");
          assertEquals(await candles(folder, symbol, interval, "sqlite:dirty.db"), expected);
          assertEquals(await candles(folder, symbol, interval, "sqlite:again.db"), expected);
        }
      });
    },
  });
}
