/**
 * A shard's desk: what it does with each event. Ticks go through the candle actor, out of a buffer
 * where that is not ready for them; what was made goes to the hub and, with the ticks themselves, to
 * the outbox: once. An instrument whose candles fail is taken aside and started again alone.
 *
 * @module
 */
import type { AnyActorRef, AnyEventObject } from "xstate";
import { type CandlesCommand, type Made, nothingMade } from "./candles.ts";
import { snapBooks } from "./books.ts";
import { toEvents } from "./events.ts";
import { entryOf } from "./remake.ts";
import { Remaking } from "./remaking.ts";
import type { Listing } from "./directory.ts";
import { type Feed, mustWait, newFeed, outageOf, type ShardMemory } from "./memory.ts";
import { Measures } from "./measures.ts";
import { giveOut, type Output } from "./output.ts";
import { silenceOf } from "./recall.ts";
import { dueSilences, silences, silenceSoFar } from "./silences.ts";
import type { HistoryCommand } from "./history.ts";
import { hold, isHistory, keepHeld, noteReceived, partAtHistory, takeShed } from "./holding.ts";
import { Strategies } from "./strategies.ts";
import { tell, tellShard } from "../addresses.ts";
import type { FormingType, Teller } from "../hub.ts";
import { logger } from "../log.ts";
import type { HistoryAnswer, ShardCommand } from "../messages.ts";
import { publish } from "../publish.ts";
import type { Shared } from "../shared.ts";
import { isTimed } from "../telemetry/telemetry.ts";
import { isCanary } from "../vitals.ts";
import { openWithin, sessionAt } from "../../domain/calendar.ts";
import type { CandleSeries, Late } from "../../domain/candles.ts";
import type { Credit } from "../../domain/credit.ts";
import { messageOf } from "../../domain/errors.ts";
import { REFUSED } from "../../domain/flags.ts";
import type { Gap } from "../../domain/gap.ts";
import { decideRestart, RESTART_POLICY } from "../../domain/restart.ts";
import type { Tick } from "../../domain/tick.ts";
import { type Micros, SECOND } from "../../domain/time.ts";

/** What a desk works with. */
export interface DeskInput {
  readonly shared: Shared;
  readonly memory: ShardMemory;
}

/** How long a drain waits for candles that are being rebuilt, in milliseconds. */
const PATIENCE = 2_000;

const log = logger("instruments");

/** What a shard does with one event. */
export class Desk {
  readonly #shared: Shared;
  readonly #memory: ShardMemory;
  readonly #self: AnyActorRef;
  readonly #measures: Measures;
  /** Whether an instrument's forming candles are. */
  readonly #isHeard: (symbol: string) => boolean;
  readonly #teller: Teller;
  /** The candle actor's address. */
  readonly #candles: string;
  readonly #remaking: Remaking;
  readonly #strategies: Strategies;

  /** @param self the shard's actor. */
  constructor({ shared, memory }: DeskInput, self: AnyActorRef) {
    this.#shared = shared;
    this.#memory = memory;
    this.#self = self;
    this.#strategies = new Strategies(shared, memory, self);
    this.#measures = new Measures(shared, memory, self, this.#strategies);
    this.#candles = `${memory.id}-candles`;
    this.#isHeard = (symbol) => shared.hub.hears("candle", symbol);
    this.#teller = (symbol, types) =>
      tellShard(self, memory.id, { type: "shard.tell", symbol, types });
    this.#remaking = new Remaking({ shared, memory }, self, {
      handOut: (made, more) => this.#handOut(made, more, false),
      settle: (symbol, now) => this.#settle(symbol, now),
      recall: (feed) => this.#recall(feed),
      recount: (listing, minute) => this.#measures.recount(listing, minute),
    });
  }

  handle(event: ShardCommand): void {
    if (event.type === "shard.ticks") this.#take(event.ticks, event.credit);
    else if (event.type === "shard.beat") this.#beat(event.now);
    else if (event.type === "shard.tell") this.#tell(event.symbol, event.types);
    else if (event.type === "shard.follow") this.#follow(event.listing, event.unheard);
    else if (event.type === "shard.leave") this.#leave(event.symbol);
    else if (event.type === "shard.outage") this.#outage(event.provider, event.from);
    else if (event.type === "shard.gap") this.#gaps(event.provider, event.gap);
    else if (event.type === "shard.told") this.#gap(event.symbol, event.gap);
    else if (event.type === "shard.silent") this.#silence(event.symbol, event.from);
    else if (event.type === "shard.finish") this.#finish(event.provider, event.at);
    else if (event.type === "history.up") this.#askAgain();
    else if (event.type === "history.recalled") this.#recalled(event);
    else if (event.type === "history.measured") this.#measured(event);
    else if (event.type === "history.ran") this.#ran(event);
    else if (event.type === "shard.setups") this.#strategies.followAll();
    else if (event.type === "history.missed") this.#missed(event.listing, event.gap);
    else if (event.type === "history.loaded") this.#loaded(event);
    else this.#remaking.handle(event);
  }

  /** Takes up the memory of an earlier life, whose timers died with it. */
  resume(): void {
    const memory = this.#memory;
    memory.draining = false;
    clearTimeout(memory.patience);
    // Nothing was heard of its instruments meanwhile, but their ticks were kept.
    const { givenUp } = memory;
    memory.givenUp = false;
    for (const feed of memory.feeds.values()) {
      if (feed.buffer.length > 0) memory.waiting.add(feed);
      clearTimeout(feed.retry);
      const { listing } = feed;
      if (givenUp && listing.state === "failed") listing.fault = null;
      else if (listing.state !== "restarting") continue;
      listing.state = "rebuilding";
    }
    for (const symbol of memory.feeds.keys()) this.#shared.hub.answer(symbol, this.#teller);
    this.#measures.resume();
    this.#strategies.resume();
    this.drain();
    for (const event of memory.inbox.splice(0)) this.handle(event);
  }

  /** Asks a history actor that has just come up what an earlier one has not answered. */
  #askAgain(): void {
    for (const feed of this.#memory.feeds.values()) {
      const { listing } = feed;
      if (listing.state === "rebuilding") this.#recall(feed);
      const awaited = feed.series?.awaited() ?? [];
      for (const { wanted } of awaited) this.#askHistory({ type: "history.load", listing, wanted });
    }
    this.#measures.askAgain();
    this.#strategies.askAgain();
  }

  /** Counts ticks at once, and hands them on; those whose candles are not there yet are held. */
  #take(ticks: readonly Tick[], credit: Credit | undefined): void {
    const ready: Tick[] = [];
    const feeds: Feed[] = [];
    const held: Tick[] = [];
    const sampled: Feed[] = [];
    let symbol: string | undefined;
    let feed: Feed | undefined;
    for (const tick of ticks) {
      // An instrument's ticks follow each other, mostly.
      if (tick.symbol !== symbol) {
        symbol = tick.symbol;
        feed = this.#memory.feeds.get(symbol);
      }
      if (feed === undefined) {
        // It was left while the tick was under way.
        this.#shared.outbox.add({ ticks: [tick], credit });
      } else if (this.#admit(tick, feed, credit, held, sampled)) {
        ready.push(tick);
        feeds.push(feed);
      }
    }
    this.#count(ready, feeds, credit);
    if (this.#memory.waiting.size > 0) this.drain();
    // However long their candles take, whoever listens need not wait for the ticks.
    if (held.length > 0) publish(this.#shared.hub, this.#self, toEvents(held, [], [], []));
    this.#measureWay(ticks, sampled);
  }

  /**
   * Measures how long ticks took from their receipt until they were told: the first of a batch for
   * its provider, and those of some instruments.
   */
  #measureWay([first]: readonly Tick[], sampled: readonly Feed[]): void {
    const { clock, telemetry } = this.#shared;
    // A recording's clock stands still meanwhile.
    if (clock.driven || first === undefined || isCanary(first.symbol)) return;
    const now = clock.now();
    if (isTimed(first)) telemetry.published(first.provider, now - first.receivedAt, now);
    for (const { listing } of sampled) listing.pulse.published(now - listing.heardAt, now);
  }

  /**
   * Whether a tick can be counted at once; it is seen to where it cannot.
   *
   * @param sampled has its feed added where the tick's way is measured.
   */
  #admit(
    tick: Tick,
    feed: Feed,
    credit: Credit | undefined,
    held: Tick[],
    sampled: Feed[],
  ): boolean {
    if (noteReceived(feed, tick) && !feed.listing.canary) sampled.push(feed);
    if (tick.kind === "depth" && (tick.flags & REFUSED) === 0) feed.book = tick;
    // Behind what waits to be put in place of a minute, all wait.
    const isBehind = isHistory(tick) || (this.#memory.waiting.size > 0 && feed.buffer.length > 0);
    if (isBehind || mustWait(this.#memory, feed)) {
      hold(this.#memory, feed, tick, credit, this.#shared.meters);
      if (!feed.listing.canary && !isHistory(tick)) held.push(tick);
    } else if (feed.listing.canary) this.#passCanary([tick], feed);
    else return true;
    return false;
  }

  /** Hands on what waits in the buffers, except where candles are still being rebuilt. */
  drain(): void {
    for (const feed of this.#memory.waiting) {
      if (!mustWait(this.#memory, feed)) this.#empty(feed);
    }
  }

  #empty(feed: Feed): void {
    this.#memory.waiting.delete(feed);
    if (this.#memory.waiting.size === 0) clearTimeout(this.#memory.patience);
    // Before what was kept closes the bars that miss what was shed.
    const gap = takeShed(feed, this.#shared.clock.now());
    if (gap !== null) this.#tellGap(feed.listing.instrument.symbol, gap);
    const ticks = feed.buffer.take();
    if (feed.listing.canary) {
      if (ticks.length > 0) this.#passCanary(ticks, feed);
      return;
    }
    const { rest, missed, news } = partAtHistory(ticks);
    // What was told between the ticks is told between them.
    let counted = 0;
    const gaps = feed.gaps.splice(0);
    const later = missed.length === 0 ? [] : gaps.filter(({ after }) => after > news.length);
    for (const { gap, after } of gaps.slice(0, gaps.length - later.length)) {
      this.#countHeld(feed, news.slice(counted, after));
      counted = Math.max(counted, after);
      this.#tellGap(feed.listing.instrument.symbol, gap);
    }
    this.#countHeld(feed, news.slice(counted));
    if (missed.length > 0) {
      const past = news.length + missed.length;
      feed.gaps.push(...later.map(({ gap, after }) => ({ gap, after: Math.max(0, after - past) })));
      for (const tick of rest) {
        hold(this.#memory, feed, tick, feed.credit, this.#shared.meters);
      }
      feed.credit?.give(missed.length);
      this.#remaking.replay(feed, missed);
      return;
    }
    for (const correction of feed.corrections.splice(0)) this.#remaking.correct(correction);
  }

  /** Counts ticks of one feed that were told when they came. */
  #countHeld(feed: Feed, ticks: readonly Tick[]): void {
    this.#count(ticks, ticks.map(() => feed), feed.credit, true);
  }

  /**
   * @param feeds whose each of the ticks is.
   * @param told whether the ticks were told when they came.
   */
  #count(
    ticks: readonly Tick[],
    feeds: readonly Feed[],
    credit: Credit | undefined,
    told = false,
  ): void {
    if (ticks.length === 0) return;
    const made = this.#ask((made) => ({ type: "candles.ticks", ticks, holders: feeds, made }));
    this.#handOut(made, { ticks, credit, told });
    this.#measures.count(ticks, feeds);
  }

  #passCanary(ticks: readonly Tick[], feed: Feed): void {
    const { outbox, vitals } = this.#shared;
    const { id } = this.#memory;
    vitals.sight("buffer", id);
    const holders = ticks.map(() => feed);
    const made = this.#ask((made) => ({ type: "candles.ticks", ticks, holders, made }));
    for (const { symbol, error, late } of made.faults) this.#fault(symbol, error, late);
    if (made.faults.length === 0) vitals.sight("candle", id);
    tell(this.#self, "hub", { type: "hub.canary", shard: id });
    outbox.add({ ticks: [], canaries: [id] });
  }

  /** Hands over everything, forming candles too: whoever reads the store finds them there. */
  end(): void {
    const now = this.#shared.clock.now();
    this.#memory.draining = true;
    this.#measures.end();
    this.#strategies.end();
    for (const feed of this.#memory.feeds.values()) clearTimeout(feed.retry);
    this.drain();
    for (const feed of this.#memory.feeds.values()) {
      if (!feed.listing.canary && feed.listing.state !== "finished") this.#finishFeed(feed, now);
      for (const one of feed.corrections.splice(0)) this.#shared.outbox.add(entryOf(one));
    }
    const gaps = silences(this.#memory, now);
    if (gaps.length > 0) this.#shared.outbox.add({ ticks: [], gaps });
    if (this.#memory.waiting.size === 0) this.#shared.journal.handed(this.#memory.id, now);
    else {
      clearTimeout(this.#memory.patience);
      this.#memory.patience = setTimeout(() => keepHeld(this.#shared, this.#memory), PATIENCE);
    }
  }

  #tellAnew(): void {
    const symbols = this.#memory.anew.splice(0);
    if (symbols.length === 0) return;
    log.warn("forming candles start anew ({count} in all: {symbols}): {reason}", {
      count: symbols.length,
      reason: this.#memory.anewFor,
      symbols: symbols.join(", "),
    });
  }

  #beat(now: Micros): void {
    this.drain();
    this.#tellAnew();
    const second = Math.floor(now / SECOND);
    const isNew = second !== this.#memory.second;
    if (isNew) { for (const { listing } of this.#memory.feeds.values()) listing.pulse.look(now); }
    this.#memory.second = second;
    const wish = (symbol: string) => isNew && this.#isHeard(symbol);
    this.#handOut(this.#ask((made) => ({ type: "candles.beat", now, wish, made })));
    this.#measures.beat(now, isNew);
    this.#strategies.settle(now, (listing) => this.#measures.isReady(listing));
    if (isNew) { for (const feed of this.#memory.feeds.values()) this.#tellSilence(feed); }
    const books = snapBooks(this.#memory, now);
    const gaps = dueSilences(this.#memory, now);
    if (books.length + gaps.length > 0) this.#shared.outbox.add({ ticks: [], books, gaps });
    if (this.#memory.waiting.size === 0) this.#shared.journal.handed(this.#memory.id, now);
  }

  /** Tells what forms of an instrument, as far as it was not told. */
  #tell(symbol: string, types: ReadonlySet<FormingType>): void {
    if (types.has("candle")) {
      this.#handOut(this.#ask((made) => ({ type: "candles.tell", symbol, made })));
    }
    this.#measures.tell(symbol, types);
  }

  /** Closes what is due of one instrument, and shows it to its strategies: before it is changed. */
  #settle(symbol: string, now: Micros): void {
    const beat = { type: "candles.beat", now, only: symbol, wish: () => false } as const;
    this.#handOut(this.#ask((made) => ({ ...beat, made })));
    this.#measures.beat(now, false, symbol);
    this.#strategies.settle(now, (listing) => this.#measures.isReady(listing), symbol);
  }

  #ask(command: (made: Made) => CandlesCommand): Made {
    const made = nothingMade();
    (this.#self.system.get(this.#candles) as AnyActorRef | undefined)?.send(command(made));
    return made;
  }

  /**
   * Gives what was made to the hub, and all of it with the ticks to the outbox.
   *
   * @param areNew whether its candles have just closed, rather than being loaded or made again.
   */
  #handOut(
    made: Made,
    { ticks = [], gaps = [], credit, told = false, ...past }: Partial<Omit<Output, "made">> = {},
    areNew = true,
  ): void {
    this.#strategies.note(made.candles, areNew);
    for (const { symbol, error, late } of made.faults) this.#fault(symbol, error, late);
    for (const { symbol, start, end } of made.candles) {
      for (const watch of this.#memory.feeds.get(symbol)?.refilling ?? []) {
        watch.changed ||= start < watch.end && end > watch.start;
      }
    }
    giveOut(this.#shared, this.#self, { made, ticks, gaps, credit, told, ...past });
    for (const { symbol, wanted } of made.wanted) {
      const listing = this.#memory.feeds.get(symbol)?.listing;
      if (listing !== undefined) this.#askHistory({ type: "history.load", listing, wanted });
    }
  }

  #askHistory(command: HistoryCommand): void {
    (this.#self.system.get(`${this.#memory.id}-history`) as AnyActorRef | undefined)
      ?.send(command as AnyEventObject);
  }

  #follow(listing: Listing, unheard: boolean): void {
    const { symbol } = listing.instrument;
    const { feeds } = this.#memory;
    let feed = feeds.get(symbol);
    if (feed?.listing !== listing) {
      const late = feed === undefined ? [] : this.#forget(feed);
      const isSame = feed?.listing.basis === listing.basis;
      feeds.set(symbol, feed = { ...newFeed(listing, unheard), late: isSame ? late : [] });
    }
    clearTimeout(feed.retry);
    if (!listing.canary) this.#shared.hub.answer(symbol, this.#teller);
    this.#measures.follow(listing);
    this.#strategies.follow(listing);
    if (listing.canary) this.#start(feed, null, this.#shared.clock.now());
    else this.#recall(feed);
  }

  #recall({ listing, unheard }: Feed): void {
    const { clock, hub, intervals, settings } = this.#shared;
    listing.state = "rebuilding";
    this.#askHistory({
      type: "history.recall",
      request: {
        listing,
        intervals,
        grace: settings.candles.grace,
        now: Math.max(clock.now(), listing.begins ?? -Infinity),
        unheard,
        since: listing.since,
        epoch: hub.epoch,
        sessionAt: (time) => sessionAt(listing.instrument.market, time),
        measuring: this.#measures.begins(listing),
      },
    });
  }

  #recalled(
    { request, recalled, measures, error }: HistoryAnswer & { type: "history.recalled" },
  ): void {
    const feed = this.#memory.feeds.get(request.listing.instrument.symbol);
    if (feed === undefined || feed.listing !== request.listing) return;
    if (feed.listing.state !== "rebuilding") return;
    if (recalled === null && feed.aside !== undefined) return this.#goOn(feed, feed.aside);
    feed.aside = undefined;
    if (feed.stale && recalled !== null) {
      feed.stale = false;
      return this.#recall(feed);
    }
    feed.stale = false;
    if (recalled === null) {
      // Where the store cannot be read all of them follow: they are told together, by a beat.
      this.#memory.anew.push(request.listing.instrument.symbol);
      this.#memory.anewFor = messageOf(error);
    }
    this.#measures.begin(request, measures, (ticks) => feed.buffer.lacking(ticks));
    this.#start(feed, recalled, request.now);
  }

  /** Lets candles go on that could not be built anew; they will be when the store answers. */
  #goOn(feed: Feed, series: CandleSeries): void {
    const { listing } = feed;
    feed.series = series;
    feed.aside = undefined;
    feed.stale = false;
    feed.late = [];
    listing.state = "live";
    this.#empty(feed);
    this.#remaking.refresh(listing);
    if (feed.finishAt !== undefined) this.#finishFeed(feed, feed.finishAt);
    this.#part(feed);
  }

  /** Makes the feed's candles from what was recalled, and lets its ticks through. */
  #start(feed: Feed, recalled: HistoryRecalled, now: Micros): void {
    const { clock, intervals, makeSeries, settings } = this.#shared;
    const { listing } = feed;
    const { symbol, market } = listing.instrument;
    const series = makeSeries({
      symbol,
      basis: listing.basis,
      intervals,
      grace: settings.candles.grace,
      sessionAt: (time) => sessionAt(market, time),
      since: recalled?.since ?? now,
    });
    // What the store could not say it is asked for again.
    if (recalled !== null) listing.since = series.since;
    feed.unheard = false;
    const made = this.#ask((made) => ({
      type: "candles.restore",
      symbol,
      series,
      kept: recalled?.kept ?? { minutes: [], longer: [], anew: [] },
      late: feed.late,
      now,
      gaps: [...recalled?.gaps ?? [], ...outageOf(feed)],
      ticks: feed.buffer.lacking(
        recalled?.ticks ?? [],
        feed.late.flatMap(({ ticks }) => ticks),
      ),
      made,
    }));
    if (made.faults.length === 0) feed.late = [];
    listing.state = "live";
    const missed = recalled?.missed ?? null;
    if (missed !== null) this.#shared.meters.gaps.inc({ reason: missed.reason });
    if (!listing.canary) this.#handOut(made, { gaps: missed === null ? [] : [missed] });
    this.#tellRecovery(feed);
    this.#empty(feed);
    if (feed.finishAt !== undefined) this.#finishFeed(feed, feed.finishAt);
    else {
      const beat = this.#ask((made) => ({
        type: "candles.beat",
        now: clock.now(),
        wish: this.#isHeard,
        made,
      }));
      this.#handOut(beat);
    }
    this.#part(feed);
  }

  /** Tells what a feed had missed when it began, found out only now. */
  #missed(listing: Listing, { symbol, ...gap }: Gap): void {
    if (this.#memory.feeds.get(symbol)?.listing === listing) this.#gap(symbol, gap);
  }

  #measured({ measures, request }: HistoryAnswer & { type: "history.measured" }): void {
    this.#measures.take(request, measures);
    // A feed that is over brings no beat any more.
    this.#settle(request.listing.instrument.symbol, this.#shared.clock.now());
  }

  #ran({ request, run }: HistoryAnswer & { type: "history.ran" }): void {
    this.#strategies.take(request, run);
    this.#settle(request.listing.instrument.symbol, this.#shared.clock.now());
  }

  #loaded({ listing, wanted, candle }: HistoryAnswer & { type: "history.loaded" }): void {
    const { symbol } = listing.instrument;
    const feed = this.#memory.feeds.get(symbol);
    if (feed?.listing !== listing) return;
    const made = this.#ask((made) => ({ type: "candles.load", symbol, wanted, candle, made }));
    this.#handOut(made, {}, false);
    this.#part(feed);
  }

  /** Restarts the candles of one instrument alone, as supervision would an actor. */
  #fault(symbol: string, error: unknown, late: readonly Late[]): void {
    const feed = this.#memory.feeds.get(symbol);
    if (feed === undefined) return;
    if (late.length > 0) feed.late = late;
    const { listing } = feed;
    const decision = decideRestart(RESTART_POLICY, feed.failures, this.#shared.uptime());
    feed.failures = decision.failures;
    listing.fault = messageOf(error);
    listing.state = decision.restart ? "restarting" : "failed";
    this.#shared.meters.faults.inc();
    this.#shared.observe(this.#memory.id, {
      id: `candles of ${symbol}`,
      status: decision.restart ? "restarting" : "given-up",
      restarts: decision.failures.length,
      lastError: listing.fault,
    });
    if (!decision.restart || this.#memory.draining) return;
    const again = { type: "shard.follow", listing, unheard: false } satisfies ShardCommand;
    feed.retry = setTimeout(() => this.#self.send(again), decision.delay);
  }

  #tellRecovery({ failures, listing }: Feed): void {
    if (failures.length === 0 || listing.state !== "live") return;
    this.#shared.observe(this.#memory.id, {
      id: `candles of ${listing.instrument.symbol}`,
      status: "running",
      restarts: failures.length,
      lastError: listing.fault,
    });
  }

  #leave(symbol: string): void {
    const feed = this.#memory.feeds.get(symbol);
    if (feed === undefined) return;
    feed.left = true;
    this.#part(feed);
  }

  /** Lets go of a feed that was left, unless its candles are being rebuilt or loaded. */
  #part(feed: Feed): void {
    if (!feed.left || mustWait(this.#memory, feed)) return;
    const { state } = feed.listing;
    // As in a stop: what would have gone on is closed for what it is.
    if (state === "live") {
      this.drain();
      this.#finishFeed(feed, this.#shared.clock.now());
      if (mustWait(this.#memory, feed)) return;
    }
    if ((feed.series?.awaited() ?? []).length === 0) this.#forget(feed);
  }

  /** Lets go of a feed; gives the late ticks that could not be counted. */
  #forget(feed: Feed): readonly Late[] {
    const { symbol } = feed.listing.instrument;
    clearTimeout(feed.retry);
    if (feed.buffer.length > 0) this.#empty(feed);
    this.#memory.feeds.delete(symbol);
    this.#measures.forget(symbol);
    this.#strategies.forget(symbol);
    tell(this.#self, "hub", { type: "hub.forget", symbol });
    return feed.series?.awaited() ?? feed.late;
  }

  #outage(provider: string, from: Micros): void {
    this.drain();
    for (const symbol of this.#of(provider)) {
      const { idle, line } = this.#memory.feeds.get(symbol)!.listing;
      if (idle !== undefined) {
        // Its silence is known; it may have begun sooner.
        if (from >= idle.since) continue;
        idle.since = from;
      }
      // What another provider has heard meanwhile is not lost: it may take over, or is put in when
      // who leads is heard again, be that before routing's next beat.
      if (line?.covered === true) line.lostAt ??= from;
      else this.#silence(symbol, from);
    }
  }

  #gaps(provider: string, gap: Omit<Gap, "symbol">): void {
    for (const symbol of this.#of(provider)) {
      const { idle, line } = this.#memory.feeds.get(symbol)!.listing;
      // It is a part of a span that ends with the venue's answer.
      if (idle !== undefined) continue;
      // Others heard it: routing puts in what they did, or tells what is missing. It may have done so
      // already, where who leads ticked before its venue answered.
      const isPending = (line?.lostAt ?? line?.hole ?? null) !== null;
      if (isPending || (line !== undefined && line.bridgedAt >= gap.from)) continue;
      this.#silence(symbol, undefined);
      const { alwaysOpen, instrument: { market } } = this.#memory.feeds.get(symbol)!.listing;
      const isMissed = alwaysOpen || openWithin(market, gap.from, gap.to, "extended");
      if (isMissed) this.#gap(symbol, gap);
    }
  }

  #silence(symbol: string, from: Micros | undefined): void {
    const feed = this.#memory.feeds.get(symbol);
    if (feed === undefined) return;
    feed.listing.silentFrom = from;
    this.#handOut(this.#ask((made) => ({ type: "candles.outage", symbol, from, made })));
    this.#tellSilence(feed);
  }

  /** Tells a silence that goes on, once; one that was asked for is told when it ends. */
  #tellSilence(feed: Feed): void {
    const { listing } = feed;
    const gap = silenceSoFar(listing, this.#shared.clock.now());
    if (gap === null || listing.idle !== undefined || gap.from === feed.toldFrom) return;
    this.#gap(gap.symbol, gap);
    feed.toldFrom = gap.from;
  }

  #gap(symbol: string, gap: Omit<Gap, "symbol">): void {
    // One without length only says how far a recorded feed was watched.
    if (gap.from >= gap.to) return;
    const feed = this.#memory.feeds.get(symbol);
    if (feed === undefined) return;
    if (mustWait(this.#memory, feed)) {
      feed.gaps.push({ gap, after: feed.buffer.length });
      return;
    }
    this.drain();
    this.#tellGap(symbol, gap);
  }

  #tellGap(symbol: string, gap: Omit<Gap, "symbol">): void {
    const silence = silenceOf(gap);
    const made = this.#ask((made) => ({ type: "candles.gap", symbol, gap: silence, made }));
    if (gap.from !== this.#memory.feeds.get(symbol)?.toldFrom) {
      this.#shared.meters.gaps.inc({ reason: gap.reason });
    }
    this.#handOut(made, { gaps: [{ ...gap, symbol }] });
    this.#measures.gap(symbol, silence);
  }

  #finish(provider: string, at: Micros): void {
    this.drain();
    for (const symbol of this.#of(provider)) this.#finishFeed(this.#memory.feeds.get(symbol)!, at);
  }

  #finishFeed(feed: Feed, at: Micros): void {
    const { listing } = feed;
    feed.finishAt = at;
    if (mustWait(this.#memory, feed)) return;
    const { symbol } = listing.instrument;
    this.#handOut(this.#ask((made) => ({ type: "candles.finish", symbol, at, made })));
    this.#measures.finish(symbol, at);
    this.#strategies.settle(at, (listing) => this.#measures.isReady(listing));
    if (listing.state === "live") listing.state = "finished";
  }

  #of(provider: string): string[] {
    const feeds = [...this.#memory.feeds.values()];
    return feeds.filter(({ left }) => !left)
      .filter(({ listing }) => !listing.canary && listing.provider === provider)
      .map(({ listing }) => listing.instrument.symbol);
  }
}

type HistoryRecalled = (HistoryAnswer & { type: "history.recalled" })["recalled"];
