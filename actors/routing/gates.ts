/**
 * The gates' memory: each provider's lanes, by instrument, and what became of what they flagged. It is
 * made by the root, so that a restart of routing loses nothing that waits.
 *
 * @module
 */
import { Offences } from "./offences.ts";
import { Run, Sorter } from "./runs.ts";
import type { Directory, Listing } from "../instruments/directory.ts";
import type { Settings } from "../settings/schema.ts";
import type { Credit } from "../../domain/credit.ts";
import { Lane, type LaneOptions } from "../../domain/gate/lane.ts";
import type { Tick, TickKind } from "../../domain/tick.ts";
import type { Micros } from "../../domain/time.ts";

/** Lanes with ticks that wait, over all providers; more are not made to wait. */
const MOST_WAITING = 1_000;

/** What routing knows of one instrument's ticks by one provider; one look-up per tick finds it all. */
export class InstrumentGate extends Run {
  /** The directory's version for which its listing is known to stand. */
  version = 0;
  readonly #options: LaneOptions;
  #trade: Lane | null = null;
  #quote: Lane | null = null;
  #depth: Lane | null = null;

  /** @param slot the number of its shard in a batch. */
  constructor(readonly listing: Listing, readonly slot: number, options: LaneOptions) {
    super();
    this.#options = options;
  }

  /** The lane of a kind. */
  lane(kind: TickKind): Lane {
    // Each tick comes by here: a field is found faster than a key.
    if (kind === "trade") return this.#trade ??= new Lane(this.#options);
    if (kind === "quote") return this.#quote ??= new Lane(this.#options);
    return this.#depth ??= new Lane(this.#options);
  }

  /** All lanes that there are. */
  lanes(): Lane[] {
    return [this.#trade, this.#quote, this.#depth].filter((lane) => lane !== null);
  }
}

/** The lanes of one provider. */
export class ProviderGate {
  /** Whom the ticks that wait are owed to. */
  credit: Credit | undefined;
  /** Lanes with ticks that wait. */
  readonly waiting = new Set<Lane>();
  readonly offences = new Offences();
  readonly #settings: Pick<Settings, "gate" | "candles">;
  readonly #instruments = new Map<string, InstrumentGate>();
  readonly #shards: string[] = [];
  readonly #sorter = new Sorter();
  /** Of all ticks of symbols that nobody follows. */
  readonly #strangers = new Run();

  constructor(settings: Pick<Settings, "gate" | "candles">) {
    this.#settings = settings;
  }

  /** The shards whose instruments were heard; an instrument's `slot` is an index of them. */
  get shards(): readonly string[] {
    return this.#shards;
  }

  /** A symbol's gate, made anew where it is followed anew; `undefined` where nobody follows it. */
  find(symbol: string, directory: Directory): InstrumentGate | undefined {
    const known = this.#instruments.get(symbol);
    return known?.version === directory.version ? known : this.#findAnew(symbol, directory, known);
  }

  /** The ticks instrument by instrument, each one's in the order received. */
  sort(ticks: readonly Tick[], directory: Directory): Tick[] {
    return this.#sorter.sort(ticks, (symbol) => this.find(symbol, directory) ?? this.#strangers);
  }

  /** The lanes of a symbol that has been heard; all of them without one. */
  lanes(symbol?: string): Lane[] {
    return [...this.#instruments]
      .filter(([known]) => symbol === undefined || known === symbol)
      .flatMap(([, gate]) => gate.lanes());
  }

  /** Takes what lanes have let go of. */
  takeReady(lanes: Iterable<Lane>): Tick[] {
    const ticks: Tick[] = [];
    for (const lane of lanes) {
      ticks.push(...lane.takeReady());
      if (lane.deadline === Infinity) this.waiting.delete(lane);
    }
    return ticks;
  }

  /** Forgets instruments that nobody follows any more. */
  prune(directory: Directory): void {
    // What waits in their lanes is among the waiting, and goes its way.
    for (const [symbol, { listing }] of this.#instruments) {
      if (directory.find(symbol) === listing) continue;
      this.#instruments.delete(symbol);
      this.offences.forget(symbol);
    }
  }

  #findAnew(
    symbol: string,
    directory: Directory,
    known: InstrumentGate | undefined,
  ): InstrumentGate | undefined {
    const listing = directory.find(symbol);
    if (listing === undefined) return undefined;
    const gate = known?.listing === listing ? known : this.#make(listing);
    gate.version = directory.version;
    return gate;
  }

  #make(listing: Listing): InstrumentGate {
    const { gate, candles } = this.#settings;
    const { instrument: { step, symbol }, shard } = listing;
    const known = this.#shards.indexOf(shard);
    const slot = known >= 0 ? known : this.#shards.push(shard) - 1;
    const made = new InstrumentGate(listing, slot, { rules: gate, step, grace: candles.grace });
    this.#instruments.set(symbol, made);
    return made;
  }
}

/** All providers' gates. */
export class Gates {
  readonly #settings: Pick<Settings, "gate" | "candles">;
  readonly #providers = new Map<string, ProviderGate>();

  constructor(settings: Pick<Settings, "gate" | "candles">) {
    this.#settings = settings;
  }

  of(provider: string): ProviderGate {
    let gate = this.#providers.get(provider);
    if (gate === undefined) {
      this.#providers.set(provider, gate = new ProviderGate(this.#settings));
    }
    return gate;
  }

  /** Each provider's, by its id. */
  all(): [provider: string, gate: ProviderGate][] {
    return [...this.#providers];
  }

  /** Lets a lane wait, if not too many do. */
  hold(gate: ProviderGate, lane: Lane): void {
    let waiting = 0;
    for (const one of this.#providers.values()) waiting += one.waiting.size;
    if (waiting >= MOST_WAITING) lane.settle();
    else gate.waiting.add(lane);
  }

  /** Gives up waiting where it is due. */
  settleDue(now: Micros): void {
    for (const { waiting } of this.#providers.values()) {
      for (const lane of waiting) {
        if (lane.deadline <= now) lane.settle();
      }
    }
  }
}
