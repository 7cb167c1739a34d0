/**
 * What a row of the overview says of a snapshot. Pure, and used by the daemon too.
 *
 * @module
 */
import { compact, NONE, percent, placesOf, price, signed, span, unitOf } from "./format.js";

/**
 * A snapshot, as `/api/v1/snapshots` has it.
 *
 * @typedef {object} Snapshot
 * @property {string} symbol
 * @property {string} market
 * @property {string} currency
 * @property {number} step
 * @property {number} level
 * @property {string} basis
 * @property {string} provider
 * @property {number | null} price
 * @property {string | null} time
 * @property {number | null} bid
 * @property {number | null} ask
 * @property {{ price: number, kind: "close" | "open", time: string, status: string } | null} reference
 * @property {number | null} change
 * @property {number | null} changeShare
 * @property {{ open: number, high: number, low: number, volume: number, status: string } | null} day
 * @property {{ regime: string, confidence: number, reasons: string[] } | null} state
 * @property {{ cumulative: number, pressure: number | null } | null} flow
 * @property {{ state: string, reason: string | null }} freshness
 * @property {string | null} heardAt
 */

/**
 * A text, and what its colour and its mark say of it.
 *
 * @typedef {{ text: string, tone?: string, title?: string }} Cell
 * @typedef {"price" | "unit" | "change" | "share" | "bid" | "ask" | "volume" | "flow" | "state"} CellName
 */

/**
 * @param {string} text
 * @param {number | null | undefined} value
 * @param {string} title
 * @returns {Cell}
 */
function toned(text, value, title) {
  // What rounds to nothing has gone neither way.
  const isSomething = value !== null && value !== undefined && /[1-9]/.test(text);
  return { text, title, tone: isSomething ? value > 0 ? "up" : "down" : "" };
}

/** @type {Record<string, { text: string, tone: string }>} */
const REGIMES = {
  "balance": { text: "balance", tone: "flat" },
  "imbalance-up": { text: "up", tone: "up" },
  "imbalance-down": { text: "down", tone: "down" },
};

/**
 * What the cells of a row say.
 *
 * @param {Snapshot} snapshot
 * @returns {Record<CellName, Cell>}
 */
export function cellsOf(snapshot) {
  const { reference, change, changeShare, day, state, flow } = snapshot;
  const since = sinceOf(reference);
  const regime = state === null ? undefined : REGIMES[state.regime];
  return {
    price: { text: price(snapshot.price, snapshot) },
    unit: { text: unitOf(snapshot) },
    change: toned(signed(change, placesOf(snapshot.step)), change, since),
    share: toned(percent(changeShare), changeShare, since),
    bid: { text: price(snapshot.bid, snapshot) },
    ask: { text: price(snapshot.ask, snapshot) },
    volume: { text: day === null || day.volume === 0 ? NONE : compact(day.volume) },
    flow: toned(
      flow === null ? NONE : withSign(flow.cumulative),
      flow?.cumulative,
      "bought less sold volume since the session's start",
    ),
    state: regime === undefined || state === null ? { text: NONE } : {
      ...regime,
      title: [`confidence ${Math.round(100 * state.confidence)} %`, ...state.reasons].join("\n"),
    },
  };
}

/** @param {Snapshot["reference"]} reference */
function sinceOf(reference) {
  if (reference === null) return "nothing to compare with";
  const day = reference.time.slice(0, 10);
  const doubt = ["complete", "repaired", "forming"].includes(reference.status)
    ? ""
    : ` (that day is ${reference.status})`;
  return reference.kind === "close"
    ? `since the close of ${day}${doubt}`
    : `since the first price of ${day}: no close before it is kept${doubt}`;
}

/** @param {number} value */
function withSign(value) {
  return value > 0 ? `+${compact(value)}` : compact(value);
}

/** Seconds up to which a price is not worth an age. */
const FRESH = 5;

/**
 * How fresh a row is, in words that need no colour.
 *
 * @param {Pick<Snapshot, "freshness" | "heardAt">} snapshot
 * @param {number} now milliseconds since 1970, by the daemon's clock
 * @param {boolean} isCut whether the page itself is cut off from the daemon
 * @returns {{ tone: string, text: string, why: string }}
 */
export function freshnessOf({ freshness, heardAt }, now, isCut) {
  const age = heardAt === null ? null : (now - Date.parse(heardAt)) / 1_000;
  const old = age === null || age < FRESH ? "" : ` ${span(age)}`;
  if (isCut) {
    return { tone: "cut", text: `unknown${old}`, why: "This page is cut off from marketd." };
  }
  const { state, reason } = freshness;
  const aged = ["live", "quiet", "stale", "wrong"].includes(state);
  return { tone: state, text: state + (aged ? old : ""), why: reason ?? "" };
}

/**
 * How many rows are in each state, the gravest first.
 *
 * @param {Iterable<{ freshness: { state: string } }>} snapshots
 * @returns {[state: string, many: number][]}
 */
export function tally(snapshots) {
  const order = ["wrong", "stale", "halted", "waiting", "quiet", "live", "idle", "closed", "ended"];
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { freshness: { state } } of snapshots) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
}

/**
 * What ends a phase that is not followed by the regular hours.
 *
 * @type {Record<string, string>}
 */
const CHANGES = { open: "closes", extended: "end", closed: "early hours" };

/**
 * The phase of a market, and when that changes.
 *
 * @param {{ phase: string, next: { time: string, phase: string } }} market as in `/api/v1/markets`
 * @param {number} now milliseconds since 1970, by the daemon's clock
 * @returns {{ tone: string, text: string, then: string }} `then` is followed by the time itself
 */
export function phaseOf({ phase, next }, now) {
  const left = span(Math.max(0, (Date.parse(next.time) - now) / 1_000));
  const word = next.phase === "open" ? "opens" : CHANGES[phase] ?? "ends";
  return {
    tone: phase,
    text: phase === "extended" ? "extended hours" : phase,
    then: `${word} in ${left}, at`,
  };
}
