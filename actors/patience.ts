/**
 * Patience with a store: a write that is not answered in time counts as failed, and none is asked
 * for while it is under way. Since writing a batch again changes nothing, it may still succeed.
 *
 * @module
 */
import { type Store, StoreError, type WriteBatch, type WriteReport } from "../db/store.ts";

/** How long a write may take, in milliseconds. */
const LIMIT = 5_000;

/** Writes to a store, within bounds of time. */
export class PatientWriter {
  readonly #store: Store;
  #underWay = false;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Writes a batch.
   *
   * @throws StoreError as the store does; `unreachable` where it does not answer in time, or has not
   * answered the write before.
   */
  async write(batch: WriteBatch): Promise<WriteReport> {
    if (this.#underWay) throw this.#silent();
    this.#underWay = true;
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(this.#silent()), LIMIT);
    const done = this.#store.write(batch).finally(() => this.#underWay = false);
    // Whatever becomes of it when nobody waits any more, the batch is kept elsewhere.
    done.catch(() => {});
    try {
      return await Promise.race([done, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #silent(): StoreError {
    const limit = LIMIT / 1_000;
    return new StoreError(
      "unreachable",
      `Cannot write to ${this.#store.label}: it has not answered for ${limit} s.`,
    );
  }
}
