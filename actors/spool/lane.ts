/**
 * A lane: an append-only file of records, read from the front while it grows at the back. Its first
 * record says whose it is.
 *
 * A record that a crash cut short at the end was never promised, and goes in silence. Whatever else
 * cannot be read is told, and what comes after it is found again.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { HEAD, type Head, headOf, isWhole, type Label, MARK, pack } from "./record.ts";
import { MarketdError } from "../../domain/errors.ts";
import type { Micros } from "../../domain/time.ts";

/** Bytes that are searched at once for the next record. */
const LOOK = 65_536;

/** A part of a lane that cannot be read. */
export interface Damage {
  readonly bytes: number;
  /** `null` where not even that can be read. */
  readonly rows: number | null;
  /** When what was there was received, as far as its neighbours tell. */
  readonly from: Micros | null;
  readonly until: Micros | null;
}

/** A record, and where the next one begins. */
export interface Found {
  readonly head: Head;
  readonly body: Uint8Array;
  readonly end: number;
}

/** How a lane is opened. */
export interface LaneOptions {
  /** Whose it is. */
  readonly owner: string;
  /** Told of each record that an earlier run left. */
  readonly found: (found: Found) => void;
  readonly damaged: (damage: Damage) => void;
}

/** Records in a file, first in first out. */
export class Lane {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  readonly #options: LaneOptions;
  /** Bytes of whole records. */
  #size: number;
  /** Where the next record to read begins, and where the first that is not done with does. */
  #read = 0;
  #done = 0;
  /** Rows that are not done with, and those of them that were read. */
  #rows = 0;
  #taken = 0;
  #front: Found | null = null;
  /** Until when the records before the next one reach. */
  #until: Micros | null = null;
  /** Where damage ends that was told already, by where it begins. */
  readonly #known = new Map<number, number>();

  private constructor(path: string, file: Deno.FsFile, size: number, options: LaneOptions) {
    this.#path = path;
    this.#file = file;
    this.#size = size;
    this.#options = options;
  }

  /**
   * Opens a lane, and cuts off what is no whole record at its end.
   *
   * @throws MarketdError `foreign-spool` where it is another's; what the file system says.
   */
  static async open(path: string, options: LaneOptions): Promise<Lane> {
    const file = await Deno.open(path, { read: true, write: true, create: true, mode: 0o600 });
    try {
      const lane = new Lane(path, file, (await file.stat()).size, options);
      await lane.#goThrough();
      return lane;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Bytes in the file. */
  get size(): number {
    return this.#size;
  }

  /** Rows that are not done with. */
  get rows(): number {
    return this.#rows;
  }

  /** Rows that were read, and are not done with. */
  get taken(): number {
    return this.#taken;
  }

  /** The bytes that a record takes with this body. */
  costOf(body: Uint8Array): number {
    return HEAD + body.length + (this.#size === 0 ? this.#title().length : 0);
  }

  /**
   * Adds a record, whole or not at all.
   *
   * @throws what the file system says; the lane is then as it was.
   */
  async append(label: Label, body: Uint8Array): Promise<void> {
    const parts = [pack(label, body)];
    if (this.#size === 0) parts.unshift(this.#title());
    const bytes = Buffer.concat(parts);
    try {
      await this.#file.seek(this.#size, Deno.SeekMode.Start);
      for (let rest: Uint8Array = bytes; rest.length > 0;) {
        rest = rest.subarray(await this.#file.write(rest));
      }
    } catch (error) {
      await this.#file.truncate(this.#size);
      throw error;
    }
    this.#size += bytes.length;
    this.#rows += label.rows;
  }

  /** The next record, which stays the next one until {@link shift}; `null` at the end. */
  async front(): Promise<Found | null> {
    if (this.#front === null) {
      this.#front = await this.#find(this.#read);
      if (this.#front?.head.number === 0) {
        this.#read = this.#front.end;
        this.#front = await this.#find(this.#read);
      }
      // What is left now cannot be read.
      if (this.#front === null) this.#rows = this.#taken;
    }
    return this.#front;
  }

  /** Goes past the record that {@link front} gave. */
  shift(): void {
    if (this.#front === null) return;
    const { head, end } = this.#front;
    this.#read = end;
    this.#taken += head.rows;
    this.#until = head.until || this.#until;
    this.#front = null;
  }

  /** Reads again from the first record that is not done with. */
  rewind(): void {
    this.#read = this.#done;
    this.#taken = 0;
    this.#front = null;
  }

  /** Is done with every record that was read. */
  advance(): void {
    this.#done = this.#read;
    this.#rows -= this.#taken;
    this.#taken = 0;
  }

  /** Drops every record, and gives the disk its room back. */
  async clear(): Promise<void> {
    await this.#file.truncate(0);
    this.#size = 0;
    this.#read = 0;
    this.#done = 0;
    this.#rows = 0;
    this.#taken = 0;
    this.#front = null;
    this.#until = null;
    this.#known.clear();
  }

  /** Closes the file, and removes it where nothing is in it. */
  async close(): Promise<void> {
    this.#file.close();
    if (this.#size === 0) await Deno.remove(this.#path);
  }

  async #goThrough(): Promise<void> {
    let end = 0;
    for (let found = await this.#find(0); found !== null; found = await this.#find(end)) {
      end = found.end;
      if (found.head.number === 0) this.#requireOwn(found.body);
      else {
        this.#until = found.head.until || this.#until;
        this.#rows += found.head.rows;
        this.#options.found(found);
      }
    }
    this.#until = null;
    this.#size = this.#rows === 0 ? 0 : end;
    for (const at of this.#known.keys()) if (at >= this.#size) this.#known.delete(at);
    await this.#file.truncate(this.#size);
  }

  /** The record that says whose it is. */
  #title(): Uint8Array {
    const body = new TextEncoder().encode(this.#options.owner);
    return pack({ number: 0, rows: 0, from: 0, until: 0 }, body);
  }

  #requireOwn(body: Uint8Array): void {
    const owner = new TextDecoder().decode(body);
    if (owner === this.#options.owner) return;
    throw new MarketdError(
      "foreign-spool",
      `Cannot use the spool ${this.#path}: its rows wait for the store ${owner}, and this is ` +
        `${this.#options.owner}. Start marketd with that store once, or move the file away.`,
      { terminal: true },
    );
  }

  /** The first whole record from a place on; `null` where there is none. */
  async #find(from: number): Promise<Found | null> {
    for (let at = from; at < this.#size;) {
      const known = this.#known.get(at);
      if (known !== undefined) {
        at = known;
        continue;
      }
      const head = headOf(await this.#bytes(at, HEAD));
      const end = at + HEAD + (head?.length ?? 0);
      // A crash cut the last one short.
      if (end > this.#size) return null;
      if (head !== null) {
        const body = await this.#bytes(at + HEAD, head.length);
        if (isWhole(head, body)) return { head, body, end };
      }
      const next = head !== null ? end : await this.#nextHead(at + 1) ?? this.#size;
      await this.#tellDamage(at, next, head);
      this.#known.set(at, next);
      at = next;
    }
    return null;
  }

  async #tellDamage(at: number, next: number, head: Head | null): Promise<void> {
    const follower = headOf(await this.#bytes(next, HEAD));
    this.#options.damaged({
      bytes: next - at,
      rows: head?.rows ?? null,
      from: head?.from || this.#until,
      until: head?.until || follower?.from || null,
    });
  }

  /** Where the next head stands; `null` where there is none. */
  async #nextHead(from: number): Promise<number | null> {
    for (let at = from; at < this.#size; at += LOOK) {
      // Overlapping, for a head that the limit of two looks would cut.
      const bytes = await this.#bytes(at, LOOK + HEAD);
      for (let place = bytes.indexOf(MARK); place !== -1; place = bytes.indexOf(MARK, place + 1)) {
        if (headOf(bytes.subarray(place)) !== null) return at + place;
      }
    }
    return null;
  }

  /** The bytes at a place; fewer at the end. */
  async #bytes(at: number, length: number): Promise<Buffer> {
    const bytes = Buffer.alloc(Math.max(0, Math.min(length, this.#size - at)));
    await this.#file.seek(at, Deno.SeekMode.Start);
    let filled = 0;
    while (filled < bytes.length) {
      const count = await this.#file.read(bytes.subarray(filled));
      if (count === null) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  }
}
