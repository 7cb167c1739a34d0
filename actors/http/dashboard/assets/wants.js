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
 * The query of one stream that carries all that is wanted, and little else: a type or an interval
 * that only some instruments need is asked for theirs alone.
 *
 * @param {readonly Want[]} wants at least one
 * @returns {string} such as `symbols=*&types=candle%2Ctrade%40AAPL&intervals=1m&every=250ms`
 */
export function queryOf(wants) {
  const all = unionOf(wants.map(({ symbols }) => symbols));
  const timed = wants.filter(({ types }) => types.some((type) => TIMED.has(type)));
  const query = new URLSearchParams({
    types: selectionOf(wants, ({ types }) => types, all),
    every: `${Math.min(...wants.map(({ every }) => every))}ms`,
  });
  // What is about no instrument has none, and no interval either.
  if (all === "*") query.set("symbols", "*");
  else if (all.length > 0) query.set("symbols", all.join(","));
  if (timed.some(({ intervals }) => intervals === undefined)) query.set("intervals", "*");
  else if (timed.length > 0) {
    query.set("intervals", selectionOf(timed, ({ intervals = [] }) => intervals, all));
  }
  query.sort();
  return query.toString();
}

/**
 * A list of names, each with the instruments that it is limited to.
 *
 * @param {readonly Want[]} wants
 * @param {(want: Want) => readonly string[]} namesOf
 * @param {readonly string[] | "*"} all the instruments that are asked for
 */
function selectionOf(wants, namesOf, all) {
  const names = [...new Set(wants.flatMap(namesOf))].sort();
  return names.flatMap((name) => {
    const of = unionOf(
      wants.filter((want) => namesOf(want).includes(name)).map(({ symbols }) => symbols),
    );
    const isLimited = of !== "*" && of.length > 0 && (all === "*" || of.length < all.length);
    return isLimited ? of.map((symbol) => `${name}@${symbol}`) : [name];
  }).join(",");
}

/**
 * @param {readonly (readonly string[] | "*")[]} lists
 * @returns {readonly string[] | "*"}
 */
function unionOf(lists) {
  if (lists.some((list) => list === "*")) return "*";
  return [...new Set(lists.flat())].sort();
}
