/**
 * A recording as the simulated venue's prices.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { MILLISECOND } from "../../../domain/time.ts";
import type { Depth, Quote } from "../../../domain/tick.ts";
import { RecordingFile } from "../../../providers/replay/files.ts";
import type { Fields } from "./feed.ts";

/** What plays a recording, and how. */
export interface Playing {
  readonly path: string;
  /** How much faster than it was; `max`: as fast as it can be said. */
  readonly speed: number | "max";
  /** The venue's names of the recording's symbols; rows of others are passed over. */
  readonly epics: ReadonlyMap<string, string>;
  readonly say: (epic: string, fields: Fields) => void;
}

/**
 * Says a recording's quotes and books, with its own times.
 *
 * @returns how many rows it said.
 */
export async function play({ path, speed, epics, say }: Playing): Promise<number> {
  const file = await RecordingFile.open(path);
  const began = performance.now();
  let first: number | undefined;
  let count = 0;
  try {
    for (let records = await file.read(); records !== null; records = await file.read()) {
      for (const { text, line } of records) {
        const row = file.reader.read(text, line);
        if (!("kind" in row) || row.kind === "trade") continue;
        const epic = epics.get(row.symbol);
        if (epic === undefined) continue;
        first ??= row.time;
        if (speed !== "max") {
          const due = (row.time - first) / MILLISECOND / speed - (performance.now() - began);
          if (due > 1) await delay(due);
        }
        say(epic, fieldsOf(row));
        count++;
      }
      // Lets what was said be sent.
      if (speed === "max") await delay(0);
    }
  } finally {
    await file.close();
  }
  return count;
}

function fieldsOf(row: Quote | Depth): Fields {
  const TIMESTAMP = String(Math.round(row.time / MILLISECOND));
  if (row.kind === "quote") {
    return {
      TIMESTAMP,
      BIDPRICE1: text(row.bid),
      ASKPRICE1: text(row.ask),
      BIDSIZE1: text(row.bidSize),
      ASKSIZE1: text(row.askSize),
    };
  }
  return { TIMESTAMP, ...ladder("BID", row.bids), ...ladder("ASK", row.asks) };
}

/** A side of a book as tiers: their sizes are sums. */
function ladder(side: "BID" | "ASK", levels: Depth["bids"]): Fields {
  let sum = 0;
  return Object.fromEntries([0, 1, 2, 3, 4].flatMap((i) => {
    const level = levels[i];
    sum += level?.size ?? 0;
    return [
      [`${side}PRICE${i + 1}`, text(level?.price ?? null)],
      [`${side}SIZE${i + 1}`, level === undefined ? null : text(sum)],
    ];
  }));
}

function text(value: number | null): string | null {
  return value === null ? null : String(value);
}
