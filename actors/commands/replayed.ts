/**
 * What came of a replay, for whoever started it.
 *
 * @module
 */
import type { Shared } from "../shared.ts";
import { flagNames, FLAGS } from "../../domain/flags.ts";
import { formatTime, type Micros } from "../../domain/time.ts";
import type { Inspection } from "../../providers/provider.ts";

/** A replay that is over, or was stopped. */
export interface Replayed {
  readonly inspection: Inspection;
  readonly shared: Shared;
  /** The provider's id. */
  readonly provider: string;
  /** Where it was stopped; `null` where it came to the end. */
  readonly stopped: { readonly rows: number; readonly at: Micros } | null;
  /** Whether the store that it was played into is kept. */
  readonly isKept: boolean;
  /** How long it took, in milliseconds. */
  readonly elapsed: number;
}

/** Ticks that were heard. */
export function ticksOf({ shared }: Replayed): number {
  return shared.directory.all().reduce((sum, listing) => sum + listing.pulse.ticks, 0);
}

/** The summary, as lines. */
export async function summaryOf(replayed: Replayed): Promise<string> {
  const { inspection, isKept, shared, stopped, elapsed } = replayed;
  const { journal, store } = shared;
  const seconds = elapsed / 1_000;
  const ticks = ticksOf(replayed);
  const last = formatTime(inspection.last!);
  const rows: [string, string][] = [
    ["recorded", `${formatTime(inspection.first!)} to ${last}`],
    ["instruments", inspection.symbols.map(({ symbol }) => symbol).join(", ")],
    ["ticks", `${ticks} (${journal.kept.ticks} of them were not stored yet)`],
    ["flagged", await flagged(shared)],
    ["unusable rows", String(unusable(replayed))],
    ["candles", `${journal.kept.candles} stored or changed`],
    ["store", isKept ? store.label : "a scratch one, which is not kept"],
    ["took", `${seconds.toFixed(1)} s, ${Math.round(ticks / seconds)} ticks/s`],
  ];
  for (const { broken } of inspection.files) {
    if (broken !== null) rows.push(["broken off", `${broken.where}: ${broken.what}`]);
  }
  if (stopped !== null) {
    const where = `row ${stopped.rows} of ${inspection.rows}`;
    rows.push(["stopped", `at ${where}, ${formatTime(stopped.at)} of ${last}`]);
  }
  return rows.map(([name, value]) => `${`${name}:`.padEnd(16)}${value}\n`).join("");
}

/** Rows that were passed over. A file's break is told as a problem too, but is no row. */
function unusable({ inspection, shared, provider, stopped }: Replayed): number {
  const breaks = inspection.files.filter(({ broken }) => broken !== null).length;
  const { problems } = shared.telemetry.of(provider);
  return stopped === null ? Math.max(0, problems - breaks) : problems;
}

async function flagged(shared: Shared): Promise<string> {
  const { values } = await shared.meters.flagged.get();
  const counts = Object.values(FLAGS).flatMap(flagNames).map((name) => {
    const same = values.filter(({ labels }) => labels.flag === name);
    return { name, count: same.reduce((sum, { value }) => sum + value, 0) };
  });
  return counts.filter(({ count }) => count > 0).map(({ name, count }) => `${count} ${name}`)
    .join(", ") || "none";
}
