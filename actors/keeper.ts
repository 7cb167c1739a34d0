/**
 * The keeper: moves rows from the outbox to the store, and from the outbox to the spool while the
 * store does not take them. Both may be under way at once: a store that hangs must not keep rows from
 * the disk.
 *
 * @module
 */
import type { Journal } from "./journal.ts";
import type { Meters } from "./meters.ts";
import { countRows, type Entry, type Outbox, rowsOf } from "./outbox.ts";
import type { Spool } from "./spool/spool.ts";
import type { Vitals } from "./vitals.ts";
import { writeEntries } from "./writer.ts";
import type { Run, Store } from "../db/store.ts";
import { TICK_KINDS } from "../domain/tick.ts";

/** What the keeper works with. */
export interface KeeperInput {
  readonly store: Store;
  readonly outbox: Outbox;
  readonly journal: Journal;
  readonly vitals: Vitals;
  readonly meters: Meters;
  /** Where rows wait for the store; `null`: in memory alone. */
  readonly spool: Spool | null;
  /** Rows that are moved at once. */
  readonly rows: number;
}

/** How soon at most rows are spooled that a silent store has not taken, in milliseconds. */
export const LATE = 250;

/** Rows by which it is seen whether there is room again, or the store is back. */
const PROBE = 200;

/** Moves rows. */
export class Keeper {
  readonly #input: KeeperInput;
  /** What the outbox gave that is under way to the store, and nowhere else yet. */
  readonly #hand = new Set<Entry>();
  #saving: Promise<void> = Promise.resolve();
  #isWriting = false;
  /** Whether the store's last answer was a failure. */
  #hasFailed = false;
  /** When the store was asked last, by `performance.now()`, while it has not answered. */
  #asked: number | null = null;
  #isOver = false;
  /** Whether the disk had room when it was tried last. */
  roomy = true;
  /** When something was shed last, by `performance.now()`. */
  shedAt = -Infinity;
  #shedInMemory = 0;
  #damaged = 0;

  constructor(input: KeeperInput) {
    this.#input = input;
    input.spool?.onDropped((kind, count) => {
      this.shedAt = performance.now();
      input.meters.shed.inc({ where: "spool", kind }, count);
    });
    this.#tellSpool();
  }

  /** For how many milliseconds the store has owed an answer. */
  get unanswered(): number {
    return this.#asked === null ? 0 : performance.now() - this.#asked;
  }

  /** Whether the spool is being brought to the store. */
  get isCatchingUp(): boolean {
    return this.#isWriting && this.#spools && this.unanswered < LATE;
  }

  /** Whether the outbox has enough for a write. */
  get isFull(): boolean {
    return this.#input.outbox.rows >= this.#input.rows;
  }

  /**
   * Writes all that waits at this moment, the spool first, and more while that makes full batches; and
   * the run's mark after it.
   *
   * @param last whether the run ends with it.
   * @returns how many writes it took.
   * @throws what keeps the store from being written; what was taken is then where it came from, or on
   * the disk.
   */
  async empty(last: boolean): Promise<number> {
    const { outbox, journal, rows } = this.#input;
    this.#isWriting = true;
    try {
      let left = outbox.length;
      const run = journal.run(last);
      let writes = 0;
      do {
        writes += await this.#emptySpool();
        if (this.#isOver) break;
        const entries = outbox.take(this.#hasFailed ? Math.min(PROBE, rows) : rows);
        // Some of those that were there may have been shed, or spooled, since.
        left = Math.min(left - entries.length, outbox.length);
        for (const entry of entries) this.#hand.add(entry);
        this.#tellHand();
        await this.#write(entries, left <= 0 ? run : undefined, (entry) => {
          if (!this.#hand.delete(entry)) return;
          this.#release(entry);
          journal.inHand -= rowsOf(entry);
        });
        writes++;
        this.#hasFailed = false;
        // What the silence sent to the disk is in neither place before it is there.
        await this.#saving;
      } while (!this.#isOver && (left > 0 || this.isFull || this.#spools));
      return writes;
    } finally {
      this.#isWriting = false;
      outbox.restore([...this.#hand]);
      this.#hand.clear();
      this.#tellHand();
    }
  }

  /**
   * Puts what waits in memory onto the disk, as far as there is room; one call after the other. While
   * the store answers nothing goes for it: memory will be empty soon.
   */
  save(): Promise<void> {
    const { spool } = this.#input;
    if (spool === null) return Promise.resolve();
    return this.#saving = this.#saving.then(() => this.#save(spool));
  }

  /** Is done: whatever is under way is not followed up any more. */
  end(): void {
    this.#isOver = true;
  }

  get #spools(): boolean {
    const { spool } = this.#input;
    return spool !== null && !spool.empty;
  }

  async #emptySpool(): Promise<number> {
    const { spool, rows } = this.#input;
    let writes = 0;
    while (spool !== null && !spool.empty && !this.#isOver) {
      const most = this.#hasFailed ? Math.min(PROBE, rows) : rows;
      await this.#write(await spool.peek(most), undefined, () => {});
      writes++;
      this.#hasFailed = false;
      if (this.#isOver) break;
      await spool.advance();
      this.#tellSpool();
    }
    return writes;
  }

  async #write(
    entries: readonly Entry[],
    run: Run | undefined,
    done: (entry: Entry) => void,
  ): Promise<void> {
    this.#asked = performance.now();
    try {
      await writeEntries(this.#input, entries, run, done);
    } catch (error) {
      this.#hasFailed = true;
      throw error;
    } finally {
      this.#asked = null;
    }
  }

  async #save(spool: Spool): Promise<void> {
    const { outbox, rows } = this.#input;
    const mayShed = !this.isCatchingUp;
    const isRoomy = this.roomy;
    this.roomy = await this.#saveHand(spool);
    // Where there is no room, little is packed in vain.
    for (
      let left = outbox.length, most = isRoomy ? rows : PROBE;
      left > 0 && this.roomy;
      most = rows
    ) {
      const entries = outbox.take(Math.min(most, rows));
      left -= entries.length;
      this.roomy = await this.#put(spool, entries, mayShed);
      if (!this.roomy) outbox.restore(entries);
    }
    // Not even trades find room: they wait in memory, whose own bound sheds what it must. The feed
    // goes on.
    if (!this.roomy) outbox.forgive(({ credit, ticks }) => credit?.give(ticks.length));
    const shed = TICK_KINDS.reduce((sum, kind) => sum + outbox.shed[kind], 0);
    if (shed > this.#shedInMemory) this.shedAt = performance.now();
    this.#shedInMemory = shed;
    this.#tellSpool();
  }

  /** What is under way to the store goes first, lest what came after it be written before it. */
  async #saveHand(spool: Spool): Promise<boolean> {
    const held = [...this.#hand];
    if (held.length === 0) return true;
    this.#hand.clear();
    // It may yet arrive: nothing is to go for it.
    const roomy = await this.#put(spool, held, !this.#isWriting);
    if (!roomy && this.#isWriting) { for (const entry of held) this.#hand.add(entry); }
    else if (!roomy) this.#input.outbox.restore(held);
    this.#tellHand();
    return roomy;
  }

  /**
   * Spools entries.
   *
   * @param mayShed whether whatever has to go for them may go.
   * @returns false where there is no room at all.
   */
  async #put(spool: Spool, entries: readonly Entry[], mayShed = true): Promise<boolean> {
    try {
      await spool.append(entries, mayShed);
    } catch {
      return false;
    }
    for (const entry of entries) this.#release(entry);
    return true;
  }

  /** Is done with an entry: it is in the store, on the disk, or told to be lost. */
  #release({ ticks, credit, canaries = [] }: Entry): void {
    credit?.give(ticks.length);
    for (const shard of canaries) this.#input.vitals.sight("recorder", shard);
  }

  #tellHand(): void {
    this.#input.journal.inHand = countRows(this.#hand);
  }

  #tellSpool(): void {
    const { journal, meters, spool } = this.#input;
    if (spool === null) return;
    meters.spoolDamaged.inc(spool.damaged - this.#damaged);
    this.#damaged = spool.damaged;
    meters.spoolRows.set(spool.rows);
    meters.spoolBytes.set(spool.bytes);
    journal.spooled = { rows: spool.rows, bytes: spool.bytes, path: spool.path };
  }
}
