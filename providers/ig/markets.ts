/**
 * Which market of IG an instrument is, found out once a session.
 *
 * @module
 */
import type { Instrument } from "../../domain/instrument.ts";
import { ProviderError, type QuotaRequest, type Refusal } from "../provider.ts";
import type { Gateway } from "./gateway.ts";
import { exponentOf } from "./scale.ts";
import type { Login } from "./signin.ts";
import {
  candidatesOf,
  configuredEpic,
  isNameable,
  likely,
  searchText,
  unambiguous,
} from "./symbols.ts";
import { type FoundMarket, type MarketDetails, marketsBody, searchBody } from "./wire.ts";

/** An instrument's market. */
export interface Market {
  readonly epic: string;
  /** The power of ten that makes its levels prices. */
  readonly exponent: number;
  /** What sentiment is asked by; `null` where IG gives none. */
  readonly marketId: string | null;
  readonly streams: boolean;
}

/** What looking up instruments came to. */
export interface Resolved {
  /** By symbol. */
  readonly markets: ReadonlyMap<string, Market>;
  readonly refusals: readonly Refusal[];
}

/** Epics in one request. */
const BATCH = 50;
const NAMES = ["requests", "account"];

/** The markets of one session. */
export class Markets {
  readonly #known = new Map<string, Market>();
  /** Those that there are none of: a poll asks for them again and again. */
  readonly #missing = new Map<string, Refusal>();

  constructor(private readonly gateway: Gateway, private readonly login: Login) {}

  /**
   * Finds instruments' markets.
   *
   * @param mapped told of each epic that was found out.
   * @throws ProviderError
   */
  async resolve(
    instruments: readonly Instrument[],
    request: QuotaRequest,
    mapped: (symbol: string, epic: string) => void,
  ): Promise<Resolved> {
    const refusals: Refusal[] = [];
    const isOpen = (one: Instrument) =>
      !this.#known.has(keyOf(one)) && !this.#missing.has(keyOf(one));
    const unknown = instruments.filter(isOpen);
    for (const instrument of unknown) {
      if (!isNameable(instrument)) this.#missing.set(keyOf(instrument), misnamed(instrument));
    }
    for (const instrument of await this.#tryEpics(unknown.filter(isOpen), request, mapped)) {
      await this.#search(instrument, request, mapped);
    }
    const markets = new Map<string, Market>();
    for (const instrument of instruments) {
      const market = this.#known.get(keyOf(instrument));
      const refusal = this.#missing.get(keyOf(instrument));
      if (market !== undefined) markets.set(instrument.symbol, market);
      else if (refusal !== undefined) refusals.push(refusal);
    }
    return { markets, refusals };
  }

  /** Details of those of the epics that IG has, by epic. */
  async details(
    epics: readonly string[],
    request: QuotaRequest,
  ): Promise<ReadonlyMap<string, MarketDetails>> {
    const found = new Map<string, MarketDetails>();
    for (let i = 0; i < epics.length; i += BATCH) {
      for (const one of await this.#batch(epics.slice(i, i + BATCH), request)) {
        found.set(one.instrument.epic, one);
      }
    }
    return found;
  }

  /** What IG has that fits a text. */
  async find(text: string, { purpose, signal }: QuotaRequest): Promise<readonly FoundMarket[]> {
    const { body } = await this.gateway.ask({
      what: `search IG for "${text}"`,
      method: "GET",
      path: `/markets?searchTerm=${encodeURIComponent(text)}`,
      version: 1,
      headers: this.login.headers,
      body: searchBody,
      names: NAMES,
      purpose,
      signal,
    });
    return body.markets;
  }

  /**
   * Tries each instrument's epics in order, those of all instruments at once. What is found is kept.
   *
   * @returns those without any.
   */
  async #tryEpics(
    instruments: readonly Instrument[],
    request: QuotaRequest,
    mapped: (symbol: string, epic: string) => void,
  ): Promise<readonly Instrument[]> {
    const { mappings } = this.gateway.context;
    let trying = instruments.map((instrument) => {
      const learnt = mappings.get(instrument.symbol);
      return { instrument, learnt, epics: candidatesOf(instrument, learnt) };
    });
    for (let round = 0; trying.some(({ epics }) => epics.length > round); round++) {
      const epics = trying.flatMap((one) => one.epics.slice(round, round + 1));
      const details = await this.details(epics, request);
      trying = trying.filter(({ instrument, learnt, epics }) => {
        const found = details.get(epics[round] ?? "");
        if (found === undefined) return true;
        const { epic } = found.instrument;
        const isKept = this.#keep(instrument, found);
        if (isKept && epic !== learnt && configuredEpic(instrument) === undefined) {
          mapped(instrument.symbol, epic);
        }
        return false;
      });
    }
    return trying.map(({ instrument }) => instrument);
  }

  /** One unknown epic fails a whole request: then its halves are asked for. */
  async #batch(epics: readonly string[], request: QuotaRequest): Promise<readonly MarketDetails[]> {
    const { purpose, signal } = request;
    try {
      const { body } = await this.gateway.ask({
        what: `get ${epics.length} markets from IG`,
        method: "GET",
        path: `/markets?epics=${epics.map(encodeURIComponent).join(",")}`,
        version: 2,
        headers: this.login.headers,
        body: marketsBody,
        names: NAMES,
        purpose,
        signal,
      });
      return body.marketDetails;
    } catch (error) {
      if (!(error instanceof ProviderError) || !UNKNOWN_EPIC.test(error.message)) throw error;
      if (epics.length === 1) return [];
      const half = Math.ceil(epics.length / 2);
      const first = await this.#batch(epics.slice(0, half), request);
      return [...first, ...await this.#batch(epics.slice(half), request)];
    }
  }

  async #search(
    instrument: Instrument,
    request: QuotaRequest,
    mapped: (symbol: string, epic: string) => void,
  ): Promise<void> {
    const { symbol } = instrument;
    const configured = configuredEpic(instrument);
    const found = await this.find(searchText(instrument), request);
    const meant = configured === undefined ? unambiguous(found, instrument) : undefined;
    const details = meant && (await this.details([meant.epic], request)).get(meant.epic);
    if (details === undefined) {
      const as = configured === undefined ? "" : ` as ${configured}`;
      this.#missing.set(keyOf(instrument), {
        symbol,
        reason: `IG does not give ${symbol}${as} on this account; ${likely(found)}: ` +
          `set the instrument's providers.ig.epic.`,
      });
    } else if (this.#keep(instrument, details)) mapped(symbol, details.instrument.epic);
  }

  /** Notes an instrument's market; tells whether its levels can be read. */
  #keep(instrument: Instrument, details: MarketDetails): boolean {
    const { symbol } = instrument;
    const { epic, marketId, onePipMeans, streamingPricesAvailable } = details.instrument;
    const exponent = exponentOf(details, instrument);
    if (exponent === undefined) {
      const { scalingFactor } = details.snapshot;
      this.#missing.set(keyOf(instrument), {
        symbol,
        reason: `IG quotes ${symbol} (${epic}) in a unit that marketd cannot convert ` +
          `(scalingFactor ${scalingFactor}, onePipMeans ${onePipMeans}): name another epic for it.`,
      });
      return false;
    }
    this.#known.set(keyOf(instrument), {
      epic,
      exponent,
      marketId: marketId ?? null,
      streams: streamingPricesAvailable,
    });
    return true;
  }
}

/** What an instrument's market depends on. */
function keyOf(instrument: Instrument): string {
  return [instrument.symbol, instrument.currency, configuredEpic(instrument) ?? ""].join(" ");
}

/** In the message of what IG says of an epic that it does not have. */
const UNKNOWN_EPIC = /epic-not-found|error\.unsupported\.epic|instrument\.epic\.unavailable/;

function misnamed(instrument: Instrument): Refusal {
  const { symbol } = instrument;
  return {
    symbol,
    reason:
      `${symbol} cannot be had from IG as "${configuredEpic(instrument)}", which is no epic: ` +
      `epics are like KA.D.VOD.DAILY.IP.`,
  };
}
