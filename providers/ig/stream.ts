/**
 * IG's stream: an item for each instrument's prices, and one for its candles where there is room.
 *
 * @module
 */
import { type Instrument, levelAt } from "../../domain/instrument.ts";
import type { Tick } from "../../domain/tick.ts";
import type { ProviderContext, ProviderError, Refusal, Stream, StreamSink } from "../provider.ts";
import { CANDLE_FIELDS, closedBar } from "./candles.ts";
import { Item, type SubscriptionMaker } from "./item.ts";
import { Link } from "./link.ts";
import type { Market, Markets } from "./markets.ts";
import { PriceDecoder, priceFields } from "./prices.ts";
import type { Login } from "./signin.ts";
import { plan, type Slot, slotKey, SLOTS } from "./slots.ts";
import { ID } from "./symbols.ts";

/** What a stream works with. */
export interface StreamOptions {
  readonly context: ProviderContext;
  readonly login: Login;
  readonly markets: Markets;
  /** The Lightstreamer server. */
  readonly address: string;
}

/** An instrument that is streamed. */
interface Entry {
  readonly instrument: Instrument;
  readonly market: Market;
}

/** An open stream. */
export class IgStream implements Stream {
  readonly #options: StreamOptions;
  readonly #sink: StreamSink;
  readonly #closing = new AbortController();
  /** By symbol, in the order in which they were asked for. */
  readonly #entries = new Map<string, Entry>();
  readonly #items = new Map<string, Item>();
  /** Symbols that are being looked up. */
  readonly #asked = new Set<string>();
  /** Sets this stream's ids apart from those of every other. */
  readonly #run: string;
  #count = 0;
  #batch: Tick[] = [];
  #link: Link | undefined;
  #Subscription: SubscriptionMaker | undefined;

  private constructor(options: StreamOptions, sink: StreamSink) {
    this.#options = options;
    this.#sink = sink;
    this.#run = options.context.now().toString(36);
  }

  /** Opens it. */
  static async open(
    options: StreamOptions,
    sink: StreamSink,
    signal: AbortSignal,
  ): Promise<IgStream> {
    signal.throwIfAborted();
    const stream = new IgStream(options, sink);
    const { address, context, login } = options;
    stream.#link = await Link.open({
      address,
      now: () => context.now(),
      user: login.account,
      password: login.streamPassword,
      onLost: (error) => stream.#lost(error),
    }, signal);
    stream.#Subscription = (await import("./client.ts")).Subscription;
    return stream;
  }

  async subscribe(instruments: readonly Instrument[]): Promise<readonly Refusal[]> {
    const fresh = instruments.filter(({ symbol }) =>
      !this.#entries.has(symbol) && !this.#asked.has(symbol)
    );
    for (const { symbol } of fresh) this.#asked.add(symbol);
    const { signal } = this.#closing;
    try {
      const mapped = (symbol: string, epic: string) => {
        if (!signal.aborted) this.#sink.mapped(symbol, epic);
      };
      const request = { purpose: "live", signal } as const;
      const { markets, refusals } = await this.#options.markets.resolve(fresh, request, mapped);
      if (signal.aborted) return [];
      return [...refusals, ...await this.#add(fresh, markets)];
    } catch (error) {
      if (signal.aborted) return [];
      throw error;
    } finally {
      for (const { symbol } of fresh) this.#asked.delete(symbol);
    }
  }

  unsubscribe(symbols: readonly string[]): Promise<void> {
    for (const symbol of symbols) {
      this.#entries.delete(symbol);
      this.#asked.delete(symbol);
    }
    this.#batch = this.#batch.filter(({ symbol }) => !symbols.includes(symbol));
    this.#reconcile();
    return Promise.resolve();
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#link?.close();
  }

  /** Streams those of the instruments that there is room for, and waits for the venue's answers. */
  async #add(
    instruments: readonly Instrument[],
    markets: ReadonlyMap<string, Market>,
  ): Promise<Refusal[]> {
    const refusals: Refusal[] = [];
    const added: Entry[] = [];
    for (const instrument of instruments) {
      const { symbol } = instrument;
      const market = markets.get(symbol);
      // One that was unsubscribed from meanwhile is not asked for any more.
      if (market === undefined || !this.#asked.has(symbol)) continue;
      const why = this.#noRoom(symbol, market);
      if (why !== null) refusals.push({ symbol, ...why, polls: true });
      else {
        const entry = { instrument, market };
        this.#entries.set(symbol, entry);
        added.push(entry);
      }
    }
    this.#reconcile();
    for (const { instrument: { symbol }, market: { epic } } of added) {
      const why = await this.#items.get(slotKey({ kind: "price", symbol }))?.answer ?? null;
      if (why === null) continue;
      this.#entries.delete(symbol);
      refusals.push({
        symbol,
        reason: `IG does not stream ${symbol} (${epic}): ${why}.`,
        polls: true,
      });
    }
    if (refusals.length > 0) this.#reconcile();
    return refusals;
  }

  #noRoom(symbol: string, { epic, streams }: Market): Pick<Refusal, "reason" | "full"> | null {
    if (!streams) return { reason: `IG does not stream ${symbol} (${epic}); it can be asked for.` };
    if (this.#entries.size < SLOTS) return null;
    const room = `IG's stream, which holds ${SLOTS} instruments; it can be asked for`;
    return { reason: `${symbol} has no room in ${room}.`, full: true };
  }

  /** Drops the items that are not wanted any more, then asks for those that are. */
  #reconcile(): void {
    const wanted = new Map(
      this.#closing.signal.aborted
        ? []
        : plan([...this.#entries.keys()]).map((slot) => [slotKey(slot), slot]),
    );
    for (const [key, item] of this.#items) {
      if (wanted.has(key)) continue;
      this.#items.delete(key);
      item.drop();
    }
    for (const [key, slot] of wanted) {
      if (!this.#items.has(key)) this.#items.set(key, this.#subscribe(slot));
    }
  }

  #subscribe({ kind, symbol }: Slot): Item {
    const entry = this.#entries.get(symbol)!;
    const spec = kind === "price" ? this.#prices(entry) : this.#candles(entry);
    return new Item(this.#link!, this.#Subscription!, {
      ...spec,
      onProblem: (what) => this.#after(() => this.#sink.problem({ where: spec.name, what })),
    });
  }

  #prices({ instrument, market: { epic, exponent } }: Entry) {
    const { context, login } = this.#options;
    const { symbol } = instrument;
    const level = levelAt(instrument, ID);
    const name = `PRICE:${login.account}:${epic}`;
    const decoder = new PriceDecoder(
      { provider: ID, symbol, exponent, level },
      () => `${this.#run}-${this.#count++}`,
    );
    const onValues = (values: (string | null)[]) => {
      const { ticks, status, time, problems } = decoder.decode(values, context.now());
      if (ticks.length === 0) this.#sink.heard();
      for (const tick of ticks) this.#say(tick);
      if (status !== null) {
        this.#after(() => this.#sink.status({ symbol, provider: ID, time, ...status }));
      }
      for (const what of problems) this.#after(() => this.#sink.problem({ where: name, what }));
    };
    return { name, fields: priceFields(level), adapter: "Pricing", isExtra: false, onValues };
  }

  #candles({ instrument: { symbol }, market: { epic, exponent } }: Entry) {
    const name = `CHART:${epic}:1MINUTE`;
    const onValues = (values: (string | null)[]) => {
      this.#sink.heard();
      const bar = closedBar(values, { symbol, exponent });
      if (typeof bar === "string") {
        this.#after(() => this.#sink.problem({ where: name, what: bar }));
      } else if (bar !== null) this.#after(() => this.#sink.bar(bar));
    };
    return { name, fields: CANDLE_FIELDS, adapter: null, isExtra: true, onValues };
  }

  get #isOver(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Adds a tick to the batch; the updates of one frame are decoded within one turn. */
  #say(tick: Tick): void {
    if (this.#batch.length === 0) queueMicrotask(() => this.#flush());
    this.#batch.push(tick);
  }

  #flush(): void {
    const batch = this.#batch;
    if (batch.length === 0 || this.#isOver) return;
    this.#batch = [];
    this.#sink.ticks(batch);
  }

  /** Says something after the ticks that came before. */
  #after(say: () => void): void {
    this.#flush();
    say();
  }

  #lost(error: ProviderError): void {
    if (this.#isOver) return;
    this.#flush();
    this.#stop();
    this.#sink.lost(error);
  }

  #stop(): void {
    this.#closing.abort();
    for (const item of this.#items.values()) item.abandon();
    this.#items.clear();
    this.#entries.clear();
    this.#batch = [];
  }
}
