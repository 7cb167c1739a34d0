/**
 * Cursors: where a page ended, as text that means something to its store alone. All stores page by
 * keys (never by offset), so a cursor is the query it belongs to and the keys of the last row.
 *
 * @module
 */
import { StoreError } from "./store.ts";

/** What a key may be. */
interface KeyTypes {
  number: number;
  string: string;
}
type KeyType = keyof KeyTypes;
type Keys<Types extends readonly KeyType[]> = { [Index in keyof Types]: KeyTypes[Types[Index]] };

const ALPHABET = { alphabet: "base64url", omitPadding: true } as const;

/**
 * Writes a cursor.
 *
 * @param query names the query, so that no other accepts the cursor: `ticks/time/AAPL`.
 * @param keys of the last row given; numbers are finite.
 */
export function encodeCursor(query: string, keys: readonly (number | string)[]): string {
  return new TextEncoder().encode(JSON.stringify([query, ...keys])).toBase64(ALPHABET);
}

/**
 * Reads a cursor.
 *
 * @param query as it was given to {@link encodeCursor}.
 * @param types of the keys, in order.
 * @returns the keys.
 * @throws StoreError `bad-cursor` where the text is no cursor, or one of another query.
 * @example decodeCursor(cursor, "ticks/time/AAPL", ["number", "number"] as const)
 */
export function decodeCursor<const Types extends readonly KeyType[]>(
  cursor: string,
  query: string,
  types: Types,
): Keys<Types> {
  const parts = parse(cursor);
  const [of, ...keys] = Array.isArray(parts) ? parts as unknown[] : [];
  const fits = of === query && keys.length === types.length &&
    keys.every((key, index) => typeof key === types[index]);
  if (fits) return keys as unknown as Keys<Types>;
  throw new StoreError(
    "bad-cursor",
    `Cannot continue ${query} from the cursor "${cursor.slice(0, 80)}": this query did not give ` +
      `it. Pass the "next" of an earlier page unchanged, or none to begin anew.`,
  );
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(cursor, ALPHABET)));
  } catch {
    return undefined;
  }
}
