/**
 * The recorder: batches everything that must be kept and hands it to the store, one transaction at
 * a time. While the store cannot be written it keeps trying, and what comes meanwhile is spooled, to
 * be written first and in order when the store is back.
 *
 * @module
 */
import type { Journal } from "./journal.ts";
import { logger } from "./log.ts";
import type { Meters } from "./meters.ts";
import type { Entry, Outbox } from "./outbox.ts";
import { PatientWriter } from "./patience.ts";
import { createService } from "./service.ts";
import type { Spool } from "./spool/spool.ts";
import type { Vitals } from "./vitals.ts";
import { writeEntries } from "./writer.ts";
import { type Store, StoreError } from "../db/store.ts";
import { MarketdError, messageOf } from "../domain/errors.ts";
import { type Micros, MILLISECOND } from "../domain/time.ts";

/** What the recorder works with. */
export interface RecorderInput {
  readonly store: Store;
  readonly outbox: Outbox;
  readonly journal: Journal;
  readonly vitals: Vitals;
  readonly meters: Meters;
  /** Where rows wait for the store; `null`: in memory alone. */
  readonly spool: Spool | null;
  /** Rows that make a flush at once. */
  readonly rows: number;
  /** The longest that a row waits. */
  readonly every: Micros;
}

/** What the recorder answers to. */
export type RecorderCommand = { type: "drain" };

/** The longest wait between two attempts to write, in milliseconds. */
const MAX_RETRY = 5_000;

/** How long nothing may have been shed before shedding counts as over, in milliseconds. */
const CALM = 10_000;

const log = logger("recorder");

/**
 * The recorder as an actor. Answers `drain` when the last flush was written, or failed. It is given
 * up where trying again is pointless, but not for what the store has no place for: that is dropped.
 */
export const recorder = createService<RecorderCommand, RecorderInput>(
  ({ input, receive, self, sendBack, guard }) => {
    const { outbox, journal, meters, spool, vitals } = input;
    const every = input.every / MILLISECOND;
    // Without a spool there is nothing better to do than to wait for the store.
    const store = spool === null ? input.store : new PatientWriter(input.store);
    const writer = { store, journal, meters };
    let timer: ReturnType<typeof setTimeout> | undefined;
    let busy = false;
    let draining = false;
    let stopped = false;
    let failures = 0;
    /** When the store may be tried again, by `performance.now()`. */
    let retryAt = 0;
    /** When something was shed last. */
    let shedAt = -Infinity;
    let shedInMemory = 0;
    /** What the last attempt failed with. */
    let trouble: unknown;
    let fault: unknown = new MarketdError("stopped", "Cannot keep anything: recording has ended.");

    const schedule = (delay: number) => {
      clearTimeout(timer);
      if (!stopped) timer = setTimeout(guard(flush), delay);
    };
    const isFull = () => outbox.rows >= input.rows;

    async function flush(): Promise<void> {
      busy = true;
      const last = draining;
      const waiting = journal.takeWaiting();
      try {
        await empty(last);
        failures = 0;
        tell("writing", null);
        for (const one of waiting) one.resolve();
      } catch (error) {
        trouble = error;
        if (performance.now() >= retryAt) {
          failures++;
          // A full disk is worth a look each time: room that comes must go to the store first.
          const full = error instanceof StoreError && error.code === "full";
          const wait = full ? 0 : Math.min(MAX_RETRY, 100 * 2 ** (failures - 1));
          retryAt = performance.now() + wait;
          meters.storeErrors.inc();
        }
        for (const one of waiting) one.reject(error);
        const terminal = error instanceof MarketdError && error.terminal;
        tell(terminal ? "waiting" : await save(), messageOf(error));
        if (terminal) {
          fault = error;
          throw error;
        }
      } finally {
        busy = false;
      }
      if (last) sendBack({ type: "child.drained", id: self.id });
      else if (draining) schedule(0);
      else if (failures > 0) schedule(spool === null ? retryAt - performance.now() : every);
      else schedule(isFull() || journal.awaited ? 0 : every);
    }

    /**
     * Writes all that waits at this moment, the spool first, and more while that makes full batches.
     *
     * @throws what keeps the store from being written.
     */
    async function empty(last: boolean): Promise<void> {
      if (failures > 0 && !last && performance.now() < retryAt) throw trouble;
      while (spool !== null && !spool.empty) {
        await writeEntries(writer, await spool.peek(input.rows), undefined, () => {});
        await spool.advance();
        meters.spoolRows.set(spool.rows);
        if (isFull()) await save();
      }
      let left = outbox.length;
      const run = journal.run(last);
      do {
        const entries = outbox.take(input.rows);
        // Some of those that were there may have been shed since.
        left = Math.min(left - entries.length, outbox.length);
        const open = new Set(entries);
        try {
          await writeEntries(writer, entries, left <= 0 ? run : undefined, (entry) => {
            open.delete(entry);
            release(entry);
          });
        } catch (error) {
          outbox.restore([...open]);
          throw error;
        }
      } while (left > 0 || isFull());
    }

    /** Puts what waits in memory onto the disk; says how recording stands with that. */
    async function save(): Promise<"spooling" | "waiting" | "shedding"> {
      if (spool === null) return "waiting";
      let roomy = true;
      // No more at once than a flush: where there is no room, little is packed in vain.
      for (let left = outbox.length; left > 0 && roomy;) {
        const entries = outbox.take(input.rows);
        left -= entries.length;
        roomy = await spooled(spool, entries);
        for (const entry of entries) release(entry);
        if (roomy) continue;
        // Not even trades find room: they wait in memory, whose own bound sheds what it must. The
        // feed goes on.
        outbox.restore(entries.map(({ credit: _, canaries: __, ...kept }) => kept));
      }
      meters.spoolRows.set(spool.rows);
      journal.spooled = { rows: spool.rows, bytes: spool.bytes };
      const { trade, quote, depth } = outbox.shed;
      if (trade + quote + depth > shedInMemory) {
        shedInMemory = trade + quote + depth;
        shedAt = performance.now();
      }
      if (performance.now() - shedAt < CALM) return "shedding";
      return roomy ? "spooling" : "waiting";
    }

    /** Spools entries, whatever has to go for them; false where there is no room at all. */
    async function spooled(spool: Spool, entries: readonly Entry[]): Promise<boolean> {
      try {
        const dropped = await spool.append(entries);
        for (const kind of ["trade", "quote", "depth"] as const) {
          if (dropped[kind] === 0) continue;
          shedAt = performance.now();
          meters.shed.inc({ where: "spool", kind }, dropped[kind]);
        }
        return true;
      } catch {
        return false;
      }
    }

    /** Is done with an entry: it is in the store, on the disk, or told to be lost. */
    function release(entry: Entry): void {
      entry.credit?.give(entry.ticks.length);
      for (const shard of entry.canaries ?? []) vitals.sight("recorder", shard);
    }

    function tell(state: Journal["state"], trouble: string | null): void {
      if (state !== journal.state) {
        const fields = { state, reason: trouble ?? "", rows: journal.spooled.rows };
        if (state === "writing") log.info("the store is written again", fields);
        else if (state === "shedding") log.error("rows are shed: {reason}", fields);
        else log.warn("the store cannot be written, rows are {state}: {reason}", fields);
      }
      journal.state = state;
      journal.trouble = trouble;
      meters.storeUp.set(trouble === null ? 1 : 0);
    }

    outbox.onAdd(() => {
      if (isFull() && !busy && (failures === 0 || spool !== null)) schedule(0);
    });
    journal.onAsk(() => {
      if (!busy) schedule(0);
    });
    receive((event) => {
      if (event.type !== "drain") return;
      draining = true;
      if (!busy) schedule(0);
    });
    schedule(isFull() || journal.awaited ? 0 : every);
    return () => {
      stopped = true;
      clearTimeout(timer);
      outbox.onAdd(undefined);
      journal.close(fault);
      if (busy) {
        journal.trouble ??= "The last write was still under way when recording was stopped.";
      }
    };
  },
);
