/**
 * Pages of ticks.
 *
 * @module
 */
import { REFUSED } from "../../domain/flags.ts";
import { type Tick, TICK_KINDS } from "../../domain/tick.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { ALWAYS, toPage } from "../page.ts";
import { kindBits, type TickRow, toTick } from "../rows.ts";
import type { Page, TickQuery } from "../store.ts";
import type { Parameter, Runner } from "./link.ts";
import { timestamp } from "./time.ts";

type SequencedRow = TickRow & { seq: number };

/** Of the symbol $1, of a kind whose bit is in $2, without any flag of $3, from $4 to before $5. */
const SELECT = `
  SELECT t.seq, $1::text AS symbol, t.time, p.name AS provider, t.kind, t.id, t.received_at, t.flags,
    t.price, t.size, t.side, t.conditions, t.bid, t.bid_size, t.ask, t.ask_size, t.bids, t.asks
  FROM ticks t JOIN providers p ON p.id = t.provider
  WHERE t.symbol = (SELECT id FROM symbols WHERE name = $1::text)
    AND ($2::integer >> t.kind) & 1 = 1 AND t.flags & $3::integer = 0`;

/** After (the first time, $6). The unique index gives the order but for ties. */
const FORWARD = `${SELECT}
  AND t.time >= $4 AND t.time < $5 AND (t.time > $4 OR t.seq > $6)
  ORDER BY t.time, t.seq LIMIT $7`;

/** Before (the last time, $6), that time included. */
const BACKWARD = `${SELECT}
  AND t.time >= $4 AND t.time <= $5 AND (t.time < $5 OR t.seq < $6)
  ORDER BY t.time DESC, t.seq DESC LIMIT $7`;

/** After $6, up to $8. An index of its own gives the order. */
const ARRIVAL = `${SELECT}
  AND t.time >= $4 AND t.time < $5 AND t.seq > $6 AND t.seq <= $8
  ORDER BY t.seq LIMIT $7`;

/** The first and the last arrival of a range, by the range and not by the order of arrival. */
const SPAN = `
  SELECT min(seq + 0) AS first, max(seq + 0) AS last FROM ticks
  WHERE symbol = (SELECT id FROM symbols WHERE name = $1) AND time >= $2 AND time < $3`;

/** The same without a range. */
const SPAN_OF_ALL = `
  SELECT min(seq) AS first, max(seq) AS last FROM ticks
  WHERE symbol = (SELECT id FROM symbols WHERE name = $1)`;

/** A page of ticks, as `Store.ticks` promises it. */
export async function readTicks(runner: Runner, query: TickQuery): Promise<Page<Tick>> {
  if (query.order === "arrival") return await readArrivals(runner, query);
  const { from = ALWAYS.from, to = ALWAYS.to } = query;
  const name = `ticks/${query.order}/${query.symbol}`;
  const forward = query.order === "time";
  const [time, seq] = query.cursor === undefined
    ? forward ? [from, 0] : [to, 0]
    : decodeCursor(query.cursor, name, ["number", "number"]);
  // A cursor's tick lies within the range that gave it, but the caller may narrow the range.
  const resume = forward ? time >= from : time < to;
  const { rows } = await runner.query<SequencedRow>(forward ? FORWARD : BACKWARD, [
    ...wanted(query),
    timestamp(forward && resume ? time : from),
    timestamp(forward || !resume ? to : time),
    resume ? seq : 0,
    query.limit + 1,
  ]);
  return toPage(rows, query.limit, toTick, ({ time, seq }) => encodeCursor(name, [time, seq]));
}

/** A page in the order of arrival. What arrives after the first page is not given. */
async function readArrivals(runner: Runner, query: TickQuery): Promise<Page<Tick>> {
  const { from = ALWAYS.from, to = ALWAYS.to, symbol, limit } = query;
  const name = `ticks/arrival/${symbol}/${from}/${to}`;
  const range = [timestamp(from), timestamp(to)];
  let after: number, last: number;
  if (query.cursor !== undefined) {
    [after, last] = decodeCursor(query.cursor, name, ["number", "number"]);
  } else {
    const bounded = query.from !== undefined || query.to !== undefined;
    const { rows: [span] } = await runner.query<{ first: number | null; last: number | null }>(
      bounded ? SPAN : SPAN_OF_ALL,
      bounded ? [symbol, ...range] : [symbol],
    );
    if (span === undefined || span.first === null || span.last === null) {
      return { rows: [], next: null };
    }
    [after, last] = [span.first - 1, span.last];
  }
  const { rows } = await runner.query<SequencedRow>(
    ARRIVAL,
    [...wanted(query), ...range, after, limit + 1, last],
  );
  return toPage(rows, limit, toTick, ({ seq }) => encodeCursor(name, [seq, last]));
}

function wanted({ symbol, kinds = TICK_KINDS, refused = true }: TickQuery): Parameter[] {
  return [symbol, kindBits(kinds), refused ? 0 : REFUSED];
}
