/**
 * A shard's measures: has the profile and flow actors count what the gate let through, starts one of
 * an instrument's again where it failed, and hands out what they made once a second, with the state of
 * the market that follows from both.
 *
 * @module
 */
import type { AnyActorRef, AnyEventObject } from "xstate";
import { measureEvents } from "./events.ts";
import type { Listing } from "./directory.ts";
import type { HistoryCommand } from "./history.ts";
import {
  type Carrier,
  hold,
  type MeasureCommand,
  type Measured as Made,
  nothingMeasured,
  type Slot,
} from "./measurer.ts";
import { flowOf, profileOf } from "./measureseries.ts";
import { mustWait, type ShardMemory } from "./memory.ts";
import type { RecallRequest } from "./recall.ts";
import type { RecalledMeasures } from "./recallmeasures.ts";
import { Standing } from "./standing.ts";
import type { Strategies } from "./strategies.ts";
import type { FormingType } from "../hub.ts";
import { logger } from "../log.ts";
import { publish } from "../publish.ts";
import type { Shared } from "../shared.ts";
import type { Measure } from "../../db/store.ts";
import { sessionAt } from "../../domain/calendar.ts";
import type { Silence } from "../../domain/candles.ts";
import { messageOf } from "../../domain/errors.ts";
import type { OrderFlow } from "../../domain/flow/bar.ts";
import type { FlowSeries } from "../../domain/flow/series.ts";
import { BASE_INTERVAL } from "../../domain/interval.ts";
import type { ProfileSeries, SessionBrief, SessionProfile } from "../../domain/profile/series.ts";
import { decideRestart, RESTART_POLICY } from "../../domain/restart.ts";
import type { StateAt } from "../../domain/state.ts";
import type { Tick } from "../../domain/tick.ts";
import type { Micros } from "../../domain/time.ts";

/** What is measured of an instrument: the two series' fortunes. */
export interface Measured {
  readonly listing: Listing;
  readonly standing: Standing;
  readonly failures: Record<Kind, readonly number[]>;
  readonly retries: Partial<Record<Kind, ReturnType<typeof setTimeout>>>;
  /** Whether both are to be made of what is recalled with the candles. */
  begins: boolean;
  /** The recall under way for what waits, and from when on ticks are then counted anew. */
  asked: { readonly request: RecallRequest; readonly from: Micros | undefined } | null;
}

type Kind = "profile" | "flow";
const KINDS: readonly Kind[] = ["profile", "flow"];

const log = logger("instruments");

/** The measures of a shard's instruments. */
export class Measures {
  readonly #shared: Shared;
  readonly #memory: ShardMemory;
  readonly #self: AnyActorRef;
  readonly #strategies: Pick<Strategies, "noteMeasures" | "noteRecalled">;
  readonly #isOn: boolean;
  /** The actors'. */
  readonly #addresses: Readonly<Record<Kind, string>>;

  /**
   * @param self the shard's actor.
   * @param strategies told of what was measured.
   */
  constructor(
    shared: Shared,
    memory: ShardMemory,
    self: AnyActorRef,
    strategies: Pick<Strategies, "noteMeasures" | "noteRecalled">,
  ) {
    this.#shared = shared;
    this.#memory = memory;
    this.#self = self;
    this.#strategies = strategies;
    this.#isOn = shared.settings.profile.enabled;
    this.#addresses = { profile: `${memory.id}-profile`, flow: `${memory.id}-flow` };
  }

  /** Whether an instrument's are to be recalled with its candles. */
  begins(listing: Listing): boolean {
    return this.#of(listing)?.begins ?? false;
  }

  /** Whether nothing of an instrument's is being rebuilt. */
  isReady(listing: Listing): boolean {
    const one = this.#of(listing);
    if (one === undefined) return true;
    const { flows, profiles } = this.#memory;
    const { symbol } = listing.instrument;
    const waits = [profiles.get(symbol), flows.get(symbol)]
      .some((slot) => slot !== undefined && slot.waiting !== null);
    return !one.begins && !waits;
  }

  /** Takes up an instrument. */
  follow(listing: Listing): void {
    const { symbol } = listing.instrument;
    if (!this.#isOn || listing.canary || this.#of(listing) !== undefined) return;
    this.forget(symbol);
    this.#memory.measured.set(symbol, {
      listing,
      standing: new Standing(),
      failures: { profile: [], flow: [] },
      retries: {},
      begins: true,
      asked: null,
    });
  }

  /** Lets go of an instrument. */
  forget(symbol: string): void {
    const { flows, measured, profiles } = this.#memory;
    for (const kind of KINDS) clearTimeout(measured.get(symbol)?.retries[kind]);
    measured.delete(symbol);
    profiles.delete(symbol);
    flows.delete(symbol);
  }

  /**
   * Makes an instrument's series of what was recalled with its candles.
   *
   * @param lacking leaves out the ticks that will be handed in all the same.
   */
  begin(
    request: RecallRequest,
    recalled: RecalledMeasures | null,
    lacking: (ticks: readonly Tick[]) => Tick[],
  ): void {
    const one = this.#of(request.listing);
    if (one === undefined || !one.begins) return;
    one.begins = false;
    if (recalled !== null) return this.#restore(one, KINDS, request, recalled, lacking);
    // Until the store can be read the ticks wait: what they would begin anew would replace the rest.
    for (const kind of KINDS) hold(this.#slotOf(request.listing, kind));
    this.#recall(one, undefined, request);
  }

  /** Counts ticks, each for its own instrument. */
  count(ticks: readonly Tick[], carriers: readonly Carrier[]): void {
    if (!this.#isOn || this.#memory.measured.size === 0) return;
    const counted = { type: "measure.ticks", ticks, carriers } as const;
    for (const kind of KINDS) this.#fault(kind, this.#ask(kind, (made) => ({ ...counted, made })));
  }

  /**
   * Closes what is due and, where a second is new, looks at the markets and tells what is heard.
   *
   * @param only whose bars to close; absent: all.
   */
  beat(now: Micros, isNew: boolean, only?: string): void {
    if (!this.#isOn) return;
    const { hub } = this.#shared;
    const beat = (kind: Kind) => ({
      type: "measure.beat" as const,
      now,
      holds: (symbol: string) => (only !== undefined && only !== symbol) || this.#isHeld(symbol),
      brief: isNew,
      wish: (symbol: string) => isNew && hub.hears(kind, symbol),
    });
    const profile = this.#ask<SessionProfile>(
      "profile",
      (made) => ({ ...beat("profile"), made }),
    );
    const flow = this.#ask<OrderFlow>("flow", (made) => ({ ...beat("flow"), made }));
    this.#handOut(now, profile, flow, (symbol) => hub.hears("state", symbol));
  }

  /** Tells what forms of an instrument, as far as it was not told. */
  tell(symbol: string, types: ReadonlySet<FormingType>): void {
    const one = this.#memory.measured.get(symbol);
    if (one === undefined) return;
    const tell = { type: "measure.tell", symbol } as const;
    const profile = types.has("profile")
      ? this.#ask<SessionProfile>("profile", (made) => ({ ...tell, made }))
      : nothingMeasured<SessionProfile>();
    const flow = types.has("flow")
      ? this.#ask<OrderFlow>("flow", (made) => ({ ...tell, made }))
      : nothingMeasured<OrderFlow>();
    const news = types.has("state") ? one.standing.takeNews() : null;
    this.#tellMade(profile, flow, news === null ? [] : [news]);
    this.#takeClosed(profile);
    this.#takeClosed(flow);
  }

  #isHeld(symbol: string): boolean {
    const feed = this.#memory.feeds.get(symbol);
    return feed !== undefined && mustWait(this.#memory, feed);
  }

  /** Takes note of a time in which an instrument was not heard. */
  gap(symbol: string, gap: Silence): void {
    if (!this.#memory.measured.has(symbol)) return;
    const made = this.#ask("profile", (made) => ({ type: "measure.gap", symbol, gap, made }));
    this.#fault("profile", made);
    this.#takeClosed(made);
  }

  /** Closes what an instrument's feed leaves open at its end. */
  finish(symbol: string, at: Micros): void {
    if (!this.#memory.measured.has(symbol)) return;
    const finish = { type: "measure.finish", symbol, at } as const;
    const profile = this.#ask<SessionProfile>("profile", (made) => ({ ...finish, made }));
    const flow = this.#ask<OrderFlow>("flow", (made) => ({ ...finish, made }));
    const { profiles, flows } = this.#memory;
    const series = profiles.get(symbol)?.series;
    const session = series?.takeForming() ?? null;
    if (session !== null) profile.forming.push(session);
    const brief = series?.takeBrief() ?? null;
    if (brief !== null) profile.briefs.push(brief);
    flow.forming.push(...flows.get(symbol)?.series?.takeForming() ?? []);
    this.#handOut(at, profile, flow, () => true);
  }

  /** Counts anew what was counted from a minute on, since a trade in it was taken back or replaced. */
  recount(listing: Listing, minute: Micros): void {
    const one = this.#of(listing);
    if (one === undefined || one.begins) return;
    for (const kind of KINDS) {
      const slot = this.#slotOf(listing, kind);
      // One that was given up stays so.
      if (slot.series !== undefined) hold(slot);
    }
    this.#recall(one, Math.min(minute, one.asked?.from ?? Infinity));
  }

  /** Takes what was recalled for what waits. */
  take(request: RecallRequest, recalled: RecalledMeasures): void {
    const one = this.#of(request.listing);
    // Of several the last is the one that knows all.
    if (one?.asked?.request !== request) return;
    one.asked = null;
    const kinds = KINDS.filter((kind) => this.#slotOf(request.listing, kind).waiting !== null);
    this.#restore(one, kinds, request, recalled, (ticks) => [...ticks]);
    const { finishAt, listing } = this.#memory.feeds.get(one.listing.instrument.symbol) ?? {};
    if (finishAt !== undefined && listing?.state === "finished") {
      this.finish(listing.instrument.symbol, finishAt);
    }
  }

  /** Asks a history actor that has just come up what an earlier one has not answered. */
  askAgain(): void {
    for (const one of this.#memory.measured.values()) {
      if (one.asked !== null) this.#recall(one, one.asked.from, one.asked.request);
    }
  }

  /** Takes up the memory of an earlier life, whose timers died with it. */
  resume(): void {
    for (const one of this.#memory.measured.values()) {
      for (const kind of KINDS) {
        if (one.retries[kind] === undefined) continue;
        clearTimeout(one.retries[kind]);
        this.#again(one, kind);
      }
    }
  }

  /** Ends the waits for another start. */
  end(): void {
    for (const { retries } of this.#memory.measured.values()) {
      for (const kind of KINDS) clearTimeout(retries[kind]);
    }
  }

  #of(listing: Listing): Measured | undefined {
    const one = this.#memory.measured.get(listing.instrument.symbol);
    return one?.listing === listing ? one : undefined;
  }

  #restore(
    one: Measured,
    kinds: readonly Kind[],
    request: RecallRequest,
    recalled: RecalledMeasures,
    lacking: (ticks: readonly Tick[]) => Tick[],
  ): void {
    const { symbol } = request.listing.instrument;
    one.standing.recall(recalled);
    this.#strategies.noteRecalled(symbol, recalled);
    for (const kind of kinds) {
      const slot = this.#slotOf(request.listing, kind);
      const make = kind === "profile"
        ? () => profileOf(this.#shared, request, recalled, slot.shedUntil)
        : () => flowOf(this.#shared, request, recalled);
      const found = kind === "profile" ? recalled.profileTicks : recalled.flowTicks;
      const missing = lacking(found);
      const ticks = slot.waiting?.lacking(missing) ?? missing;
      const made = this.#ask(
        kind,
        (made) => ({ type: "measure.restore", symbol, make, ticks, made }),
      );
      this.#fault(kind, made);
      this.#keep(made.measures);
      this.#strategies.noteMeasures(made);
      if (made.faults.length > 0 || one.failures[kind].length === 0) continue;
      this.#observe(one, kind, "running", null);
    }
  }

  /** An instrument's slot, made where there is none. */
  #slotOf({ instrument: { symbol } }: Listing, kind: Kind): Slot {
    const { feeds, flows, profiles } = this.#memory;
    const slots = (kind === "profile" ? profiles : flows) as Map<string, Slot>;
    let slot = slots.get(symbol);
    if (slot === undefined) slots.set(symbol, slot = newSlot());
    const feed: Carrier | undefined = feeds.get(symbol);
    if (feed !== undefined) Object.assign(feed, { [kind]: slot });
    return slot;
  }

  /** @param isHeard whether an instrument's state is to be told where it is another. */
  #handOut(
    now: Micros,
    profile: Made<SessionProfile>,
    flow: Made<OrderFlow>,
    isHeard: (symbol: string) => boolean,
  ): void {
    this.#strategies.noteMeasures(profile);
    this.#strategies.noteMeasures(flow);
    const measures: Measure[] = [...profile.measures, ...flow.measures];
    this.#noteClosed(measures);
    const states: StateAt[] = [];
    for (const brief of profile.briefs) {
      const standing = this.#memory.measured.get(brief.symbol)?.standing;
      if (standing === undefined) continue;
      const state = this.#look(standing, brief, now);
      if (state !== null && standing.isDue(state)) measures.push({ kind: "state", value: state });
      const news = isHeard(brief.symbol) ? standing.takeNews() : null;
      if (news !== null) states.push(news);
    }
    this.#tellMade(profile, flow, states);
    this.#keep(measures);
  }

  #tellMade(
    profile: Made<SessionProfile>,
    flow: Made<OrderFlow>,
    states: readonly StateAt[],
  ): void {
    this.#fault("profile", profile);
    this.#fault("flow", flow);
    const shown = profile.forming.filter(({ bins }) => bins.values.length > 0);
    const closed = flow.measures.flatMap((one) => one.kind === "flow" ? [one.value] : []);
    const events = measureEvents(shown, [...closed, ...flow.forming], states);
    publish(this.#shared.hub, this.#self, events);
  }

  /** Takes what was closed on the way to something else. */
  #takeClosed(made: Pick<Made<unknown>, "measures" | "sessions">): void {
    this.#noteClosed(made.measures);
    this.#strategies.noteMeasures(made);
    this.#keep(made.measures);
  }

  #noteClosed(measures: readonly Measure[]): void {
    for (const { kind, value } of measures) {
      const standing = this.#memory.measured.get(value.symbol)?.standing;
      if (kind === "metrics") standing?.noteSession(value);
      else if (kind === "flow" && value.interval === BASE_INTERVAL.name) standing?.noteFlow(value);
    }
  }

  /** Looks at what the market does; its state where it is another. */
  #look(standing: Standing, brief: SessionBrief, now: Micros): StateAt | null {
    const { series } = this.#memory.flows.get(brief.symbol) ?? {};
    for (const minute of series?.open ?? []) standing.noteFlow(minute);
    return standing.next(brief, now);
  }

  #keep(measures: readonly Measure[]): void {
    if (measures.length > 0) this.#shared.outbox.add({ ticks: [], measures });
  }

  #ask<Forming = never>(
    kind: Kind,
    command: (made: Made<Forming>) =>
      | MeasureCommand<never, Forming>
      | MeasureCommand<
        ProfileSeries | FlowSeries,
        Forming
      >,
  ): Made<Forming> {
    const made = nothingMeasured<Forming>();
    (this.#self.system.get(this.#addresses[kind]) as AnyActorRef | undefined)
      ?.send(command(made) as AnyEventObject);
    return made;
  }

  /** Starts the series of one instrument again alone, as supervision would an actor. */
  #fault(kind: Kind, { faults }: Pick<Made<unknown>, "faults">): void {
    for (const { symbol, error } of faults) {
      const one = this.#memory.measured.get(symbol);
      if (one === undefined) continue;
      const decision = decideRestart(RESTART_POLICY, one.failures[kind], this.#shared.uptime());
      one.failures[kind] = decision.failures;
      this.#shared.meters.faults.inc();
      this.#observe(one, kind, decision.restart ? "restarting" : "given-up", messageOf(error));
      if (decision.restart && !this.#memory.draining) {
        one.retries[kind] = setTimeout(() => this.#again(one, kind), decision.delay);
        continue;
      }
      const slot = (kind === "profile" ? this.#memory.profiles : this.#memory.flows).get(symbol);
      if (slot !== undefined) slot.waiting = null;
    }
  }

  #again(one: Measured, kind: Kind): void {
    delete one.retries[kind];
    if (this.#of(one.listing) !== one) return;
    this.#recall(one, one.asked?.from);
  }

  #recall(one: Measured, from: Micros | undefined, request = this.#requestOf(one)): void {
    one.asked = { request, from };
    const command: HistoryCommand = { type: "history.measure", request, from };
    const history = this.#self.system.get(`${this.#memory.id}-history`) as AnyActorRef | undefined;
    history?.send(command as AnyEventObject);
  }

  #requestOf({ listing }: Measured): RecallRequest {
    const { clock, hub, intervals, settings } = this.#shared;
    return {
      listing,
      intervals,
      grace: settings.candles.grace,
      now: Math.max(clock.now(), listing.begins ?? -Infinity),
      unheard: false,
      since: listing.since,
      epoch: hub.epoch,
      sessionAt: (time) => sessionAt(listing.instrument.market, time),
    };
  }

  #observe(
    one: Measured,
    kind: Kind,
    status: "restarting" | "given-up" | "running",
    error: string | null,
  ) {
    const { symbol } = one.listing.instrument;
    if (status === "given-up") {
      log.error("the {kind} of {symbol} is given up; its candles go on", { kind, symbol });
    }
    this.#shared.observe(this.#memory.id, {
      id: `${kind} of ${symbol}`,
      status,
      restarts: one.failures[kind].length,
      lastError: error,
    });
  }
}

function newSlot(): Slot {
  return { series: undefined, waiting: null, shedUntil: -Infinity };
}
