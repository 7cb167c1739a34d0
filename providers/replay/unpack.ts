/**
 * The bytes of a recording's file, unpacked where its name says that it is packed.
 *
 * @module
 */
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { systemReason } from "../../domain/systemerrors.ts";

/** Bytes that are read, and unpacked, at a time. */
const PIECE = 65_536;

/** The bytes of a file, unpacked. */
export async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  const isPacked = /\.gz$/i.test(path);
  const file = createReadStream(path, { highWaterMark: PIECE });
  yield* isPacked ? unpacked(checked(file, isPacked)) : checked(file, isPacked);
}

/** Bytes as they are, once their beginning is what the file's name says. */
async function* checked(bytes: AsyncIterable<Uint8Array>, isPacked: boolean) {
  let isFirst = true;
  for await (const piece of bytes) {
    if (isFirst) requirePacking(isPacked, piece);
    isFirst = false;
    yield piece;
  }
}

/**
 * Unpacks a gzip, giving everything before a break. By Node's gunzip rather than
 * `DecompressionStream`, which refuses several members; and piece by piece rather than as a stream,
 * which at a break throws away what was not read yet.
 */
async function* unpacked(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: PIECE });
  let ready: Uint8Array[] = [];
  let failure: Error | undefined;
  let settle = () => {};
  gunzip.on("data", (piece) => ready.push(piece));
  gunzip.on("error", (error) => {
    failure = error;
    settle();
  });
  const step = async function* (feed: (done: () => void) => void) {
    await new Promise<void>((resolve) => {
      settle = resolve;
      if (failure === undefined) feed(resolve);
      else resolve();
    });
    const given = ready;
    ready = [];
    yield* given;
    if (failure !== undefined) throw failure;
  };
  try {
    for await (const piece of packed) yield* step((done) => gunzip.write(piece, () => done()));
    yield* step((done) => gunzip.once("end", done).end());
  } finally {
    gunzip.destroy();
  }
}

/** A file whose name and content do not agree on whether it is gzipped. */
class Misnamed extends Error {
  override readonly name = "Misnamed";
}

/** @throws Misnamed */
function requirePacking(isPacked: boolean, first: Uint8Array): void {
  // RFC 1952, section 2.3.1.
  const looksPacked = first[0] === 0x1f && first[1] === 0x8b;
  if (isPacked && !looksPacked) {
    throw new Misnamed("it is not gzipped. Take the .gz off its name, or gzip it");
  }
  if (!isPacked && looksPacked) {
    throw new Misnamed("it is gzipped. Let its name end in .gz, or unpack it");
  }
}

/** Why a file breaks off, in words. */
export function breakReason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "Z_BUF_ERROR") return "the gzip was cut short";
  if (code === "Z_DATA_ERROR") return "the gzip is damaged, or something else follows it";
  return systemReason(error);
}
