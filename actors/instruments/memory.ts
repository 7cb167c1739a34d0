/**
 * What a shard knows of its instruments. It is made by the shard's parent and handed in, so that a
 * restart of the shard loses nothing.
 *
 * @module
 */
import { TickBuffer } from "./buffer.ts";
import type { Holder } from "./candles.ts";
import type { Listing } from "./directory.ts";
import type { Carrier, Slot } from "./measurer.ts";
import type { Measured } from "./measures.ts";
import type { Running } from "./strategies.ts";
import type { ShardCommand } from "../messages.ts";
import type { CandleSeries, Late, Silence, Span } from "../../domain/candles.ts";
import type { Credit } from "../../domain/credit.ts";
import type { FlowSeries } from "../../domain/flow/series.ts";
import type { Gap } from "../../domain/gap.ts";
import type { ProfileSeries } from "../../domain/profile/series.ts";
import type { Closings } from "../../domain/strategies/closings.ts";
import type { Depth } from "../../domain/tick.ts";
import type { Micros } from "../../domain/time.ts";
import type { Correction } from "../../providers/provider.ts";

/** Ticks that may wait in one instrument's buffer. */
export const BUFFER = 32_768;

/** A span that history is being held against. */
export interface Refilling extends Span {
  /** Whether a closed candle over it was changed meanwhile. */
  changed: boolean;
}

/** What a shard knows of one instrument. */
export interface Feed extends Holder, Carrier {
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
  /** The end of its feed, where that was told before its candles were ready. */
  finishAt: Micros | undefined;
  /** The beginning of the silence that was told last. */
  toldFrom: Micros | undefined;
  /** Gaps told before its candles were ready, and how many ticks were in the buffer by then. */
  gaps: { readonly gap: Omit<Gap, "symbol">; readonly after: number }[];
  /** Corrections told before its candles were ready: of what may still be in the buffer. */
  corrections: Correction[];
  /** Whether what a recording has of a venue's history is being put in place. */
  isRefilled: boolean;
  /** Whether what is being recalled has changed meanwhile: it must be recalled once more. */
  stale: boolean;
  /** Candles that go on where a recall that was to renew them fails. */
  aside: CandleSeries | undefined;
  /** Late ticks of candles that failed before what they revise was loaded. */
  late: readonly Late[];
  /** Venue times of what its buffer shed and its candles would have counted, until that is told. */
  shed: Span | undefined;
  /** Whether it is to go as soon as its candles are closed, and revised by all that came late. */
  left: boolean;
  /** The latest book, until it was snapped. */
  book: Depth | undefined;
  /** Spans that history is being held against, each until that was handed out. */
  readonly refilling: Set<Refilling>;
}

/** An instrument that a shard has just been given. */
export function newFeed(listing: Listing, unheard: boolean): Feed {
  return {
    listing,
    series: undefined,
    profile: null,
    flow: null,
    buffer: new TickBuffer(BUFFER),
    unheard,
    credit: undefined,
    failures: [],
    retry: undefined,
    finishAt: undefined,
    toldFrom: undefined,
    gaps: [],
    corrections: [],
    isRefilled: false,
    stale: false,
    aside: undefined,
    late: [],
    shed: undefined,
    left: false,
    book: undefined,
    refilling: new Set(),
  };
}

/** Whether an instrument's candles are not there to take its ticks, but will be. */
export function mustWait(
  { draining }: Pick<ShardMemory, "draining">,
  { isRefilled, listing: { state } }: Feed,
): boolean {
  return state === "rebuilding" || isRefilled || (state === "restarting" && !draining);
}

/** The outage that goes on, as the candles take it. */
export function outageOf({ listing: { silentFrom } }: Feed): Silence[] {
  return silentFrom === undefined ? [] : [{ start: silentFrom, end: Infinity, before: false }];
}

/** A shard's memory. */
export class ShardMemory {
  /** The instruments dealt to it. */
  readonly members = new Set<string>();
  readonly feeds = new Map<string, Feed>();
  /** Feeds with ticks in their buffers. */
  readonly waiting = new Set<Feed>();
  /** What it was told while it was being restarted. */
  readonly inbox: ShardCommand[] = [];
  draining = false;
  /** Waits, in a drain, until ticks that wait are kept without candles. */
  patience: ReturnType<typeof setTimeout> | undefined;
  /** Whether its shard failed too often to be started again. */
  givenUp = false;
  /** The second of the last beat: forming candles are told once in each. */
  second = -Infinity;
  /** Instruments whose candles start anew, not told yet, and why. */
  readonly anew: string[] = [];
  anewFor = "";
  /** What is measured of the instruments, and the series of each kind. */
  readonly measured = new Map<string, Measured>();
  readonly profiles = new Map<string, Slot<ProfileSeries>>();
  readonly flows = new Map<string, Slot<FlowSeries>>();
  /** When the silences that go on were kept last. */
  silencesAt: Micros = -Infinity;
  /** What runs on the instruments, by the strategy's id, and what was measured for it to see. */
  readonly running = new Map<string, Map<string, Running>>();
  readonly closings = new Map<string, Closings>();
  /** When books were snapped last. */
  snappedAt: Micros = -Infinity;

  constructor(readonly id: string) {}
}
