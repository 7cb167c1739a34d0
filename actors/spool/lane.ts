/**
 * A lane: an append-only file of records, read from the front while it grows at the back.
 *
 * Each record is its length, checksum and number, then its bytes. A record that a crash cut short
 * ends the lane: whatever follows was never promised.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";

/** Bytes that a record takes beside its own. */
export const HEAD = 16;

/** Records in a file, first in first out. */
export class Lane {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  /** Bytes of whole records. */
  #size: number;
  /** Where the next record to read begins, and where the first that is not done with does. */
  #read = 0;
  #done = 0;

  private constructor(path: string, file: Deno.FsFile, size: number) {
    this.#path = path;
    this.#file = file;
    this.#size = size;
  }

  /**
   * Opens a lane, and cuts off what is no whole record.
   *
   * @param found told of each record that an earlier run left.
   */
  static async open(path: string, found: (record: Uint8Array, number: number) => void) {
    const file = await Deno.open(path, { read: true, write: true, create: true, mode: 0o600 });
    const lane = new Lane(path, file, (await file.stat()).size);
    for (let number = await lane.number(); number !== null; number = await lane.number()) {
      const record = await lane.next();
      if (record === null) break;
      found(record, number);
    }
    lane.#size = lane.#read;
    lane.#read = 0;
    await file.truncate(lane.#size);
    return lane;
  }

  /** Bytes in the file. */
  get size(): number {
    return this.#size;
  }

  /** Whether every record is done with. */
  get empty(): boolean {
    return this.#done >= this.#size;
  }

  /**
   * Adds a record, whole or not at all.
   *
   * @param number says which records of other lanes it belongs with.
   * @throws what the file system says; the lane is then as it was.
   */
  async append(number: number, record: Uint8Array): Promise<void> {
    const bytes = Buffer.alloc(HEAD + record.length);
    bytes.writeUInt32LE(record.length, 0);
    bytes.writeUInt32LE(crc32(record), 4);
    bytes.writeDoubleLE(number, 8);
    bytes.set(record, HEAD);
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
  }

  /** The number of the next record; `null` at the end. */
  async number(): Promise<number | null> {
    return (await this.#bytes(this.#read, HEAD))?.readDoubleLE(8) ?? null;
  }

  /** Reads the next record; `null` at the end. */
  async next(): Promise<Uint8Array | null> {
    const head = await this.#bytes(this.#read, HEAD);
    if (head === null) return null;
    const length = head.readUInt32LE(0);
    const record = await this.#bytes(this.#read + HEAD, length);
    if (record === null || crc32(record) !== head.readUInt32LE(4)) return null;
    this.#read += HEAD + length;
    return record;
  }

  /** Reads again from the first record that is not done with. */
  rewind(): void {
    this.#read = this.#done;
  }

  /** Is done with every record that was read. */
  advance(): void {
    this.#done = this.#read;
  }

  /** Drops every record, and gives the disk its room back. */
  async clear(): Promise<void> {
    await this.#file.truncate(0);
    this.#size = 0;
    this.#read = 0;
    this.#done = 0;
  }

  /** Closes the file, and removes it where nothing is in it. */
  async close(): Promise<void> {
    this.#file.close();
    if (this.#size === 0) await Deno.remove(this.#path);
  }

  async #bytes(at: number, length: number): Promise<Buffer | null> {
    if (at + length > this.#size) return null;
    const bytes = Buffer.alloc(length);
    await this.#file.seek(at, Deno.SeekMode.Start);
    let filled = 0;
    while (filled < length) {
      const count = await this.#file.read(bytes.subarray(filled));
      if (count === null) return null;
      filled += count;
    }
    return bytes;
  }
}
