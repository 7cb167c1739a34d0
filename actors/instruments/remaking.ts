/**
 * The part of a shard's desk that makes candles again: for trades that venues take back or replace,
 * for a venue's own bars, and for what history puts in the place of what was heard. The work itself
 * is the remakes actor's; here it is asked for, and what comes of it is handed out.
 *
 * @module
 */
import type { AnyActorRef, AnyEventObject } from "xstate";
import { type Made, nothingMade } from "./candles.ts";
import type { DeskInput } from "./desk.ts";
import type { Listing } from "./directory.ts";
import { cancelledEvent, toEvents } from "./events.ts";
import { type Feed, mustWait } from "./memory.ts";
import type { Output } from "./output.ts";
import type { Refill, Refilled } from "./refill.ts";
import type { RemakeRequest } from "./remake.ts";
import type { RemakesCommand } from "./remakes.ts";
import type { HubEvent } from "../hub.ts";
import type { RemakesAnswer, Reply, ShardCommand } from "../messages.ts";
import { publish } from "../publish.ts";
import type { Amendment } from "../../db/store.ts";
import { sessionAt } from "../../domain/calendar.ts";
import type { Candle } from "../../domain/candle.ts";
import { MarketdError } from "../../domain/errors.ts";
import { FLAGS } from "../../domain/flags.ts";
import { BASE_INTERVAL } from "../../domain/interval.ts";
import type { Tick } from "../../domain/tick.ts";
import { type Micros, MINUTE } from "../../domain/time.ts";
import type { Correction, HistoricalBar } from "../../providers/provider.ts";

/** What is asked of it. */
export type RemakingCommand =
  | Extract<ShardCommand, { type: "shard.correct" | "shard.bar" | "shard.refill" }>
  | RemakesAnswer;

/** What the rest of the desk does for it. */
export interface Bench {
  /** Gives what was made to the hub and the outbox. */
  handOut(made: Made, more?: Pick<Partial<Output>, "past" | "gaps" | "amendments">): void;
  /** Closes what is due of an instrument, and shows it to its strategies. */
  settle(symbol: string, now: Micros): void;
  /** Has an instrument's candles built anew on what is kept. */
  recall(feed: Feed): void;
  /** Has its measures counted anew from a minute on. */
  recount(listing: Listing, minute: Micros): void;
}

/** What a shard does to make candles again. */
export class Remaking {
  readonly #input: DeskInput;
  readonly #self: AnyActorRef;
  readonly #bench: Bench;

  /** @param self the shard's actor. */
  constructor(input: DeskInput, self: AnyActorRef, bench: Bench) {
    this.#input = input;
    this.#self = self;
    this.#bench = bench;
  }

  handle(event: RemakingCommand): void {
    if (event.type === "shard.correct") this.correct(event.correction);
    else if (event.type === "shard.bar") this.#repair(event.bar);
    else if (event.type === "remakes.corrected") this.#corrected(event);
    else if (event.type === "remakes.remade") this.#remade(event);
    else if (event.type === "shard.refill") this.#refill(event.refill, event.reply);
    else this.#refilled(event);
  }

  /**
   * Has the candles made again that a trade was in which was taken back or replaced; once it is
   * handed on itself.
   */
  correct(correction: Correction): void {
    const feed = this.#feedOf(correction.symbol);
    if (feed === undefined) return;
    if (mustWait(this.#input.memory, feed)) feed.corrections.push(correction);
    else this.#ask({ type: "remakes.correct", correction });
  }

  /** Has the candles of an instrument built anew as soon as the store can be read. */
  refresh(listing: Listing): void {
    this.#ask({ type: "remakes.refresh", listing });
  }

  /** Tells of a trade that was taken back, and keeps and tells what stands in its place. */
  #corrected({ corrected, replacement }: RemakesAnswer & { type: "remakes.corrected" }): void {
    const { outbox } = this.#input.shared;
    const events: HubEvent[] = [];
    const amendments: Amendment[] = [];
    if (corrected !== null) {
      const { id, provider, symbol, time } = corrected;
      const at = { from: time, to: time + 1 };
      amendments.push({ symbol, provider, id, ...at, flags: FLAGS.cancelled });
      events.push(cancelledEvent({ ...corrected, flags: corrected.flags | FLAGS.cancelled }));
    }
    if (replacement !== null) events.push(...toEvents([replacement], [], [], []));
    if (events.length === 0) return;
    outbox.add({ ticks: replacement === null ? [] : [replacement], amendments });
    publish(this.#input.shared.hub, this.#self, events);
    const { symbol, time } = (replacement ?? corrected)!;
    const feed = this.#feedOf(symbol);
    if (feed !== undefined) this.#remake(feed, time - time % MINUTE);
  }

  /** Has a minute made again of what is kept, and what was made of it. */
  #remake(feed: Feed, minute: Micros): void {
    const watch = { start: minute, end: minute + MINUTE, changed: false };
    feed.refilling.add(watch);
    this.#ask({ type: "remakes.remake", asked: { request: this.#requestOf(feed), minute, watch } });
  }

  #repair(bar: HistoricalBar): void {
    const feed = this.#feedOf(bar.symbol);
    if (feed === undefined) return;
    this.#ask({ type: "remakes.repair", request: this.#requestOf(feed), bar });
  }

  /**
   * Puts in place what a recording has of a venue's history, as it was when it was recorded; the
   * instrument's ticks wait meanwhile.
   *
   * @param missed of one instrument, all of one time of receipt.
   */
  replay(feed: Feed, missed: readonly Tick[]): void {
    const { outbox, settings } = this.#input.shared;
    const trades = missed.filter((tick) => tick.kind === "trade");
    const others = missed.filter((tick) => tick.kind !== "trade");
    if (others.length > 0) outbox.add({ ticks: others });
    const [first] = trades;
    if (first === undefined) return;
    const { provider, receivedAt, symbol } = first;
    const times = trades.map(({ time }) => time - time % MINUTE);
    const span = { start: Math.min(...times), end: Math.max(...times) + MINUTE };
    this.#bench.settle(symbol, receivedAt);
    feed.isRefilled = true;
    // No beat closes what the ticks that wait are yet to be counted in.
    this.#takeAside(feed);
    const done = () => {
      feed.isRefilled = false;
      this.#rebuild(feed);
    };
    const failed = () => {
      // Kept they are in any case, if without a place in the candles.
      outbox.add({ ticks: trades });
      feed.isRefilled = false;
      feed.series = feed.aside;
      feed.aside = undefined;
    };
    this.#refill({
      symbol,
      provider,
      span,
      covered: span,
      said: { added: trades },
      closedUntil: receivedAt - settings.candles.grace,
    }, { resolve: done, reject: failed });
  }

  /** Hands out candles that were made again, and builds the forming ones anew on them. */
  #remade({ asked, listing, candles }: RemakesAnswer & { type: "remakes.remade" }): void {
    const feed = this.#feedOf(listing.instrument.symbol);
    if (feed?.listing !== listing) return;
    // What closes by now has what was corrected: that is seen while the watch stands.
    this.#bench.settle(listing.instrument.symbol, this.#input.shared.clock.now());
    if (asked !== null) {
      feed.refilling.delete(asked.watch);
      if (asked.watch.changed) {
        this.#remake(feed, asked.minute);
        return;
      }
    }
    this.#bench.handOut({ ...nothingMade(), candles: [...candles] });
    this.#recount(listing, candles);
    this.#rebuild(feed);
  }

  /** Has history put in place of what was heard of some minutes. */
  #refill(refill: Refill, reply: Reply<Refilled>): void {
    const feed = this.#feedOf(refill.symbol);
    if (feed === undefined) {
      reply.reject(new MarketdError("not-followed", `${refill.symbol} is not followed any more.`));
      return;
    }
    const watch = { ...refill.span, changed: false };
    feed.refilling.add(watch);
    const request = this.#requestOf(feed);
    this.#ask({ type: "remakes.refill", asked: { request, refill, watch, reply } });
  }

  /** Hands out what history changed: all of it together, and only if none of it changed since. */
  #refilled({ asked, error, refilled }: RemakesAnswer & { type: "remakes.refilled" }): void {
    const { refill, reply, request, watch } = asked;
    const feed = this.#feedOf(refill.symbol);
    const now = this.#input.shared.clock.now();
    const isReplayed = "added" in refill.said;
    const isSame = feed?.listing === request.listing;
    // What closes before is not changed by it, here as in a replay; a longer candle that does is
    // seen while the watch stands, and made again with it.
    if (refilled !== null && isSame && !isReplayed) this.#bench.settle(refill.symbol, now);
    feed?.refilling.delete(watch);
    if (refilled === null) {
      reply.reject(error);
      return;
    }
    if (!isSame || watch.changed) {
      this.#refill(refill, reply);
      return;
    }
    const { amendments, candles, gaps, ticks } = refilled;
    const { listing } = feed;
    for (const { from, reason, status } of gaps) {
      if (reason !== "joined" || status !== "filled" || listing.since === undefined) continue;
      listing.since = Math.min(listing.since, from);
    }
    const made = { ...nothingMade(), candles: [...candles] };
    // It counts from now on.
    const past = isReplayed ? ticks : ticks.map((trade) => ({ ...trade, receivedAt: now }));
    this.#bench.handOut(made, { past, gaps, amendments });
    this.#recount(listing, candles);
    if (!feed.isRefilled && ticks.length + candles.length + gaps.length > 0) this.#rebuild(feed);
    reply.resolve(refilled);
  }

  /** Has the measures of the minutes that changed counted anew. */
  #recount(listing: Listing, candles: readonly Candle[]): void {
    for (const { interval, start } of candles) {
      if (interval === BASE_INTERVAL.name) this.#bench.recount(listing, start);
    }
  }

  /** Builds the forming candles anew on what is kept. */
  #rebuild(feed: Feed): void {
    const { listing } = feed;
    if (listing.state === "rebuilding") feed.stale = true;
    if (listing.state !== "live" || this.#input.memory.draining) return;
    this.#takeAside(feed);
    this.#bench.recall(feed);
  }

  /** Takes an instrument's candles away, until they are built anew or go on. */
  #takeAside(feed: Feed): void {
    if (feed.series === undefined) return;
    feed.late = feed.series.awaited();
    feed.aside = feed.series;
    feed.series = undefined;
  }

  #feedOf(symbol: string): Feed | undefined {
    return this.#input.memory.feeds.get(symbol);
  }

  #requestOf({ listing }: Feed): RemakeRequest {
    const { market } = listing.instrument;
    const { intervals } = this.#input.shared;
    return { listing, intervals, sessionAt: (time) => sessionAt(market, time) };
  }

  #ask(command: RemakesCommand): void {
    const { memory } = this.#input;
    (this.#self.system.get(`${memory.id}-remakes`) as AnyActorRef | undefined)
      ?.send(command as AnyEventObject);
  }
}
