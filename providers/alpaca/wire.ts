/**
 * What Alpaca says, decoded into the domain: messages of the stream, rows of REST. Pure.
 *
 * Rows are the same in both, but for `T` and `S`.
 *
 * @module
 */
import { tradeFlags } from "../../domain/conditions.ts";
import { FLAGS } from "../../domain/flags.ts";
import type { Quote, Trade } from "../../domain/tick.ts";
import type { Micros } from "../../domain/time.ts";
import { timeReader } from "../../domain/timetext.ts";
import type { Correction, HistoricalBar, TradingStatus } from "../provider.ts";

/** The provider's id. */
export const ID = "alpaca";

/** Parsed JSON that is an object. */
export type Row = Readonly<Record<string, unknown>>;

/** A message about the stream itself. */
export type Control =
  | { readonly kind: "success"; readonly words: string }
  | { readonly kind: "error"; readonly code: number; readonly words: string }
  /** Everything that is subscribed to, by channel. */
  | { readonly kind: "subscription"; readonly trades: ReadonlySet<string> };

/** A message, decoded. */
export type Word =
  | Trade
  | Quote
  | Control
  | { readonly kind: "bar"; readonly bar: HistoricalBar }
  | { readonly kind: "correction"; readonly correction: Correction }
  | { readonly kind: "status"; readonly status: TradingStatus }
  /** Something we have no use for: an instrument or a type of message that was not asked for. */
  | { readonly kind: "nothing" }
  | { readonly kind: "unusable"; readonly what: string };

const NOTHING: Word = { kind: "nothing" };
/** Types we have no use for: limits up and down, imbalances, the day's bar while it forms. */
const UNUSED: ReadonlySet<unknown> = new Set(["l", "i", "d", "n", "o"]);

/** The halt codes of tapes A and B, and those of C: whether the instrument trades after them. */
const TRADES: Readonly<Record<string, boolean>> = {
  "2": false,
  "3": true,
  "H": false,
  "P": false,
  "Q": false,
  "T": true,
};

/** An id with more digits than a double holds becomes text, so that no digit is lost. */
const LONG_IDS = /"(i|oi|ci)":\s*(\d{16,})/g;

/** Parses a frame or body; ids that are too long for a number are strings in it. */
export function parseLossless(text: string): unknown {
  return JSON.parse(text.replace(LONG_IDS, '"$1":"$2"'));
}

/** Whether parsed JSON is an object. */
export function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Decodes what Alpaca says. One for each stream or request: it remembers the minute it is in. */
export class Decoder {
  readonly #time = timeReader();
  readonly #names: ReadonlyMap<string, string>;
  readonly #run: string;
  #quotes = 0;

  /**
   * @param names our symbols by the venue's names; what is of another instrument is nothing.
   * @param run sets the ids that are made here apart from those of every other decoder.
   */
  constructor(names: ReadonlyMap<string, string>, run: string) {
    this.#names = names;
    this.#run = run;
  }

  /** Decodes one message of a frame. */
  message(message: unknown, receivedAt: Micros): Word {
    if (!isRow(message)) return unusable("is no message", message);
    const { T, S } = message;
    if (typeof S !== "string") return this.#control(message);
    const symbol = this.#names.get(S);
    if (symbol === undefined || UNUSED.has(T)) return NOTHING;
    switch (T) {
      case "q":
        return this.quote(symbol, message, receivedAt) ?? unusable("is no quote", message);
      case "t":
        return this.trade(symbol, message, receivedAt) ?? unusable("is no trade", message);
      case "b":
      case "u": {
        const bar = this.bar(symbol, "1m", message);
        return bar === undefined ? unusable("is no bar", message) : { kind: "bar", bar };
      }
      case "c":
      case "x": {
        const correction = this.#correction(symbol, message, receivedAt);
        if (correction === undefined) return unusable("is no correction", message);
        return { kind: "correction", correction };
      }
      case "s":
        return this.#status(symbol, message);
      default:
        return unusable("is of an unknown type", message);
    }
  }

  /** A trade; `undefined` where the row is none. */
  trade(symbol: string, row: Row, receivedAt: Micros): Trade | undefined {
    const { p, s, t, u } = row;
    const id = tradeId(row["x"], row["i"]);
    if (id === undefined || typeof p !== "number" || typeof s !== "number") return undefined;
    const taken = u === "canceled" || u === "incorrect" ? FLAGS["cancelled"] : 0;
    return this.#trade({ symbol, id, price: p, size: s, receivedAt }, t, row["c"], row["z"], taken);
  }

  /** A quote; `undefined` where the row is none. A price of 0 says that the side is not quoted. */
  quote(symbol: string, row: Row, receivedAt: Micros): Quote | undefined {
    const bid = amount(row["bp"]);
    const bidSize = amount(row["bs"]);
    const ask = amount(row["ap"]);
    const askSize = amount(row["as"]);
    const { t } = row;
    const time = typeof t === "string" ? this.#time(t) : undefined;
    if (time === undefined || Number.isNaN(bid + bidSize + ask + askSize)) return undefined;
    return {
      kind: "quote",
      symbol,
      time,
      receivedAt,
      provider: ID,
      id: `${this.#run}-${this.#quotes++}`,
      flags: 0,
      bid: bid === 0 ? null : bid,
      bidSize: bid === 0 ? null : bidSize,
      ask: ask === 0 ? null : ask,
      askSize: ask === 0 ? null : askSize,
    };
  }

  /** A bar; `undefined` where the row is none. */
  bar(symbol: string, interval: string, row: Row): HistoricalBar | undefined {
    const { o, h, l, c, v, n, vw, t } = row;
    const start = typeof t === "string" ? this.#time(t) : undefined;
    const whole = typeof o === "number" && typeof h === "number" && typeof l === "number" &&
      typeof c === "number" && start !== undefined;
    if (!whole) return undefined;
    return {
      symbol,
      interval,
      basis: "trade",
      start,
      open: o,
      high: h,
      low: l,
      close: c,
      volume: typeof v === "number" ? v : null,
      ticks: typeof n === "number" ? n : null,
      vwap: typeof vw === "number" ? vw : null,
    };
  }

  #trade(
    { symbol, id, price, size, receivedAt }:
      & Pick<Trade, "symbol" | "id" | "price" | "receivedAt">
      & {
        size: number;
      },
    t: unknown,
    c: unknown,
    z: unknown,
    flags: number,
  ): Trade | undefined {
    const time = typeof t === "string" ? this.#time(t) : undefined;
    if (time === undefined) return undefined;
    const codes = Array.isArray(c) && c.every((code) => typeof code === "string") ? c : [];
    return {
      kind: "trade",
      symbol,
      time,
      receivedAt,
      provider: ID,
      id,
      flags: flags | tradeFlags(codes, String(z)),
      price,
      size,
      side: null,
      conditions: joined(codes),
    };
  }

  /** A correction (`c`) names the trade as `oi`, a cancel (`x`) as `i`; both the exchange. */
  #correction(symbol: string, row: Row, receivedAt: Micros): Correction | undefined {
    const { T, x, cp, cs } = row;
    const id = tradeId(x, T === "c" ? row["oi"] : row["i"]);
    if (id === undefined) return undefined;
    const correction = { symbol, provider: ID, id, receivedAt };
    if (T === "x") return { ...correction, replacement: null };
    const corrected = tradeId(x, row["ci"]);
    if (corrected === undefined || typeof cp !== "number" || typeof cs !== "number") {
      return undefined;
    }
    const fields = { symbol, id: corrected, price: cp, size: cs, receivedAt };
    const replacement = this.#trade(fields, row["t"], row["cc"], row["z"], 0);
    return replacement === undefined ? undefined : { ...correction, replacement };
  }

  #status(symbol: string, row: Row): Word {
    const { sc, sm, rm, t } = row;
    const time = typeof t === "string" ? this.#time(t) : undefined;
    if (time === undefined || typeof sc !== "string") return unusable("is no status", row);
    const trading = Object.hasOwn(TRADES, sc) ? TRADES[sc] : undefined;
    // The other codes are of imbalances and price indications: they neither halt nor resume.
    if (trading === undefined) return NOTHING;
    const reason = [sm, rm].filter((words) => typeof words === "string" && words !== "").join(", ");
    return { kind: "status", status: { symbol, provider: ID, time, trading, reason } };
  }

  #control(row: Row): Word {
    const { T, msg, code, trades } = row;
    if (T === "success" && typeof msg === "string") return { kind: "success", words: msg };
    if (T === "error" && typeof code === "number") {
      return { kind: "error", code, words: typeof msg === "string" ? msg : "" };
    }
    if (
      T === "subscription" && (Array.isArray(trades) || trades === null || trades === undefined)
    ) {
      return { kind: "subscription", trades: new Set<string>(trades ?? []) };
    }
    return UNUSED.has(T) ? NOTHING : unusable("is no message", row);
  }
}

/**
 * A trade's id: exchanges number their trades each by itself, so the exchange is part of it. A
 * correction or cancel gives the same two, and no tape is needed: an instrument has one.
 */
function tradeId(exchange: unknown, id: unknown): string | undefined {
  if (typeof exchange !== "string") return undefined;
  if (typeof id === "number" ? Number.isSafeInteger(id) : typeof id === "string" && id !== "") {
    return `${exchange}-${id}`;
  }
  return undefined;
}

/** The codes joined by a space; tape A's code for a regular trade, a space itself, as `@`. */
function joined(codes: readonly string[]): string | null {
  if (codes.length === 0) return null;
  return codes.map((code) => code === " " ? "@" : code).join(" ");
}

/** A price or size of a quote: 0 where the venue gives none, `NaN` where it gives something else. */
function amount(value: unknown): number {
  return typeof value === "number" ? value : value === undefined || value === null ? 0 : NaN;
}

function unusable(what: string, value: unknown): Word {
  const text = JSON.stringify(value) ?? String(value);
  return {
    kind: "unusable",
    what: `${text.length > 120 ? `${text.slice(0, 119)}…` : text} ${what}`,
  };
}
