/**
 * Recall of measures: the profile's kept minutes, the order flow's kept bars, and the ticks that came
 * after them, so that both go on after a restart as if nothing had happened.
 *
 * @module
 */
import { stretchAt } from "./stretches.ts";
import {
  isHeard,
  lastHeard,
  missedSpan,
  oldestOpen,
  type RecallRequest,
  silenceOf,
} from "./recall.ts";
import { readAll } from "../pages.ts";
import type { MeasureKind, Store } from "../../db/store.ts";
import type { Silence } from "../../domain/candles.ts";
import { FLAGS } from "../../domain/flags.ts";
import type { OrderFlow } from "../../domain/flow/bar.ts";
import type { KeptSizes } from "../../domain/flow/series.ts";
import { BASE_INTERVAL } from "../../domain/interval.ts";
import type { ProfileBasis } from "../../domain/profile/profile.ts";
import type { ProfileMetrics, ProfilePart } from "../../domain/profile/series.ts";
import { withoutReplaced } from "../../domain/replaced.ts";
import { FLOW_SPAN, type StateAt } from "../../domain/state.ts";
import type { Tick } from "../../domain/tick.ts";
import { type Micros, MINUTE } from "../../domain/time.ts";

/** What is known of an instrument's measures. */
export interface RecalledMeasures {
  /** From when on what is counted is whole. */
  readonly since: Micros;
  /** The session's closed minutes, ascending. */
  readonly parts: readonly ProfilePart[];
  /** Closed minutes of flow from the start of the longest bar that may be open, ascending. */
  readonly flows: readonly OrderFlow[];
  /** Ticks after the last minute of each, in the order received. */
  readonly profileTicks: readonly Tick[];
  readonly flowTicks: readonly Tick[];
  /** The last ticks before those of the flow. */
  readonly warm: readonly Tick[];
  /** The sizes of trades until then; `null` where none were kept, or those of a later time. */
  readonly sizes: KeptSizes | null;
  readonly gaps: readonly Silence[];
  /** What the profile of the session before said. */
  readonly previous: ProfileMetrics | null;
  readonly state: StateAt | null;
}

const PAGE = 5_000;
/** Ticks that are counted again at most: past them the session begins anew. */
const MOST = 250_000;
/** Ticks in which the last quote and the last two prices are looked for. */
const WARM = 500;
/** Sessions and stretches looked back at for the last session. */
const BACK = 8;

/** What a feed's profile counts. */
export function profileBasis({ listing }: Pick<RecallRequest, "listing">): ProfileBasis {
  return listing.basis === "trade" ? "volume" : "ticks";
}

/**
 * Reads what the store knows of an instrument's measures.
 *
 * @param from ticks from there on are counted anew, whatever was made of them.
 * @throws StoreError
 */
export async function recallMeasures(
  store: Store,
  request: RecallRequest,
  from = Infinity,
): Promise<RecalledMeasures> {
  const { grace, listing, now } = request;
  const { symbol, market } = listing.instrument;
  const basis = profileBasis(request);
  const until = now + MINUTE;
  const span = await store.tickSpan(symbol, until);
  const last = span === null ? null : await lastHeard(store, request, until);
  const missed = last === null ? null : await missedSpan(store, request, last);
  const heard = missed === null ? now : Math.min(now, missed.from);
  const { start } = stretchAt(market, last?.at ?? now);
  const open = oldestOpen(request, (last?.at ?? now) - grace);
  const oldest = Math.min(start, open, (last?.at ?? now) - FLOW_SPAN - MINUTE);

  const read = async <Kind extends MeasureKind>(kind: Kind, name: string, begin: Micros) => {
    const query = { symbol, name, from: begin, to: now, limit: PAGE, order: "time" } as const;
    return await readAll((cursor) => store.measures(kind, { ...query, cursor }));
  };
  // What was open when the feed was last heard is built anew, as the candles are.
  const isDue = ({ end }: { end: Micros }) => end + grace <= heard && end <= from;
  const parts = (await read("profile", basis, start)).filter(isDue);
  const flows = (await read("flow", BASE_INTERVAL.name, oldest)).filter(isDue);
  const profileFrom = parts.at(-1)?.end ?? start;
  const flowFrom = flows.at(-1)?.end ?? oldest;

  const query = { symbol, to: until, refused: false, limit: PAGE } as const;
  const tail = { ...query, from: Math.min(profileFrom, flowFrom), order: "arrival" } as const;
  const found = (await readAll((cursor) => store.ticks({ ...tail, cursor }), MOST + 1))
    .filter((tick) => isHeard(request, tick));
  const isTooMuch = found.length > MOST;
  const ticks = isTooMuch ? [] : inPlace(withoutReplaced(found));
  const before = await store.ticks({ ...query, to: flowFrom, limit: WARM, order: "-time" });

  const known = await readAll((cursor) =>
    store.gaps({ symbol, from: oldest, to: now, limit: PAGE, cursor })
  );
  const gaps = missed === null ? known : [...known, missed];
  const joined = gaps.findLast(({ reason }) => reason === "joined");
  const first = Math.min(span?.first ?? now, joined?.to ?? Infinity);
  const back = { symbol, name: basis, to: start, limit: BACK, order: "-time" } as const;
  const sessions = (await store.measures("metrics", back)).rows;
  const kept = { symbol, name: "", limit: 1, order: "time" } as const;
  const sizes = (await store.measures("sizes", kept)).rows[0] ?? null;
  const states = { symbol, name: "", to: now, limit: 1, order: "-time" } as const;
  return {
    since: isTooMuch ? now : request.since ?? first,
    parts,
    flows,
    profileTicks: ticks.filter(({ time }) => time >= profileFrom),
    flowTicks: ticks.filter(({ time }) => time >= flowFrom),
    warm: before.rows.toReversed(),
    // A recording that is played again begins before them.
    sizes: sizes !== null && sizes.until <= now ? sizes : null,
    gaps: gaps.map(silenceOf),
    previous: sessions.find(({ regular }) => regular) ?? null,
    state: (await store.measures("state", states)).rows[0] ?? null,
  };
}

/**
 * Ticks in the order received, with what history added where it would have been heard: it is no
 * straggler of its minute.
 */
function inPlace(ticks: readonly Tick[]): readonly Tick[] {
  const isAdded = ({ flags }: Tick) => (flags & FLAGS.backfilled) !== 0;
  const added = ticks.filter(isAdded).map((tick) => ({ ...tick, receivedAt: tick.time }))
    .sort((a, b) => a.time - b.time);
  if (added.length === 0) return ticks;
  const placed: Tick[] = [];
  let next = 0;
  for (const tick of ticks) {
    if (isAdded(tick)) continue;
    while (next < added.length && added[next]!.time <= tick.time) placed.push(added[next++]!);
    placed.push(tick);
  }
  return [...placed, ...added.slice(next)];
}
