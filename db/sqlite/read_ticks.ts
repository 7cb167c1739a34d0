/**
 * Pages of ticks.
 *
 * @module
 */
import { REFUSED } from "../../domain/flags.ts";
import { type Tick, TICK_KINDS } from "../../domain/tick.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { kindBits, type TickRow, toTick } from "../rows.ts";
import type { Page, TickQuery } from "../store.ts";
import type { Bound, Database } from "./database.ts";
import { ALWAYS, toPage } from "../page.ts";

type SequencedRow = TickRow & { seq: number };

const COLUMNS = `
  t.seq, ?1 AS symbol, t.time, p.name AS provider, t.kind, t.id, t.received_at, t.flags, t.price,
  t.size, t.side, t.conditions, t.bid, t.bid_size, t.ask, t.ask_size, t.bids, t.asks`;

/**
 * Of the symbol ?1, of a kind whose bit is in ?2, without any flag of ?3. Where ?3 is 0 nothing here
 * looks beyond the unique index.
 */
const WANTED = `
  t.symbol = (SELECT id FROM symbols WHERE name = ?1) AND (?2 >> t.kind) & 1
  AND (?3 = 0 OR t.flags & ?3 = 0)`;

/**
 * After (?4, seq ?6), before the time ?5; the unique index gives the order but for ties. A CROSS JOIN
 * is never reordered by SQLite: the ticks lead.
 */
const FORWARD = `
  SELECT ${COLUMNS} FROM ticks t CROSS JOIN providers p ON p.id = t.provider
  WHERE ${WANTED} AND t.time >= ?4 AND t.time < ?5 AND (t.time > ?4 OR t.seq > ?6)
  ORDER BY t.time, t.seq LIMIT ?7`;

const BACKWARD = `
  SELECT ${COLUMNS} FROM ticks t CROSS JOIN providers p ON p.id = t.provider
  WHERE ${WANTED} AND t.time >= ?4 AND t.time <= ?5 AND (t.time < ?5 OR t.seq < ?6)
  ORDER BY t.time DESC, t.seq DESC LIMIT ?7`;

const SPAN = `
  SELECT min(seq) AS first, max(seq) AS last, count(*) AS count FROM ticks
  WHERE symbol = (SELECT id FROM symbols WHERE name = ?) AND time >= ? AND time < ?`;

/** Goes through all symbols' ticks in the order of arrival. */
const WALK = `
  SELECT ${COLUMNS} FROM ticks t NOT INDEXED CROSS JOIN providers p ON p.id = t.provider
  WHERE ${WANTED} AND t.time >= ?4 AND t.time < ?5 AND t.seq > ?6 AND t.seq <= ?8
  ORDER BY t.seq LIMIT ?7`;

/** Goes through all of the symbol's entries of the range in the unique index, and sorts out the first. */
const SORT = `
  SELECT ${COLUMNS} FROM ticks t CROSS JOIN providers p ON p.id = t.provider
  WHERE t.seq IN (
    SELECT t.seq FROM ticks t
    WHERE ${WANTED} AND t.time >= ?4 AND t.time < ?5 AND +t.seq > ?6 AND +t.seq <= ?8
    ORDER BY +t.seq LIMIT ?7
  )
  ORDER BY t.seq`;

/** A page of ticks, as `Store.ticks` promises it. */
export function readTicks(database: Database, query: TickQuery): Page<Tick> {
  const { from = ALWAYS.from, to = ALWAYS.to } = query;
  if (query.order === "arrival") return readArrivals(database, query, from, to);
  const name = `ticks/${query.order}/${query.symbol}`;
  const forward = query.order === "time";
  const [time, seq] = query.cursor === undefined
    ? forward ? [from, 0] : [to, 0]
    : decodeCursor(query.cursor, name, ["number", "number"]);
  // A cursor's tick lies within the range that gave it, but the caller may narrow the range.
  const resume = forward ? time >= from : time < to;
  const rows = database.all<SequencedRow>(
    forward ? FORWARD : BACKWARD,
    ...wanted(query),
    forward && resume ? time : from,
    forward || !resume ? to : time,
    resume ? seq : 0,
    query.limit + 1,
  );
  return toPage(rows, query.limit, toTick, ({ time, seq }) => encodeCursor(name, [time, seq]));
}

/**
 * A page in the order of arrival. No index has that order for one symbol, since it would cost every
 * write; so it goes the cheaper of two ways. With `count` ticks in the range among `span` of all
 * symbols, a page costs about `limit * span / count` rows by walking, and `count` index entries by
 * sorting. What arrives after the first page is not given.
 */
function readArrivals(
  database: Database,
  query: TickQuery,
  from: number,
  to: number,
): Page<Tick> {
  const name = `ticks/arrival/${query.symbol}/${from}/${to}`;
  const [after, last, walk] = query.cursor === undefined
    ? planArrivals(database, query, from, to)
    : decodeCursor(query.cursor, name, ["number", "number", "number"]);
  const rows = database.all<SequencedRow>(
    walk === 1 ? WALK : SORT,
    ...wanted(query),
    from,
    to,
    after,
    query.limit + 1,
    last,
  );
  return toPage(rows, query.limit, toTick, ({ seq }) => encodeCursor(name, [seq, last, walk]));
}

function planArrivals(
  database: Database,
  { symbol, limit }: TickQuery,
  from: number,
  to: number,
): [after: number, last: number, walk: number] {
  const { first, last, count } = database.get<{
    first: number | null;
    last: number | null;
    count: number;
  }>(SPAN, symbol, from, to)!;
  if (first === null || last === null) return [0, 0, 0];
  const span = last - first + 1;
  return [first - 1, last, Math.min(limit, count) * span <= count * count ? 1 : 0];
}

function wanted({ symbol, kinds = TICK_KINDS, refused = true }: TickQuery): Bound[] {
  return [symbol, kindBits(kinds), refused ? 0 : REFUSED];
}
