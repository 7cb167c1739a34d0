/**
 * What the parts of a page want of the stream, and what one stream must carry so that all get it.
 * Pure.
 *
 * @module
 */

/**
 * What one part of a page wants.
 *
 * @typedef {object} Want
 * @property {readonly string[] | "*"} symbols none: only what is about no instrument
 * @property {readonly string[]} types such as `candle` and `status`
 * @property {readonly string[]} [intervals] of candles and order flow; absent: all
 * @property {number} every the pace in milliseconds, from 100
 */

/**
 * One event of the stream.
 *
 * @typedef {object} StreamEvent
 * @property {string} [id]
 * @property {string} event its type
 * @property {any} data
 */

/** Types whose events have an interval. */
const TIMED = new Set(["candle", "flow"]);

/**
 * Whether somebody wants an event. One that is about no instrument is wanted by its type alone.
 *
 * @param {readonly Want[]} wants
 * @param {StreamEvent} event
 * @returns {boolean}
 */
export function isWanted(wants, { event, data }) {
  return wants.some(({ symbols, types, intervals }) =>
    types.includes(event) &&
    (symbols === "*" || data.symbol === undefined || symbols.includes(data.symbol)) &&
    (intervals === undefined || !TIMED.has(event) || intervals.includes(data.interval))
  );
}

/**
 * The query of one stream that carries all that is wanted.
 *
 * @param {readonly Want[]} wants at least one
 * @returns {string} such as `symbols=AAPL&types=candle&intervals=1m&every=250ms`
 */
export function queryOf(wants) {
  const query = new URLSearchParams({
    symbols: listOf(wants.map(({ symbols }) => symbols)),
    types: listOf(wants.map(({ types }) => types)),
    intervals: listOf(
      wants.map(({ types, intervals }) =>
        types.some((type) => TIMED.has(type)) ? intervals ?? "*" : []
      ),
    ),
    every: `${Math.min(...wants.map(({ every }) => every))}ms`,
  });
  // What is about no instrument has no interval either.
  for (const name of ["symbols", "intervals"]) if (query.get(name) === "") query.delete(name);
  return query.toString();
}

/** @param {readonly (readonly string[] | "*")[]} lists */
function listOf(lists) {
  if (lists.some((list) => list === "*")) return "*";
  return [...new Set(lists.flat())].sort().join(",");
}
