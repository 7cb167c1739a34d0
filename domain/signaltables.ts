/**
 * How signals look outside: records of JSON and rows of CSV. Times are RFC 3339 in UTC.
 *
 * @module
 */
import { csvRow } from "./csv.ts";
import type { Signal } from "./signal.ts";
import { formatTime } from "./time.ts";

/** A signal as JSON. */
export type SignalRecord = Omit<Signal, "time"> & { readonly time: string };

/** A signal as a record of JSON. */
export function signalRecord(signal: Signal): SignalRecord {
  const { id, strategy, symbol, interval, basis, time, side, strength } = signal;
  const { entry, stop, target, reasons, inputs, revision } = signal;
  return {
    id,
    strategy,
    symbol,
    interval,
    basis,
    time: formatTime(time),
    side,
    strength,
    entry,
    stop,
    target,
    reasons,
    inputs,
    revision,
  };
}

/** The first line of signals as CSV. */
export const SIGNAL_HEADER =
  "time,symbol,strategy,interval,basis,side,strength,entry,stop,target,reasons,inputs,revision,id";

/** A signal as a row of CSV; the reasons are one text, the inputs JSON. */
export function signalRow(signal: Signal): string {
  return csvRow([
    formatTime(signal.time),
    signal.symbol,
    signal.strategy,
    signal.interval,
    signal.basis,
    signal.side,
    signal.strength,
    signal.entry,
    signal.stop,
    signal.target,
    signal.reasons.join(" "),
    JSON.stringify(signal.inputs),
    signal.revision,
    signal.id,
  ]);
}
