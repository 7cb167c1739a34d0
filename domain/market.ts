/**
 * Markets: where and when an instrument trades, and in what money and steps.
 *
 * @module
 */

/**
 * A market. `US` stands for a US listing whose exchange is not named. An index is at its home
 * exchange: `^FTSE` at LSE, `^GDAXI` at XETR.
 */
export type MarketId = "NASDAQ" | "NYSE" | "ARCA" | "US" | "LSE" | "XETR" | "XPAR" | "FX";

/** A list of holidays, shared by the markets that keep the same ones. */
export type CalendarId = "NYSE" | "LSE" | "XETR" | "EURONEXT" | "FX";

/** Which of a market's hours are meant. The extended ones include the regular ones. */
export type HoursKind = "regular" | "extended";

/** Hours in a market's own zone, as `HH:MM`. */
export interface Hours {
  /** Inclusive; on the day before, where it is not earlier than `close`. */
  readonly open: string;
  /** Exclusive. */
  readonly close: string;
}

/** A market. */
export interface Market {
  readonly id: MarketId;
  /** For people. */
  readonly name: string;
  /** The IANA zone in which its hours are written. */
  readonly zone: string;
  /** What prices are in: an ISO 4217 code, or `GBX` for pence. */
  readonly currency: string;
  /** The price step of an instrument that names none. */
  readonly step: number;
  readonly calendar: CalendarId;
  /** Continuous trading. */
  readonly regular: Hours;
  /** Everything in which the market may print or quote; the regular hours where it knows no other. */
  readonly extended: Hours;
  /** When each kind of hours ends on a half day; `null` where the market has none. */
  readonly early: Readonly<Record<HoursKind, string>> | null;
}

/**
 * The US hours: the core session, with the early and late ones of the tape. On a half day the late
 * session ends at 17:00 (NYSE Group's yearly holiday notice).
 */
const US = {
  zone: "America/New_York",
  currency: "USD",
  step: 0.01,
  calendar: "NYSE",
  regular: { open: "09:30", close: "16:00" },
  extended: { open: "04:00", close: "20:00" },
  early: { regular: "13:00", extended: "17:00" },
} as const;

/**
 * Every market. The extended hours of the European ones run from the opening auction's call to the
 * end of trading at the closing price, so that they hold the closing auction. Their real price
 * steps depend on price and liquidity (MiFID II, RTS 11): an instrument names its own where it
 * matters.
 */
export const MARKETS: Readonly<Record<MarketId, Market>> = {
  NASDAQ: { id: "NASDAQ", name: "Nasdaq", ...US },
  NYSE: { id: "NYSE", name: "New York Stock Exchange", ...US },
  ARCA: { id: "ARCA", name: "NYSE Arca", ...US },
  US: { id: "US", name: "US exchanges", ...US },
  LSE: {
    id: "LSE",
    name: "London Stock Exchange",
    zone: "Europe/London",
    currency: "GBX",
    step: 0.1,
    calendar: "LSE",
    regular: { open: "08:00", close: "16:30" },
    extended: { open: "07:50", close: "16:40" },
    early: { regular: "12:30", extended: "12:40" },
  },
  XETR: {
    id: "XETR",
    name: "Deutsche Börse Xetra",
    zone: "Europe/Berlin",
    currency: "EUR",
    step: 0.01,
    calendar: "XETR",
    regular: { open: "09:00", close: "17:30" },
    extended: { open: "08:50", close: "17:45" },
    early: { regular: "14:00", extended: "14:15" },
  },
  XPAR: {
    id: "XPAR",
    name: "Euronext Paris",
    zone: "Europe/Paris",
    currency: "EUR",
    step: 0.01,
    calendar: "EURONEXT",
    regular: { open: "09:00", close: "17:30" },
    extended: { open: "07:15", close: "17:40" },
    early: { regular: "14:05", extended: "14:10" },
  },
  // From Sunday to Friday without a break; a day turns at 17:00 New York.
  FX: {
    id: "FX",
    name: "Foreign exchange",
    zone: "America/New_York",
    currency: "USD",
    step: 0.00001,
    calendar: "FX",
    regular: { open: "17:00", close: "17:00" },
    extended: { open: "17:00", close: "17:00" },
    early: null,
  },
};

/** The markets' ids. */
export const MARKET_IDS: readonly MarketId[] = Object.keys(MARKETS) as MarketId[];

/** Whether a text names a market exactly. */
export function isMarketId(text: string): text is MarketId {
  return Object.hasOwn(MARKETS, text);
}
