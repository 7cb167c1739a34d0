/**
 * What a shard knows of its instruments. It is made by the shard's parent and handed in, so that a
 * restart of the shard loses nothing.
 *
 * @module
 */
import { TickBuffer } from "./buffer.ts";
import type { SeriesMap } from "./candles.ts";
import type { Listing } from "./directory.ts";
import type { ShardCommand } from "../messages.ts";
import type { Silence } from "../../domain/candles.ts";
import type { Credit } from "../../domain/credit.ts";
import type { Gap } from "../../domain/gap.ts";
import type { Depth } from "../../domain/tick.ts";
import type { Micros } from "../../domain/time.ts";

/** Ticks that may wait in one instrument's buffer. */
export const BUFFER = 32_768;

/** What a shard knows of one instrument. */
export interface Feed {
  readonly listing: Listing;
  readonly buffer: TickBuffer;
  /** Whether it is heard only from now on (a start), or was heard all along (a fault). */
  unheard: boolean;
  /** Whom the ticks in the buffer are owed to. */
  credit: Credit | undefined;
  /** When its candles failed of late, by a monotonic clock. */
  failures: readonly number[];
  /** Waits until its candles are started again. */
  retry: ReturnType<typeof setTimeout> | undefined;
  /** From when on the feed has been watched; absent before its candles were first ready. */
  since: Micros | undefined;
  /** The end of its feed, where that was told before its candles were ready. */
  finishAt: Micros | undefined;
  /** Since when it has been silent for a known cause. */
  silentFrom: Micros | undefined;
  /** Gaps told before its candles were ready. */
  gaps: Omit<Gap, "symbol">[];
  /** The latest book, until it was snapped. */
  book: Depth | undefined;
}

/** An instrument that a shard has just been given. */
export function newFeed(listing: Listing, unheard: boolean): Feed {
  return {
    listing,
    buffer: new TickBuffer(BUFFER),
    unheard,
    credit: undefined,
    failures: [],
    retry: undefined,
    since: undefined,
    finishAt: undefined,
    silentFrom: undefined,
    gaps: [],
    book: undefined,
  };
}

/** The outage that goes on, as the candles take it. */
export function outageOf({ silentFrom }: Feed): Silence[] {
  return silentFrom === undefined ? [] : [{ start: silentFrom, end: Infinity, before: false }];
}

/** A shard's memory. */
export class ShardMemory {
  /** The instruments dealt to it. */
  readonly members = new Set<string>();
  readonly feeds = new Map<string, Feed>();
  readonly series: SeriesMap = new Map();
  /** Feeds with ticks in their buffers. */
  readonly waiting = new Set<Feed>();
  /** What it was told while it was being restarted. */
  readonly inbox: ShardCommand[] = [];
  timer: ReturnType<typeof setTimeout> | undefined;
  draining = false;
  /** The second of the last beat: forming candles are told once in each. */
  second = -Infinity;
  /** When books were snapped last. */
  snappedAt: Micros = -Infinity;

  constructor(readonly id: string) {}
}
