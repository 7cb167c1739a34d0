/**
 * The outbox: what the shards made and the store does not hold yet. It outlives the recorder that
 * empties it, so that a restart of that actor loses nothing.
 *
 * @module
 */
import { Losses } from "./losses.ts";
import type {
  Amendment,
  BookSnapshot,
  KeptCandle,
  KeptQuota,
  Mapping,
  Measure,
  ProviderEvent,
} from "../db/store.ts";
import type { Credit } from "../domain/credit.ts";
import type { Gap } from "../domain/gap.ts";
import { type Tick, TICK_KINDS, type TickKind } from "../domain/tick.ts";

/** What one drain of a shard's buffers gave; kept together. */
export interface Entry {
  readonly ticks: readonly Tick[];
  readonly candles?: readonly KeptCandle[];
  readonly gaps?: readonly Gap[];
  readonly events?: readonly ProviderEvent[];
  readonly books?: readonly BookSnapshot[];
  readonly quotas?: readonly KeptQuota[];
  readonly mappings?: readonly Mapping[];
  readonly amendments?: readonly Amendment[];
  readonly measures?: readonly Measure[];
  /** Whom to tell that the ticks are done with. */
  readonly credit?: Credit | undefined;
  /** Shards whose canary travels with it. */
  readonly canaries?: readonly string[];
}

/** As many can be put in front of the others without copying these. */
const FEW = 10_000;
/** What is shed beyond the capacity: this part of it. */
const SLACK = 32;

/** Entries under way to the store, in order; bounded by rows. */
export class Outbox {
  #entries: Entry[] = [];
  #rows = 0;
  readonly shed: Record<TickKind, number> = { trade: 0, quote: 0, depth: 0 };
  /** What was shed, until it is told. */
  readonly losses = new Losses();
  #wake: ((entry: Entry) => void) | undefined;

  /**
   * @param capacity rows; past it depth is shed, then quotes, then trades, the oldest first. What
   * is no tick is never shed.
   * @param onShed told what was shed.
   */
  constructor(
    readonly capacity: number,
    private readonly onShed: (kind: TickKind, count: number) => void = () => {},
  ) {}

  /** Entries waiting. */
  get length(): number {
    return this.#entries.length;
  }

  /** Rows waiting. */
  get rows(): number {
    return this.#rows;
  }

  /** Calls back when an entry was added. */
  onAdd(wake: ((entry: Entry) => void) | undefined): void {
    this.#wake = wake;
  }

  /** Adds an entry, and sheds by the rule where that is too much. */
  add(entry: Entry): void {
    this.#entries.push(entry);
    this.#rows += rowsOf(entry);
    if (this.#rows > this.capacity) this.#shedDown();
    this.#wake?.(entry);
  }

  /** Takes whole entries from the front until they hold at least `rows`. */
  take(rows: number): Entry[] {
    let count = 0;
    let at = 0;
    while (at < this.#entries.length && count < rows) count += rowsOf(this.#entries[at++]!);
    const taken = this.#entries.splice(0, at);
    this.#rows -= count;
    return taken;
  }

  /** Puts back what could not be written, in front. */
  restore(entries: readonly Entry[]): void {
    if (entries.length > FEW) this.#entries = [...entries, ...this.#entries];
    else this.#entries.unshift(...entries);
    for (const entry of entries) this.#rows += rowsOf(entry);
    if (this.#rows > this.capacity) this.#shedDown();
  }

  /** Gives credit back for all that waits: whoever sent it need wait no longer. */
  forgive(forgiven: (entry: Entry) => void): void {
    let isEmptied = false;
    // In place: it is called again and again while the box is full.
    for (const [at, entry] of this.#entries.entries()) {
      if (entry.credit === undefined && entry.canaries === undefined) continue;
      forgiven(entry);
      const { credit: _, canaries: __, ...kept } = entry;
      this.#entries[at] = kept;
      isEmptied ||= rowsOf(kept) === 0;
    }
    if (isEmptied) this.#entries = this.#entries.filter((entry) => rowsOf(entry) > 0);
  }

  /** Sheds a little more than it must, so that a full box is not searched for every entry. */
  #shedDown(): void {
    const enough = this.capacity - Math.floor(this.capacity / SLACK);
    for (const kind of TICK_KINDS.toReversed()) {
      let shed = 0;
      for (let at = 0; at < this.#entries.length && this.#rows > enough; at++) {
        const entry = this.#entries[at]!;
        const kept = this.#without(entry.ticks, kind, this.#rows - enough);
        const gone = entry.ticks.length - kept.length;
        if (gone === 0) continue;
        this.#entries[at] = { ...entry, ticks: kept };
        this.#rows -= gone;
        shed += gone;
        entry.credit?.give(gone);
      }
      if (shed === 0) continue;
      this.shed[kind] += shed;
      this.onShed(kind, shed);
    }
    this.#entries = this.#entries.filter((entry) => rowsOf(entry) > 0 || entry.canaries);
  }

  /** Ticks without the first few of a kind. */
  #without(ticks: readonly Tick[], kind: TickKind, most: number): readonly Tick[] {
    const gone: Tick[] = [];
    const kept = ticks.filter((tick) => {
      const stays = tick.kind !== kind || gone.length >= most;
      if (!stays) gone.push(tick);
      return stays;
    });
    this.losses.note(gone);
    return kept;
  }
}

/** Rows in entries. */
export function countRows(entries: Iterable<Entry>): number {
  let rows = 0;
  for (const entry of entries) rows += rowsOf(entry);
  return rows;
}

/** Rows in an entry. */
export function rowsOf(entry: Entry): number {
  return entry.ticks.length + (entry.candles?.length ?? 0) + (entry.gaps?.length ?? 0) +
    (entry.events?.length ?? 0) + (entry.books?.length ?? 0) +
    (entry.quotas?.length ?? 0) + (entry.mappings?.length ?? 0) + (entry.amendments?.length ?? 0) +
    (entry.measures?.length ?? 0);
}
