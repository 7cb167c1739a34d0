/**
 * A shard's desk: what it does with each event. Ticks go from the buffers through the candle actor;
 * what was made goes to the hub and, with the ticks themselves, to the outbox: once. An instrument
 * whose candles fail is taken aside and started again alone.
 *
 * @module
 */
import type { AnyActorRef, AnyEventObject } from "xstate";
import { type CandlesCommand, type Made, nothingMade } from "./candles.ts";
import { noteBook, snapBooks } from "./books.ts";
import type { Shed } from "./buffer.ts";
import type { Listing } from "./directory.ts";
import { type Feed, newFeed, outageOf, type ShardMemory } from "./memory.ts";
import { giveOut, type Output } from "./output.ts";
import { silenceOf } from "./recall.ts";
import type { HistoryCommand } from "./history.ts";
import { tell } from "../addresses.ts";
import { logger } from "../log.ts";
import type { HistoryAnswer, ShardCommand } from "../messages.ts";
import type { Shared } from "../shared.ts";
import { sessionAt } from "../../domain/calendar.ts";
import type { Credit } from "../../domain/credit.ts";
import { messageOf } from "../../domain/errors.ts";
import type { Gap } from "../../domain/gap.ts";
import { decideRestart, RESTART_POLICY } from "../../domain/restart.ts";
import type { Tick } from "../../domain/tick.ts";
import { type Micros, SECOND } from "../../domain/time.ts";

/** What a desk works with. */
export interface DeskInput {
  readonly shared: Shared;
  readonly memory: ShardMemory;
}

const log = logger("instruments");

/** What a shard does with one event. */
export class Desk {
  readonly #shared: Shared;
  readonly #memory: ShardMemory;
  readonly #self: AnyActorRef;

  /** @param self the shard's actor. */
  constructor({ shared, memory }: DeskInput, self: AnyActorRef) {
    this.#shared = shared;
    this.#memory = memory;
    this.#self = self;
  }

  handle(event: ShardCommand): void {
    if (event.type === "shard.ticks") this.#buffer(event.ticks, event.credit);
    else if (event.type === "shard.drain") this.drain();
    else if (event.type === "shard.beat") this.#beat(event.now);
    else if (event.type === "shard.follow") this.#follow(event.listing, event.unheard);
    else if (event.type === "shard.leave") this.#leave(event.symbol);
    else if (event.type === "shard.outage") this.#outage(event.provider, event.from);
    else if (event.type === "shard.gap") this.#gaps(event.provider, event.gap);
    else if (event.type === "shard.told") this.#gap(event.symbol, event.gap);
    else if (event.type === "shard.finish") this.#finish(event.provider, event.at);
    else if (event.type === "history.up") this.#askAgain();
    else if (event.type === "history.recalled") this.#recalled(event);
    else if (event.type === "history.missed") this.#missed(event.listing, event.gap);
    else if (event.type === "history.loaded") this.#loaded(event);
  }

  /** Takes up the memory of an earlier life, whose timers died with it. */
  resume(): void {
    const memory = this.#memory;
    memory.draining = false;
    for (const feed of memory.feeds.values()) {
      if (feed.buffer.length > 0) memory.waiting.add(feed);
      clearTimeout(feed.retry);
      if (feed.listing.state === "restarting") feed.listing.state = "rebuilding";
    }
    for (const event of memory.inbox.splice(0)) this.handle(event);
    this.drain();
  }

  /** Asks a history actor that has just come up what an earlier one has not answered. */
  #askAgain(): void {
    for (const feed of this.#memory.feeds.values()) {
      const { listing } = feed;
      if (listing.state === "rebuilding") this.#recall(feed);
      const awaited = this.#memory.series.get(listing.instrument.symbol)?.awaited() ?? [];
      for (const wanted of awaited) this.#askHistory({ type: "history.load", listing, wanted });
    }
  }

  #buffer(ticks: readonly Tick[], credit: Credit | undefined): void {
    const { feeds, waiting } = this.#memory;
    for (const tick of ticks) {
      const feed = feeds.get(tick.symbol);
      if (feed === undefined) {
        // It was left while the tick was under way.
        this.#shared.outbox.add({ ticks: [tick], credit });
        continue;
      }
      if (feed.credit !== credit && feed.buffer.length > 0) {
        if (!this.#mustWait(feed)) this.#drainFeeds([feed], feed.credit);
        // A source that has given way to another counts no more; the ticks stay.
        else feed.credit?.give(feed.buffer.length);
      }
      feed.credit = credit;
      if (feed.buffer.length === 0) waiting.add(feed);
      const shed = feed.buffer.push(tick);
      if (shed !== null) this.#countShed(shed, credit);
      feed.listing.ticks++;
      feed.listing.lastTick = tick.receivedAt;
    }
    if (this.#memory.draining) this.drain();
    else this.#memory.timer ??= setTimeout(() => this.#self.send({ type: "shard.drain" }), 0);
  }

  #countShed(shed: Shed, credit: Credit | undefined): void {
    for (const kind of ["trade", "quote", "depth"] as const) {
      if (shed[kind] === 0) continue;
      this.#shared.meters.shed.inc({ where: "buffer", kind }, shed[kind]);
      credit?.give(shed[kind]);
    }
  }

  /** Hands on what waits in the buffers, except where candles are still being rebuilt. */
  drain(): void {
    const { waiting, timer } = this.#memory;
    clearTimeout(timer);
    this.#memory.timer = undefined;
    const byCredit = new Map<Credit | undefined, Feed[]>();
    for (const feed of waiting) {
      if (this.#mustWait(feed)) continue;
      waiting.delete(feed);
      if (feed.listing.canary) {
        this.#drainCanary(feed);
        continue;
      }
      const together = byCredit.get(feed.credit);
      if (together === undefined) byCredit.set(feed.credit, [feed]);
      else together.push(feed);
    }
    for (const [credit, feeds] of byCredit) this.#drainFeeds(feeds, credit);
  }

  /** Whether its candles are not there to take its ticks, but will be. */
  #mustWait({ listing: { state } }: Feed): boolean {
    return state === "rebuilding" || (state === "restarting" && !this.#memory.draining);
  }

  /** Empties the buffers of feeds whose ticks are owed to the same source, all at once. */
  #drainFeeds(feeds: readonly Feed[], credit: Credit | undefined): void {
    const batches = feeds.map((feed) => {
      const ticks = feed.buffer.take();
      noteBook(feed, ticks);
      return { symbol: feed.listing.instrument.symbol, ticks };
    });
    const made = this.#ask((made) => ({ type: "candles.ticks", batches, made }));
    const ticks = batches.length === 1 ? batches[0]!.ticks : batches.flatMap(({ ticks }) => ticks);
    this.#handOut(made, { ticks, credit });
  }

  #drainCanary(feed: Feed): void {
    const { outbox, vitals } = this.#shared;
    const { id } = this.#memory;
    vitals.sight("buffer", id);
    const batch = { symbol: feed.listing.instrument.symbol, ticks: feed.buffer.take() };
    const made = this.#ask((made) => ({ type: "candles.ticks", batches: [batch], made }));
    for (const { symbol, error } of made.faults) this.#fault(symbol, error);
    if (made.faults.length === 0) vitals.sight("candle", id);
    tell(this.#self, "hub", { type: "hub.canary", shard: id });
    outbox.add({ ticks: [], canaries: [id] });
  }

  /** Hands over everything, forming candles too: whoever reads the store finds them there. */
  end(): void {
    const now = this.#shared.clock.now();
    this.#memory.draining = true;
    for (const feed of this.#memory.feeds.values()) clearTimeout(feed.retry);
    this.drain();
    for (const feed of this.#memory.feeds.values()) {
      if (!feed.listing.canary && feed.listing.state !== "finished") this.#finishFeed(feed, now);
    }
    if (this.#memory.waiting.size === 0) this.#shared.journal.handed(this.#memory.id, now);
  }

  #beat(now: Micros): void {
    this.drain();
    const second = Math.floor(now / SECOND);
    const isNew = second !== this.#memory.second;
    this.#memory.second = second;
    const beat = { type: "candles.beat", now, forming: isNew } as const;
    this.#handOut(this.#ask((made) => ({ ...beat, made })));
    const books = snapBooks(this.#memory, now);
    if (books.length > 0) this.#shared.outbox.add({ ticks: [], books });
    if (this.#memory.waiting.size === 0) this.#shared.journal.handed(this.#memory.id, now);
  }

  #ask(command: (made: Made) => CandlesCommand): Made {
    const made = nothingMade();
    (this.#self.system.get(`${this.#memory.id}-candles`) as AnyActorRef | undefined)
      ?.send(command(made));
    return made;
  }

  /** Gives what was made to the hub, and all of it with the ticks to the outbox. */
  #handOut(
    made: Made,
    { ticks = [], gaps = [], credit }: Partial<Omit<Output, "made">> = {},
  ): void {
    for (const { symbol, error } of made.faults) this.#fault(symbol, error);
    giveOut(this.#shared, this.#self, { made, ticks, gaps, credit });
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
    let feed = this.#memory.feeds.get(symbol);
    if (feed === undefined) this.#memory.feeds.set(symbol, feed = newFeed(listing, unheard));
    clearTimeout(feed.retry);
    if (listing.canary) this.#start(feed, null, this.#shared.clock.now());
    else this.#recall(feed);
  }

  #recall({ listing, since, unheard }: Feed): void {
    const { clock, hub, intervals, settings } = this.#shared;
    listing.state = "rebuilding";
    this.#askHistory({
      type: "history.recall",
      request: {
        listing,
        intervals,
        grace: settings.candles.grace,
        now: clock.now(),
        unheard,
        since,
        epoch: hub.epoch,
        sessionAt: (time) => sessionAt(listing.instrument.market, time),
      },
    });
  }

  #recalled({ request, recalled, error }: HistoryAnswer & { type: "history.recalled" }): void {
    const feed = this.#memory.feeds.get(request.listing.instrument.symbol);
    if (feed === undefined || feed.listing !== request.listing) return;
    if (feed.listing.state !== "rebuilding") return;
    if (recalled === null) {
      const { symbol } = request.listing.instrument;
      log.warn("forming candles of {symbol} start anew: {reason}", {
        symbol,
        reason: messageOf(error),
      });
    }
    this.#start(feed, recalled, request.now);
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
    feed.since = series.since;
    feed.unheard = false;
    const made = this.#ask((made) => ({
      type: "candles.restore",
      symbol,
      series,
      kept: recalled?.kept ?? { minutes: [], longer: [] },
      gaps: [...recalled?.gaps ?? [], ...outageOf(feed)],
      ticks: feed.buffer.lacking(recalled?.ticks ?? []),
      made,
    }));
    listing.state = "live";
    const missed = recalled?.missed ?? null;
    if (missed !== null) this.#shared.meters.gaps.inc({ reason: missed.reason });
    if (!listing.canary) this.#handOut(made, { gaps: missed === null ? [] : [missed] });
    this.#tellRecovery(feed);
    for (const gap of feed.gaps.splice(0)) this.#gap(symbol, gap);
    this.drain();
    if (feed.finishAt !== undefined) this.#finishFeed(feed, feed.finishAt);
    else {
      const beat = this.#ask((made) => ({
        type: "candles.beat",
        now: clock.now(),
        forming: true,
        made,
      }));
      this.#handOut(beat);
    }
  }

  /** Tells what a feed had missed when it began, found out only now. */
  #missed(listing: Listing, { symbol, ...gap }: Gap): void {
    if (this.#memory.feeds.get(symbol)?.listing === listing) this.#gap(symbol, gap);
  }

  #loaded({ listing, wanted, candle }: HistoryAnswer & { type: "history.loaded" }): void {
    const { symbol } = listing.instrument;
    this.#handOut(
      this.#ask((made) => ({ type: "candles.load", symbol, wanted, candle, made })),
    );
  }

  /** Restarts the candles of one instrument alone, as supervision would an actor. */
  #fault(symbol: string, error: unknown): void {
    const feed = this.#memory.feeds.get(symbol);
    if (feed === undefined) return;
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
    clearTimeout(feed.retry);
    this.#drainFeeds([feed], feed.credit);
    this.#memory.feeds.delete(symbol);
    this.#memory.series.delete(symbol);
    this.#memory.waiting.delete(feed);
    tell(this.#self, "hub", { type: "hub.forget", symbol });
  }

  #outage(provider: string, from: Micros): void {
    this.drain();
    for (const symbol of this.#of(provider)) this.#silence(symbol, from);
  }

  #gaps(provider: string, gap: Omit<Gap, "symbol">): void {
    for (const symbol of this.#of(provider)) {
      this.#silence(symbol, undefined);
      this.#gap(symbol, gap);
    }
  }

  #silence(symbol: string, from: Micros | undefined): void {
    this.#memory.feeds.get(symbol)!.silentFrom = from;
    this.#handOut(this.#ask((made) => ({ type: "candles.outage", symbol, from, made })));
  }

  #gap(symbol: string, gap: Omit<Gap, "symbol">): void {
    // One without length only says how far a recorded feed was watched.
    if (gap.from >= gap.to) return;
    const feed = this.#memory.feeds.get(symbol);
    if (feed === undefined) return;
    if (this.#mustWait(feed)) {
      feed.gaps.push(gap);
      return;
    }
    this.drain();
    const silence = silenceOf(gap);
    const made = this.#ask((made) => ({ type: "candles.gap", symbol, gap: silence, made }));
    this.#shared.meters.gaps.inc({ reason: gap.reason });
    this.#handOut(made, { gaps: [{ ...gap, symbol }] });
  }

  #finish(provider: string, at: Micros): void {
    this.drain();
    for (const symbol of this.#of(provider)) this.#finishFeed(this.#memory.feeds.get(symbol)!, at);
  }

  #finishFeed(feed: Feed, at: Micros): void {
    const { listing } = feed;
    feed.finishAt = at;
    if (this.#mustWait(feed)) return;
    const { symbol } = listing.instrument;
    this.#handOut(this.#ask((made) => ({ type: "candles.finish", symbol, at, made })));
    if (listing.state === "live") listing.state = "finished";
  }

  #of(provider: string): string[] {
    const feeds = [...this.#memory.feeds.values()];
    return feeds.filter(({ listing }) => !listing.canary && listing.provider === provider)
      .map(({ listing }) => listing.instrument.symbol);
  }
}

type HistoryRecalled = (HistoryAnswer & { type: "history.recalled" })["recalled"];
