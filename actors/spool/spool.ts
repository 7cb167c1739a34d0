/**
 * The spool: what waits on disk while the store cannot be written.
 *
 * Books, quotes, and all the rest lie in lanes of their own, so that at the cap, or on a full disk,
 * what matters least can go at once: books first, then quotes; trades, candles and gaps only when
 * nothing else is left to go. Read back, the lanes are put together in the order received.
 *
 * @module
 */
import { serialize } from "node:v8";
import { type Found, Lane } from "./lane.ts";
import { SpoolLock } from "./lock.ts";
import {
  decode,
  join,
  type LaneName,
  LANES,
  rowsIn,
  type Share,
  shareOf,
  spanOf,
} from "./share.ts";
import { Losses } from "../losses.ts";
import type { Entry } from "../outbox.ts";
import { logger } from "../log.ts";
import type { TickKind } from "../../domain/tick.ts";
import type { Micros } from "../../domain/time.ts";

/** How a spool is opened. */
export interface SpoolOptions {
  /** Its files' common beginning. */
  readonly path: string;
  /** Bytes that it may take on disk. */
  readonly cap: number;
  /** The store that its rows wait for. */
  readonly owner: string;
}

const log = logger("spool");

/** Entries on disk, first in first out. One thing is done with it at a time, in order. */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #lock: SpoolLock;
  readonly #lanes = {} as Record<LaneName, Lane>;
  /** What each lane holds, for when it has to go. */
  readonly #held: Record<LaneName, Losses> = {
    rest: new Losses(),
    quote: new Losses(),
    depth: new Losses(),
  };
  /** Rows that went while they were under way to the store. */
  readonly #cut = { quote: 0, depth: 0 };
  /** Spans in which something was lost, of which it is not known yet whose it was. */
  #doubtful: { from: Micros; to: Micros }[] = [];
  #number = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #dropped: (kind: TickKind, count: number) => void = () => {};
  /** What was shed, or could not be read. */
  readonly losses = new Losses();
  /** Bytes that could not be read. */
  damaged = 0;

  private constructor(options: SpoolOptions, lock: SpoolLock) {
    this.#options = options;
    this.#lock = lock;
  }

  /**
   * Opens a spool, with what an earlier run left in it.
   *
   * @throws MarketdError `locked` where another process has it, `foreign-spool` where it is another
   * store's; what the file system says.
   */
  static async open(options: SpoolOptions): Promise<Spool> {
    const spool = new Spool(options, await SpoolLock.take(`${options.path}.lock`));
    try {
      for (const name of LANES) await spool.#openLane(name);
      spool.#settleDoubts();
      return spool;
    } catch (error) {
      await spool.close();
      throw error;
    }
  }

  /** Its files' common beginning. */
  get path(): string {
    return this.#options.path;
  }

  /** Rows that wait. */
  get rows(): number {
    return LANES.reduce((sum, name) => sum + this.#lanes[name].rows, 0);
  }

  /** Bytes on disk. */
  get bytes(): number {
    return LANES.reduce((sum, name) => sum + this.#lanes[name].size, 0);
  }

  /** Whether nothing waits. */
  get empty(): boolean {
    return this.rows === 0;
  }

  /** Tells of ticks that go for want of room, by kind. */
  onDropped(dropped: (kind: TickKind, count: number) => void): void {
    this.#dropped = dropped;
  }

  /**
   * Adds entries. For want of room it lets go of ticks, of these and of what waited before them.
   *
   * @param mayShed false: it lets go of nothing.
   * @throws where even the rest finds no room: the file system's word, or a RangeError at the cap.
   * Nothing was added then.
   */
  append(entries: readonly Entry[], mayShed = true): Promise<void> {
    return this.#do(async () => {
      if (!mayShed && !this.#hasRoomFor(entries)) {
        throw new RangeError("Something would have to go.");
      }
      await this.#append(entries);
    });
  }

  /** Reads the oldest entries, until they hold at least `rows`. They stay until {@link advance}. */
  peek(rows: number): Promise<Entry[]> {
    return this.#do(() => this.#peek(rows));
  }

  /** Lets go of what {@link peek} gave last. */
  advance(): Promise<void> {
    return this.#do(async () => {
      for (const name of LANES) this.#lanes[name].advance();
      this.#cut.quote = 0;
      this.#cut.depth = 0;
      if (this.empty) { for (const name of LANES) await this.#clear(name); }
    });
  }

  close(): Promise<void> {
    return this.#do(async () => {
      for (const lane of Object.values(this.#lanes)) await lane.close();
      await this.#lock.release();
    });
  }

  #do<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  async #openLane(name: LaneName): Promise<void> {
    const path = `${this.path}.${name}`;
    this.#lanes[name] = await Lane.open(path, {
      owner: this.#options.owner,
      found: (found) => {
        this.#number = Math.max(this.#number, found.head.number);
        for (const { ticks } of decode(found)) this.#held[name].note(ticks);
      },
      damaged: ({ bytes, rows, from, until }) => {
        this.damaged += bytes;
        log.error("{bytes} bytes of {path} cannot be read, and are lost: {rows} rows", {
          bytes,
          path,
          rows: rows ?? "an unknown number of",
        });
        if (name === "depth" || from === null || until === null) return;
        this.#doubtful.push({ from, to: until + 1 });
      },
    });
  }

  /** What cannot be read may have been of anyone whose rows wait here. */
  #settleDoubts(): void {
    for (const doubt of this.#doubtful.splice(0)) {
      for (const held of Object.values(this.#held)) {
        for (const { symbol, provider } of held.spans()) {
          this.losses.add({ symbol, provider, ...doubt });
        }
      }
    }
  }

  async #append(entries: readonly Entry[]): Promise<void> {
    const number = ++this.#number;
    for (const name of LANES) {
      const shares = entries.map((entry) => shareOf(entry, name));
      const rows = rowsIn(shares);
      if (rows === 0) continue;
      const ticks = shares.flatMap((share) => share.ticks);
      const body = serialize(shares);
      const label = { number, rows, ...spanOf(ticks) };
      while (true) {
        try {
          if (this.bytes + this.#lanes[name].costOf(body) > this.#options.cap) {
            throw new RangeError(`The spool is at its cap of ${this.#options.cap} bytes.`);
          }
          await this.#lanes[name].append(label, body);
          this.#held[name].note(ticks);
          break;
        } catch (error) {
          const lesser = this.#least(name);
          if (lesser !== undefined) await this.#shed(lesser);
          else if (name === "rest") throw error;
          else {
            this.#dropped(name, rows);
            this.losses.note(ticks);
            break;
          }
        }
      }
    }
  }

  /** Whether the cap, for what the disk says is only known by trying, leaves room for it all. */
  #hasRoomFor(entries: readonly Entry[]): boolean {
    const packed = LANES.map((name) => serialize(entries.map((entry) => shareOf(entry, name))));
    const cost = packed.reduce((sum, body, at) => sum + this.#lanes[LANES[at]!].costOf(body), 0);
    return this.bytes + cost <= this.#options.cap;
  }

  async #peek(rows: number): Promise<Entry[]> {
    for (const name of LANES) this.#lanes[name].rewind();
    for (const name of ["quote", "depth"] as const) {
      if (this.#cut[name] > 0) this.#dropped(name, this.#cut[name]);
      this.#cut[name] = 0;
    }
    const entries: Entry[] = [];
    for (let count = 0; count < rows;) {
      const fronts: [Lane, Found][] = [];
      for (const name of LANES) {
        const found = await this.#lanes[name].front();
        if (found !== null) fronts.push([this.#lanes[name], found]);
      }
      this.#settleDoubts();
      if (fronts.length === 0) break;
      const first = Math.min(...fronts.map(([, { head }]) => head.number));
      const parts: Share[][] = [];
      for (const [lane, found] of fronts) {
        if (found.head.number !== first) continue;
        parts.push(decode(found));
        lane.shift();
      }
      for (const entry of join(parts)) {
        entries.push(entry);
        count += entry.ticks.length + 1;
      }
    }
    return entries;
  }

  /** The lane to be cleared for the sake of another: one of lesser worth with something in it. */
  #least(name: LaneName): "depth" | "quote" | undefined {
    if (name !== "depth" && this.#lanes.depth.size > 0) return "depth";
    if (name === "rest" && this.#lanes.quote.size > 0) return "quote";
    return undefined;
  }

  async #shed(name: "depth" | "quote"): Promise<void> {
    const { rows, taken } = this.#lanes[name];
    // What is under way to the store is only lost where it does not get there.
    this.#cut[name] += taken;
    if (rows > taken) this.#dropped(name, rows - taken);
    this.losses.takeFrom(this.#held[name]);
    await this.#clear(name);
  }

  async #clear(name: LaneName): Promise<void> {
    await this.#lanes[name].clear();
    this.#held[name] = new Losses();
  }
}
