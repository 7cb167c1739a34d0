/**
 * A shard's strategies: which run on its instruments, what they are shown and when, and what becomes
 * of what they say. A candle is shown once what was measured beside it is closed as well.
 *
 * @module
 */
import type { AnyActorRef, AnyEventObject } from "xstate";
import type { Listing } from "./directory.ts";
import { signalEvent } from "./events.ts";
import type { HistoryCommand } from "./history.ts";
import type { Measured } from "./measurer.ts";
import type { ShardMemory } from "./memory.ts";
import type { RecalledMeasures } from "./recallmeasures.ts";
import type { RecalledRun, RunRequest } from "./recallrun.ts";
import { MOST_TIME, nothingSaid, type Said, type Shown, type StrategyCommand } from "./strategy.ts";
import { logger } from "../log.ts";
import { publish } from "../publish.ts";
import { type Fortune, fortuneKey, type Setup } from "../setups.ts";
import type { Shared } from "../shared.ts";
import type { Measure } from "../../db/store.ts";
import type { Candle } from "../../domain/candle.ts";
import { messageOf } from "../../domain/errors.ts";
import { decideRestart, RESTART_POLICY } from "../../domain/restart.ts";
import { Closings } from "../../domain/strategies/closings.ts";
import { type RunState, StrategyRun } from "../../domain/strategies/run.ts";
import { HOUR, type Micros, MINUTE } from "../../domain/time.ts";

/** A strategy on one instrument. */
export interface Running {
  readonly listing: Listing;
  readonly setup: Setup;
  /** `null` until what it goes on from was recalled. */
  run: StrategyRun | null;
  /** What it kept before it failed. */
  kept: RunState | null;
  /** The end of the last candle that is not its own to look at; absent until that is known. */
  from: Micros | undefined;
  /** Closed candles that it is yet to be shown. */
  readonly waiting: Shown[];
  /** When it failed of late, by a monotonic clock. */
  failures: readonly number[];
  retry: ReturnType<typeof setTimeout> | undefined;
  /** Whether it is shown nothing any more, until it is set up anew. */
  isGivenUp: boolean;
  /** The recall under way. */
  asked: RunRequest | null;
  /** Lets go of the feed that it needs. */
  readonly release: () => void;
}

/** Candles that may wait for one strategy: far more than a rebuilding takes. */
const MOST_WAITING = 4_096;
/** How long what was measured is at hand for a candle that comes later. */
const HELD: Micros = 3 * MINUTE;
/**
 * How long it is at hand for candles that wait, which may be as long as the store is away. A recording
 * plays through more in the time of a recall.
 */
const HELD_WAITING: Micros = HOUR;
const HELD_PLAYING: Micros = MOST_WAITING * MINUTE;

const log = logger("strategies");

/** The strategies of a shard's instruments. */
export class Strategies {
  readonly #shared: Shared;
  readonly #memory: ShardMemory;
  readonly #self: AnyActorRef;

  /** @param self the shard's actor. */
  constructor(shared: Shared, memory: ShardMemory, self: AnyActorRef) {
    this.#shared = shared;
    this.#memory = memory;
    this.#self = self;
  }

  /** Takes up the strategies that are set up for an instrument, and lets go of the others. */
  follow(listing: Listing): void {
    if (listing.canary) return;
    const { symbol } = listing.instrument;
    const { closings, running } = this.#memory;
    const known = running.get(symbol) ?? new Map<string, Running>();
    const wanted = new Map(
      this.#shared.setups.runningOn(symbol).map((setup) => [setup.strategy.id, setup]),
    );
    const kept = new Map([...known].map(([id, one]) => [id, one.kept]));
    for (const [id, one] of known) {
      const setup = wanted.get(id);
      const isSame = one.listing === listing && setup?.revision === one.setup.revision &&
        setup.since === one.setup.since;
      if (isSame) wanted.delete(id);
      else this.#stop(one, known);
    }
    for (const [id, setup] of wanted) {
      const release = this.#shared.demand.hold([symbol]);
      const one = begin(listing, setup, kept.get(id) ?? null, release);
      known.set(id, one);
      this.#tell(one, "warming", null);
      this.#recall(one);
    }
    if (known.size > 0) {
      running.set(symbol, known);
      if (!closings.has(symbol)) closings.set(symbol, this.#newClosings(symbol));
    } else this.forget(symbol);
  }

  /** Takes up what is set up by now for every instrument. */
  followAll(): void {
    for (const { listing } of this.#memory.feeds.values()) this.follow(listing);
  }

  /** Lets go of an instrument. */
  forget(symbol: string): void {
    const { closings, running } = this.#memory;
    const known = running.get(symbol);
    for (const one of known?.values() ?? []) this.#stop(one, known!);
    running.delete(symbol);
    closings.delete(symbol);
  }

  /**
   * Takes note of closed candles.
   *
   * @param areNew whether they have just closed, in their first version; else they were loaded or
   * made again.
   */
  note(candles: readonly Candle[], areNew: boolean): void {
    const { feeds, running } = this.#memory;
    if (running.size === 0) return;
    for (const candle of candles) {
      // What the end of its feed has cut short is no candle yet.
      if (candle.end > (feeds.get(candle.symbol)?.finishAt ?? Infinity)) continue;
      for (const one of running.get(candle.symbol)?.values() ?? []) {
        const { setup: { setup }, waiting } = one;
        if (setup.interval !== candle.interval || one.listing.basis !== candle.basis) continue;
        if (one.isGivenUp) continue;
        waiting.push({ candle, isNew: areNew && candle.revision === 0 });
        if (waiting.length > MOST_WAITING) waiting.shift();
      }
    }
  }

  /** Takes note of what was measured. */
  noteMeasures({ measures, sessions }: Pick<Measured<unknown>, "measures" | "sessions">): void {
    const { closings } = this.#memory;
    if (closings.size === 0) return;
    for (const one of sessions) closings.get(one.symbol)?.noteSession(one);
    for (const { kind, value } of measures) {
      if (kind === "flow") closings.get(value.symbol)?.noteFlow(value);
    }
  }

  /** Takes note of what was measured of an instrument before a restart. */
  noteRecalled(symbol: string, { flows, previous }: RecalledMeasures): void {
    const closings = this.#memory.closings.get(symbol);
    closings?.begin(previous);
    for (const flow of flows) closings?.noteFlow(flow);
  }

  /**
   * Shows the strategies what closed, where all of it is at hand.
   *
   * @param isReady whether nothing of what is measured of an instrument is being rebuilt.
   * @param only whose; absent: all.
   */
  settle(now: Micros, isReady: (listing: Listing) => boolean, only?: string): void {
    for (const [symbol, known] of this.#memory.running) {
      if (only !== undefined && only !== symbol) continue;
      const closings = this.#memory.closings.get(symbol)!;
      let isIdle = true;
      for (const one of known.values()) {
        if (one.waiting.length === 0) continue;
        if (one.run !== null && isReady(one.listing)) this.#show(symbol, one, closings);
        isIdle &&= one.waiting.length === 0;
      }
      const isLive = this.#memory.feeds.get(symbol)?.listing.state === "live";
      closings.prune(now - (isIdle && isLive ? HELD : this.#heldWaiting));
    }
  }

  /** Takes what was recalled of a run. */
  take(request: RunRequest, { candles, kept }: RecalledRun): void {
    const { symbol } = request.listing.instrument;
    const one = this.#memory.running.get(symbol)?.get(request.strategy);
    if (one?.asked !== request) return;
    one.asked = null;
    const { revision, setup, since, strategy } = one.setup;
    const { basis, instrument: { step } } = one.listing;
    const options = { strategy, setup, revision, symbol, basis, step };
    one.kept = kept;
    // From the first on that it is to look at, they wait in the order in which they closed.
    const first = one.waiting.find(({ isNew }) => isNew)?.candle.start ?? Infinity;
    one.waiting.unshift(...candles.filter(({ candle: { start } }) => start < first));
    try {
      // What closed before it was set up was another's to look at; what it failed at is its own.
      one.from ??= kept === null ? request.now : Math.max(kept.until, since);
      one.run = new StrategyRun(options, kept, one.from);
      this.#tell(one, "running", null);
    } catch (error) {
      this.#fault(one, error);
    }
  }

  /** Asks a history actor that has just come up what an earlier one has not answered. */
  askAgain(): void {
    for (const one of this.#all()) if (one.asked !== null) this.#recall(one, one.asked);
  }

  /** Takes up the memory of an earlier life, whose timers died with it. */
  resume(): void {
    for (const one of this.#all()) {
      if (one.retry === undefined) continue;
      clearTimeout(one.retry);
      this.#again(one);
    }
  }

  /** Ends the waits for another start. */
  end(): void {
    for (const one of this.#all()) clearTimeout(one.retry);
  }

  get #heldWaiting(): Micros {
    return this.#shared.clock.driven ? HELD_PLAYING : HELD_WAITING;
  }

  #newClosings(symbol: string): Closings {
    const closings = new Closings();
    const { clock } = this.#shared;
    this.#memory.measured.get(symbol)?.standing.handDown(closings, clock.now());
    return closings;
  }

  *#all(): Iterable<Running> {
    for (const known of this.#memory.running.values()) yield* known.values();
  }

  #stop(one: Running, known: Map<string, Running>): void {
    const { instrument: { symbol } } = one.listing;
    const { id } = one.setup.strategy;
    clearTimeout(one.retry);
    one.release();
    known.delete(id);
    this.#shared.setups.fortunes.delete(fortuneKey(id, symbol));
    this.#observe(one, "stopped", null);
  }

  #show(symbol: string, one: Running, closings: Closings): void {
    const { strategy: { id } } = one.setup;
    const said = nothingSaid();
    const command: StrategyCommand = {
      type: "strategy.show",
      symbol,
      id,
      closings,
      uptime: this.#shared.uptime,
      said,
    };
    (this.#self.system.get(`${this.#memory.id}-strategy`) as AnyActorRef | undefined)
      ?.send(command as AnyEventObject);
    this.#handOut(symbol, one, said);
    if (said.fault !== null) this.#fault(one, said.fault.error);
    else if (said.longest > MOST_TIME) this.#switchOff(one, said.longest);
    else this.#tell(one, "running", this.#fortuneOf(one)?.fault ?? null);
  }

  #handOut(symbol: string, one: Running, { kept, signals }: Said): void {
    const { hub, meters, outbox } = this.#shared;
    const measures: Measure[] = signals.map((value) => ({ kind: "signal", value }));
    if (kept !== null) {
      one.kept = kept;
      const strategy = one.setup.strategy.id;
      measures.push({ kind: "standing", value: { symbol, strategy, ...kept } });
    }
    for (const { strategy } of signals) meters.signals.inc({ strategy });
    if (signals.length > 0) publish(hub, this.#self, signals.map(signalEvent));
    if (measures.length > 0) outbox.add({ ticks: [], measures });
  }

  /** Starts one strategy on one instrument again alone, as supervision would an actor. */
  #fault(one: Running, error: unknown): void {
    const decision = decideRestart(RESTART_POLICY, one.failures, this.#shared.uptime());
    one.failures = decision.failures;
    one.run = null;
    this.#shared.meters.strategyFaults.inc({ strategy: one.setup.strategy.id });
    const status = decision.restart ? "restarting" : "given-up";
    this.#tell(one, status, messageOf(error));
    if (decision.restart && !this.#memory.draining) {
      one.retry = setTimeout(() => this.#again(one), decision.delay);
    } else giveUp(one);
  }

  /** Gives up a strategy that holds up everything else. */
  #switchOff(one: Running, took: number): void {
    const reason = `it took ${Math.round(took)} ms for one candle, of ${MOST_TIME} allowed; ` +
      "it is switched off until it is set up anew";
    giveUp(one);
    this.#shared.meters.strategyFaults.inc({ strategy: one.setup.strategy.id });
    this.#tell(one, "given-up", reason);
  }

  #again(one: Running): void {
    one.retry = undefined;
    const { listing, setup } = one;
    const known = this.#memory.running.get(listing.instrument.symbol)?.get(setup.strategy.id);
    if (known === one) this.#recall(one);
  }

  #recall(one: Running, asked?: RunRequest): void {
    let request: RunRequest;
    try {
      request = asked ?? this.#requestOf(one);
    } catch (error) {
      this.#fault(one, error);
      return;
    }
    one.asked = request;
    const command: HistoryCommand = { type: "history.run", request };
    (this.#self.system.get(`${this.#memory.id}-history`) as AnyActorRef | undefined)
      ?.send(command as AnyEventObject);
  }

  #requestOf({ kept, listing, setup }: Running): RunRequest {
    const { clock, settings } = this.#shared;
    const { revision, setup: said, since, strategy } = setup;
    return {
      listing,
      strategy: strategy.id,
      interval: said.interval,
      revision,
      reach: reachOf(setup),
      grace: settings.candles.grace,
      now: Math.max(clock.now(), listing.begins ?? -Infinity),
      since,
      kept,
    };
  }

  #fortuneOf({ listing, setup }: Running): Fortune | undefined {
    const key = fortuneKey(setup.strategy.id, listing.instrument.symbol);
    return this.#shared.setups.fortunes.get(key);
  }

  /** Tells how a strategy fares, to whoever asks and, where that is another way, to all. */
  #tell(one: Running, status: Fortune["status"], fault: string | null): void {
    const { listing, setup } = one;
    const { symbol } = listing.instrument;
    const { id } = setup.strategy;
    const before = this.#fortuneOf(one)?.status;
    const until = one.kept?.until ?? null;
    this.#shared.setups.fortunes.set(fortuneKey(id, symbol), { status, fault, until });
    if (status === before || status === "warming") return;
    this.#observe(one, status, fault);
    if (status !== "given-up") return;
    log.error("{strategy} on {symbol} is given up: {reason}", {
      strategy: id,
      symbol,
      reason: fault ?? "",
    });
  }

  #observe(
    { failures, listing, setup }: Running,
    status: "running" | "restarting" | "given-up" | "stopped",
    lastError: string | null,
  ): void {
    this.#shared.observe(this.#memory.id, {
      id: `strategy ${setup.strategy.id} on ${listing.instrument.symbol}`,
      status,
      restarts: failures.length,
      lastError,
    });
  }
}

function begin(
  listing: Listing,
  setup: Setup,
  kept: RunState | null,
  release: () => void,
): Running {
  return {
    listing,
    setup,
    run: null,
    kept,
    from: undefined,
    waiting: [],
    failures: [],
    retry: undefined,
    isGivenUp: false,
    asked: null,
    release,
  };
}

function giveUp(one: Running): void {
  one.isGivenUp = true;
  one.run = null;
  one.waiting.length = 0;
}

/** How many candles a setup's indicators need to have seen. */
function reachOf({ revision, setup, strategy }: Setup): number {
  const options = { strategy, setup, revision, symbol: "", basis: "trade", step: 1 } as const;
  return new StrategyRun(options, null, -Infinity).reach;
}
