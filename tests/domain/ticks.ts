/**
 * Ticks for tests: made up, or of a recorded day.
 *
 * @module
 */
import { gunzipSync } from "node:zlib";
import { assert } from "@std/assert";
import { RecordingReader, RowProblem } from "../../domain/recordingreader.ts";
import type { Quote, Tick, Trade } from "../../domain/tick.ts";
import type { Micros } from "../../domain/time.ts";

/** Where the real recordings are. */
export const REAL = Deno.env.get("MARKETD_RECORDINGS");

const HEAD = { symbol: "AAPL", provider: "test", id: "1", flags: 0 };

/** A trade of 100 without a side, unless said otherwise. */
export function tradeAt(time: Micros, price: number, more: Partial<Trade> = {}): Trade {
  const rest = { size: 100, side: null, conditions: null };
  return { ...HEAD, kind: "trade", time, receivedAt: time, price, ...rest, ...more };
}

/** A quote without sizes. */
export function quoteAt(
  time: Micros,
  bid: number | null,
  ask: number | null,
  more: Partial<Quote> = {},
): Quote {
  const rest = { bid, ask, bidSize: null, askSize: null };
  return { ...HEAD, kind: "quote", time, receivedAt: time, ...rest, ...more };
}

/** The ticks of a recorded day, in the order of the file. */
export async function realTicks(file: string): Promise<Tick[]> {
  const text = gunzipSync(await Deno.readFile(`${REAL}/${file}`)).toString();
  const [header, ...rows] = text.trimEnd().split("\n");
  const reader = new RecordingReader(header!, file);
  return rows.map((row, i) => {
    const tick = reader.read(row, i + 2);
    assert(!(tick instanceof RowProblem) && "provider" in tick && "flags" in tick, row);
    return tick as Tick;
  });
}
