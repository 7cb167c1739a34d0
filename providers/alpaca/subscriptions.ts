/**
 * What a stream is subscribed to, and how that is changed.
 *
 * @module
 */
import type { Instrument } from "../../domain/instrument.ts";
import type { ProviderError, Refusal } from "../provider.ts";
import type { Exchange } from "./exchange.ts";
import { type Answer, batchesOf, refusesSymbols, subscribeWhatFits } from "./subscribe.ts";
import { isListed, nameOf, notListed } from "./symbols.ts";
import type { Control } from "./wire.ts";

/** What is asked for of every instrument; corrections and cancels come with the trades. */
const CORE = ["trades", "quotes"] as const;
/** What some feeds do not have. */
const EXTRAS = ["bars", "updatedBars", "statuses"] as const;

/** What subscriptions work with. */
export interface SubscriptionParts {
  readonly feed: string;
  readonly exchange: Exchange;
  /** The venue's words, fit to be shown. */
  quote(words: string): string;
  problem(what: string): void;
  /** Ends the stream for an answer that is none of ours; returns why. */
  lose(answer: Control): ProviderError;
}

/** The subscriptions of one stream. */
export class Subscriptions {
  readonly #parts: SubscriptionParts;
  /** Our symbols by the venue's names. */
  readonly #names = new Map<string, string>();
  #channels: readonly string[] = [...CORE, ...EXTRAS];

  constructor(parts: SubscriptionParts) {
    this.#parts = parts;
  }

  /** Our symbols by the venue's names, of what is wanted. */
  get names(): ReadonlyMap<string, string> {
    return this.#names;
  }

  /** Adds instruments; resolves with those that are refused. */
  add(instruments: readonly Instrument[]): Promise<readonly Refusal[]> {
    const { exchange, feed, quote } = this.#parts;
    return exchange.inTurn(async () => {
      const listed = instruments.filter((one) => isListed(one, feed));
      const unknown = instruments.filter((one) => !listed.includes(one));
      const wanted = new Map(
        listed.map((one) => [nameOf(one), one.symbol] as const)
          .filter(([name]) => !this.#names.has(name)),
      );
      for (const [name, symbol] of wanted) this.#names.set(name, symbol);
      const refused = await subscribeWhatFits(
        [...wanted.keys()],
        (names) => this.#ask("subscribe", names),
        quote,
      );
      for (const { name } of refused) this.#names.delete(name);
      return [
        ...unknown.map(({ symbol }) => ({ symbol, reason: notListed(symbol, feed) })),
        ...refused.map(({ name, ...refusal }) => ({ symbol: wanted.get(name)!, ...refusal })),
      ];
    });
  }

  /** Drops symbols: from here on nothing of theirs is wanted, whatever the venue still says. */
  async remove(symbols: readonly string[]): Promise<void> {
    const { exchange, problem } = this.#parts;
    const gone = this.#forget(symbols);
    await exchange.inTurn(async () => {
      // A subscription that was under way may have brought one back.
      const names = [...new Set([...gone, ...this.#forget(symbols)])];
      for (const some of batchesOf(names)) {
        if (exchange.isOver) return;
        const answer = await this.#ask("unsubscribe", some);
        if (answer.kind === "error") problem(`a subscription was kept: ${this.#said(answer)}`);
      }
    });
  }

  /** Returns the venue's names of those that were wanted. */
  #forget(symbols: readonly string[]): string[] {
    const gone = new Set(symbols);
    const names = [...this.#names].filter(([, symbol]) => gone.has(symbol)).map(([name]) => name);
    for (const name of names) this.#names.delete(name);
    return names;
  }

  /** Asks for a change, of as many channels as the feed has. */
  async #ask(action: "subscribe" | "unsubscribe", names: readonly string[]): Promise<Answer> {
    const { exchange, feed, lose, problem } = this.#parts;
    const lists = Object.fromEntries(this.#channels.map((channel) => [channel, names]));
    const answer = await exchange.ask({ action, ...lists });
    if (answer.kind === "subscription") return answer;
    if (answer.kind === "error" && answer.code === 410 && this.#channels.length > CORE.length) {
      problem(`the feed ${feed} has no ${EXTRAS.join(", ")}: ${this.#said(answer)}`);
      this.#channels = CORE;
      return await this.#ask(action, names);
    }
    if (answer.kind === "error" && refusesSymbols(answer.code)) return answer;
    throw lose(answer);
  }

  #said({ code, words }: Extract<Control, { kind: "error" }>): string {
    return `${code} ${this.#parts.quote(words)}`;
  }
}
