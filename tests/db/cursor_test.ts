/**
 * Cursors.
 *
 * @module
 */
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "fast-check";
import { decodeCursor, encodeCursor } from "../../db/cursor.ts";
import { storeError } from "./contract/harness.ts";

Deno.test("a cursor gives its keys back, and is safe in a URL", () => {
  const text = fc.string({ unit: "binary" });
  fc.assert(fc.property(text, fc.maxSafeInteger(), text, (query, number, key) => {
    const cursor = encodeCursor(query, [number, key]);
    assertMatch(cursor, /^[A-Za-z0-9_-]+$/);
    assertEquals(decodeCursor(cursor, query, ["number", "string"]), [number, key]);
  }));
});

Deno.test("a cursor of another query, or with other keys, is refused", () => {
  const cursor = encodeCursor("ticks/time/AAPL", [1, 2]);
  const wrong = [
    () => decodeCursor(cursor, "ticks/time/IBM", ["number", "number"]),
    () => decodeCursor(cursor, "ticks/time/AAPL", ["number"]),
    () => decodeCursor(cursor, "ticks/time/AAPL", ["number", "string"]),
    () => decodeCursor("", "ticks/time/AAPL", ["number", "number"]),
    () => decodeCursor("!", "ticks/time/AAPL", ["number", "number"]),
  ];
  for (const decode of wrong) assertThrows(decode, storeError("bad-cursor", /Cannot continue/));
});
