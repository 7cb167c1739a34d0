/**
 * The test that every store passes.
 *
 * @module
 */
import { booksContract } from "./contract/books.ts";
import { candlesContract } from "./contract/candles.ts";
import type { StoreHarness, StoreTest } from "./contract/harness.ts";
import { measuresContract } from "./contract/measures.ts";
import { recordsContract } from "./contract/records.ts";
import { retentionContract, sizeContract } from "./contract/retention.ts";
import { strategiesContract } from "./contract/strategies.ts";
import { ticksContract } from "./contract/ticks.ts";

export type { StoreHarness, StorePlace } from "./contract/harness.ts";

/**
 * Registers the contract's tests for one kind of store.
 *
 * @param name how the tests' names begin: `SQLite`.
 */
export function storeContract(name: string, harness: StoreHarness): void {
  const test: StoreTest = (sentence, body) =>
    Deno.test({
      name: `${name}: ${sentence}`,
      ignore: harness.ignore ?? false,
      fn: async () => {
        const place = await harness.place();
        try {
          const store = await place.open("write");
          try {
            await body(store, place);
          } finally {
            await store.close();
          }
        } finally {
          await place.remove();
        }
      },
    });
  ticksContract(test);
  candlesContract(test);
  booksContract(test);
  measuresContract(test);
  strategiesContract(test);
  recordsContract(test);
  sizeContract(test);
  if (harness.prunesPieces !== true) retentionContract(test);
}
