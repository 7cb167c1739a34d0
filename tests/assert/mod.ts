/**
 * Stands in for `jsr:@std/assert` where JSR cannot be reached: the few names the tests use, each
 * from `node:assert`. `links` in `deno.json` points here; removing that line uses the real package.
 *
 * @module
 */
export {
  deepStrictEqual as assertEquals,
  match as assertMatch,
  notDeepStrictEqual as assertNotEquals,
  ok as assert,
  rejects as assertRejects,
  strictEqual as assertStrictEquals,
  throws as assertThrows,
} from "node:assert/strict";
