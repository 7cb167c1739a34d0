/**
 * Recordings made for tests, in a folder that is removed afterwards.
 *
 * @module
 */
import { gzipSync } from "node:zlib";
import { resolveInstrument } from "../../../domain/instrument.ts";
import type { Instrument } from "../../../domain/instrument.ts";
import { formatTime, parseTime, SECOND } from "../../../domain/time.ts";
import { replay } from "../../../providers/replay/provider.ts";
import { open } from "../contract.ts";
import { RecordingSink } from "../sink.ts";
import { testContext } from "../context.ts";

/** Where the real recordings are. */
export const REAL = Deno.env.get("MARKETD_RECORDINGS");

/** The content of a file by its name; gzipped on the way to the disk where that ends in `.gz`. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** The header of a plain recording. */
export const PLAIN = "time,symbol,kind,price,size,bid,bidSize,ask,askSize";
/** When the recordings of these tests begin. */
export const START = parseTime("2024-03-05T15:00:00Z")!;

/** Rows of AAPL and MSFT in turn, ten a second: a trade, a quote, and so on. */
export function minutes(count: number): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const time = formatTime(START + Math.floor(i * SECOND / 10));
    const symbol = i % 2 === 0 ? "AAPL" : "MSFT";
    const rest = i % 4 < 2 ? `trade,${100 + i % 7},5,,,,` : `quote,,,99.5,1,99.75,2`;
    return `${time},${symbol},${rest}\n`;
  });
  return `${PLAIN}\n${rows.join("")}`;
}

/** Writes files into a folder of their own, in the order given, and hands over their paths. */
export async function withFiles(
  files: Files,
  use: (paths: string[]) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      const packed = typeof content === "string" && name.endsWith(".gz")
        ? gzipSync(content)
        : content;
      const bytes = typeof packed === "string" ? new TextEncoder().encode(packed) : packed;
      await Deno.writeFile(`${folder}/${name}`, bytes);
    }
    await use(Object.keys(files).map((name) => `${folder}/${name}`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** How to play. */
export interface Playing {
  /** Absent: all that the recording has. */
  readonly symbols?: readonly string[];
  readonly options?: Readonly<Record<string, unknown>>;
  readonly sink?: RecordingSink;
}

/** Plays files to their end, and gives the sink. */
export async function play(
  paths: readonly string[],
  playing: Playing = {},
): Promise<RecordingSink> {
  const options = replay.options.parse({ files: paths, ...playing.options });
  const inspection = await replay.inspect!(options);
  const provider = replay.create({ ...options, inspection }, testContext(() => 0));
  const { sink, stream } = await open(provider, playing.sink);
  const symbols = playing.symbols ?? inspection.symbols.map(({ symbol }) => symbol);
  await stream.subscribe(symbols.map(instrument));
  await sink.untilEnd();
  await stream.close();
  return sink;
}

/** The instrument of a symbol. */
export function instrument(symbol: string): Instrument {
  return resolveInstrument({ symbol });
}
