/**
 * Records: how a lane frames what it keeps, so that one that is damaged is noticed, and those after
 * it are found again.
 *
 * A head is a mark, the body's length, its rows and checksum, a number, the span of time, and the
 * head's own checksum. So a damaged body still says how many rows it had, and when they came.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import type { Micros } from "../../domain/time.ts";

/** What every head begins with; hardly ever found in anything else, and then the checksum tells. */
export const MARK: Uint8Array = Uint8Array.of(0xa7, 0x6d, 0x6b, 0x74);
/** Bytes of a head. */
export const HEAD = 44;

const CHECKED = HEAD - 4;

/** What is said of a body. */
export interface Label {
  /** Which records of other lanes it belongs with. */
  readonly number: number;
  readonly rows: number;
  /** When the first and the last of its ticks were received; 0 where it has none. */
  readonly from: Micros;
  readonly until: Micros;
}

/** A head. */
export interface Head extends Label {
  /** Bytes of the body. */
  readonly length: number;
  readonly checksum: number;
}

/** A record's bytes. */
export function pack({ number, rows, from, until }: Label, body: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(HEAD + body.length);
  bytes.set(MARK, 0);
  bytes.writeUInt32LE(body.length, 4);
  bytes.writeUInt32LE(rows, 8);
  bytes.writeUInt32LE(crc32(body), 12);
  bytes.writeDoubleLE(number, 16);
  bytes.writeDoubleLE(from, 24);
  bytes.writeDoubleLE(until, 32);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, CHECKED)), CHECKED);
  bytes.set(body, HEAD);
  return bytes;
}

/** The head that bytes begin with; `null` where they are none. */
export function headOf(bytes: Buffer): Head | null {
  if (bytes.length < HEAD || !MARK.every((byte, at) => bytes[at] === byte)) return null;
  if (crc32(bytes.subarray(0, CHECKED)) !== bytes.readUInt32LE(CHECKED)) return null;
  return {
    length: bytes.readUInt32LE(4),
    rows: bytes.readUInt32LE(8),
    checksum: bytes.readUInt32LE(12),
    number: bytes.readDoubleLE(16),
    from: bytes.readDoubleLE(24),
    until: bytes.readDoubleLE(32),
  };
}

/** Whether a body is what its head says. */
export function isWhole({ length, checksum }: Head, body: Uint8Array): boolean {
  return body.length === length && crc32(body) === checksum;
}
