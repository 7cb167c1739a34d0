/**
 * How loaded the daemon is, and what is shed for it. Made by the root: whoever has something that may
 * pile up says here how to measure it, and the sinks of the feeds ask what they are to shed.
 *
 * @module
 */
import type { Meters } from "../meters.ts";
import type { Settings } from "../settings/schema.ts";
import { beginOverload, type Load, type OverloadState } from "../../domain/overload.ts";
import type { Depth, Quote, TickKind } from "../../domain/tick.ts";
import { type Micros, SECOND } from "../../domain/time.ts";

/** What is measured, and its unit. */
export const LOADS = {
  lag: "s",
  memory: "bytes",
  outbox: "rows",
  buffers: "ticks",
  hub: "events",
  clients: "bytes",
} as const;
/** What is measured. */
export type LoadName = keyof typeof LOADS;

/** What each load is, for a person. */
const WORDS: Readonly<Record<LoadName, string>> = {
  lag: "seconds that timers are late by",
  memory: "bytes of the heap in use",
  outbox: "rows that wait for the store",
  buffers: "ticks that wait for candles",
  hub: "events that wait to be given out",
  clients: "bytes that wait for slow clients",
};

/** What was shed of one provider's feed, until it is told. */
export interface Shed {
  readonly counts: Record<SheddableKind, number>;
  readonly symbols: Set<string>;
  /** In which venue times quotes of each instrument were shed; the end is exclusive. */
  readonly quotes: Map<string, { from: Micros; to: Micros }>;
}

const SHEDDABLE = ["quote", "depth"] as const satisfies TickKind[];
type SheddableKind = typeof SHEDDABLE[number];

/** How loaded the daemon is. */
export class Overload {
  state: OverloadState;
  readonly #limits: Settings["limits"];
  readonly #meters: Pick<Meters, "shed" | "ticks">;
  readonly #readers = new Map<LoadName, () => number>();
  readonly #shed = new Map<string, Shed>();

  /** @param uptime milliseconds, monotonic. */
  constructor(limits: Settings["limits"], meters: Meters, uptime: () => number) {
    this.#limits = limits;
    this.#meters = meters;
    this.state = beginOverload(uptime());
  }

  /** Has something measured from now on; a later word on the same stands for it. */
  measure(name: LoadName, read: () => number): void {
    this.#readers.set(name, read);
  }

  /** Measures it all. */
  loads(): (Load & { readonly name: LoadName })[] {
    return [...this.#readers].map(([name, read]) => ({
      name,
      value: read(),
      limit: name === "lag" ? this.#limits.lag / SECOND : this.#limits[name],
    }));
  }

  /** Notes that quotes and books of a feed were received, and shed. */
  note(provider: string, ticks: readonly (Quote | Depth)[]): void {
    let shed = this.#shed.get(provider);
    if (shed === undefined) {
      shed = { counts: { quote: 0, depth: 0 }, symbols: new Set(), quotes: new Map() };
      this.#shed.set(provider, shed);
    }
    const counts = { quote: 0, depth: 0 };
    for (const { kind, symbol, time } of ticks) {
      counts[kind]++;
      shed.symbols.add(symbol);
      if (kind === "depth") continue;
      const span = shed.quotes.get(symbol);
      if (span === undefined) shed.quotes.set(symbol, { from: time, to: time + 1 });
      else if (time < span.from) span.from = time;
      else if (time >= span.to) span.to = time + 1;
    }
    for (const kind of SHEDDABLE) {
      if (counts[kind] === 0) continue;
      shed.counts[kind] += counts[kind];
      this.#meters.ticks.inc({ provider, kind }, counts[kind]);
      this.#meters.shed.inc({ where: "overload", kind }, counts[kind]);
    }
  }

  /** Takes what was shed and not told yet, by provider. */
  takeShed(): [provider: string, shed: Shed][] {
    const shed = [...this.#shed];
    this.#shed.clear();
    return shed;
  }
}

/** A load in words. */
export function wordsOf({ limit, name, value }: Load): string {
  const shown = (figure: number) => figure >= 100 ? String(Math.round(figure)) : figure.toFixed(2);
  return `${shown(value)} ${WORDS[name as LoadName]}, where limits.${name} is ${shown(limit)}.`;
}
