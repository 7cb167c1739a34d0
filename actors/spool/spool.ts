/**
 * The spool: what waits on disk while the store cannot be written.
 *
 * Books, quotes, and all the rest lie in lanes of their own, so that at the cap, or on a full disk,
 * what matters least can go at once: books first, then quotes; trades, candles and gaps only when
 * nothing else is left to go. Read back, the lanes are put together in the order received.
 *
 * @module
 */
import { deserialize, serialize } from "node:v8";
import { HEAD, Lane } from "./lane.ts";
import { type Entry, rowsOf } from "../outbox.ts";
import type { Tick, TickKind } from "../../domain/tick.ts";

const LANES = ["rest", "quote", "depth"] as const;
type LaneName = typeof LANES[number];

/** Ticks that went for want of room, by kind. */
export type Dropped = Record<TickKind, number>;

/** One entry's share of a lane: some of its ticks, and their places among all of them. */
interface Share {
  readonly ticks: readonly Tick[];
  readonly at: readonly number[];
  /** What it holds beside ticks; in the lane of the rest alone. */
  readonly others: Omit<Entry, "ticks" | "credit" | "canaries"> | null;
}

/** Entries on disk, first in first out. */
export class Spool {
  readonly #lanes: Readonly<Record<LaneName, Lane>>;
  readonly #rows: Record<LaneName, number>;
  #number: number;

  private constructor(
    readonly cap: number,
    lanes: Record<LaneName, Lane>,
    rows: Record<LaneName, number>,
    number: number,
  ) {
    this.#lanes = lanes;
    this.#rows = rows;
    this.#number = number;
  }

  /**
   * Opens a spool, with what an earlier run left in it.
   *
   * @param path its files' common beginning.
   * @param cap bytes that it may take on disk.
   */
  static async open(path: string, cap: number): Promise<Spool> {
    const rows = { rest: 0, quote: 0, depth: 0 };
    let last = 0;
    const lane = (name: LaneName) =>
      Lane.open(`${path}.${name}`, (record, number) => {
        rows[name] += rowsIn(deserialize(record) as Share[]);
        last = Math.max(last, number);
      });
    const lanes = {
      rest: await lane("rest"),
      quote: await lane("quote"),
      depth: await lane("depth"),
    };
    return new Spool(cap, lanes, rows, last);
  }

  /** Rows that wait. */
  get rows(): number {
    return this.#rows.rest + this.#rows.quote + this.#rows.depth;
  }

  /** Bytes on disk. */
  get bytes(): number {
    return LANES.reduce((sum, name) => sum + this.#lanes[name].size, 0);
  }

  /** Whether nothing waits. */
  get empty(): boolean {
    return LANES.every((name) => this.#lanes[name].empty);
  }

  /**
   * Adds entries.
   *
   * @returns the ticks that went for want of room: of these, and of what waited before them.
   * @throws where even the rest finds no room: the file system's word, or a RangeError at the cap.
   * Nothing was added then.
   */
  async append(entries: readonly Entry[]): Promise<Dropped> {
    const dropped: Dropped = { trade: 0, quote: 0, depth: 0 };
    const number = ++this.#number;
    for (const name of LANES) {
      const shares = entries.map((entry) => shareOf(entry, name));
      const rows = rowsIn(shares);
      if (rows === 0) continue;
      const record = serialize(shares);
      for (let added = false; !added;) {
        try {
          await this.#put(name, number, record);
          this.#rows[name] += rows;
          added = true;
        } catch (error) {
          const lesser = this.#least(name);
          if (lesser !== undefined) {
            dropped[lesser] += this.#rows[lesser];
            await this.#clear(lesser);
          } else if (name === "rest") throw error;
          else {
            dropped[name] += rows;
            added = true;
          }
        }
      }
    }
    return dropped;
  }

  /** Reads the oldest entries, until they hold at least `rows`. They stay until {@link advance}. */
  async peek(rows: number): Promise<Entry[]> {
    for (const name of LANES) this.#lanes[name].rewind();
    const entries: Entry[] = [];
    for (let count = 0; count < rows;) {
      const numbers = new Map<LaneName, number>();
      for (const name of LANES) {
        const number = await this.#lanes[name].number();
        if (number !== null) numbers.set(name, number);
      }
      if (numbers.size === 0) break;
      const first = Math.min(...numbers.values());
      const parts: Share[][] = [];
      for (const [name, number] of numbers) {
        if (number !== first) continue;
        const record = await this.#lanes[name].next();
        if (record !== null) parts.push(deserialize(record) as Share[]);
      }
      for (const entry of join(parts)) {
        entries.push(entry);
        count += entry.ticks.length + 1;
      }
    }
    return entries;
  }

  /** Lets go of what {@link peek} gave last. */
  async advance(): Promise<void> {
    for (const name of LANES) this.#lanes[name].advance();
    if (this.empty) { for (const name of LANES) await this.#clear(name); }
  }

  async close(): Promise<void> {
    for (const name of LANES) await this.#lanes[name].close();
  }

  async #put(name: LaneName, number: number, record: Uint8Array): Promise<void> {
    if (this.bytes + HEAD + record.length > this.cap) {
      throw new RangeError(`The spool is at its cap of ${this.cap} bytes.`);
    }
    await this.#lanes[name].append(number, record);
  }

  /** The lane to be cleared for the sake of another: one of lesser worth with something in it. */
  #least(name: LaneName): "depth" | "quote" | undefined {
    if (name !== "depth" && this.#lanes.depth.size > 0) return "depth";
    if (name === "rest" && this.#lanes.quote.size > 0) return "quote";
    return undefined;
  }

  async #clear(name: LaneName): Promise<void> {
    await this.#lanes[name].clear();
    this.#rows[name] = 0;
  }
}

function laneOf(tick: Tick): LaneName {
  return tick.kind === "trade" ? "rest" : tick.kind;
}

function shareOf(entry: Entry, name: LaneName): Share {
  const at = entry.ticks.flatMap((tick, index) => laneOf(tick) === name ? [index] : []);
  const { ticks, credit: _, canaries: __, ...others } = entry;
  return { ticks: at.map((index) => ticks[index]!), at, others: name === "rest" ? others : null };
}

function rowsIn(shares: readonly Share[]): number {
  return shares.reduce((sum, { ticks, others }) => sum + rowsOf({ ticks, ...others }), 0);
}

/** Puts the entries of one append together again from their shares. */
function join(parts: readonly Share[][]): Entry[] {
  return (parts[0] ?? []).map((_, index) => {
    const shares = parts.map((part) => part[index]!);
    const placed = shares.flatMap(({ ticks, at }) =>
      ticks.map((tick, i) => ({ tick, at: at[i]! }))
    );
    placed.sort((a, b) => a.at - b.at);
    const others = shares.find((share) => share.others !== null)?.others;
    return { ticks: placed.map(({ tick }) => tick), ...others };
  });
}
