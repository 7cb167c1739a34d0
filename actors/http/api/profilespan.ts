/**
 * The profile of a span, as the sum of its stored minutes.
 *
 * @module
 */
import { badParameter } from "../problem.ts";
import type { MeasureQuery, Store } from "../../../db/store.ts";
import { middlePrice } from "../../../domain/profile/bins.ts";
import { type ProfileBasis, VolumeProfile } from "../../../domain/profile/profile.ts";
import type { ProfilePart, ProfileStatus, SessionProfile } from "../../../domain/profile/series.ts";
import { BRACKET, LETTERS, TpoProfile } from "../../../domain/profile/tpo.ts";
import { DAY, type Micros } from "../../../domain/time.ts";

/** What is asked for; without a bound of the span, the last session that is stored. */
export interface SpanRequest {
  readonly symbol: string;
  /** The basis that is tried first. */
  readonly preferred: ProfileBasis;
  readonly from?: Micros | undefined;
  readonly to?: Micros | undefined;
}

type ReadableStore = Pick<Store, "measures" | "gaps">;

/** The longest span. */
const LONGEST = 366 * DAY;
const PAGE = 5_000;

/**
 * Reads a profile; `null` where none is stored.
 *
 * @throws ProblemError 400 where the span is longer than a year.
 * @throws StoreError
 */
export async function readProfile(
  store: ReadableStore,
  { symbol, preferred, from, to }: SpanRequest,
  now: Micros,
): Promise<SessionProfile | null> {
  const other = preferred === "volume" ? "ticks" : "volume";
  for (const basis of [preferred, other] as const) {
    const query = { symbol, name: basis, limit: 1, order: "-time" } as const;
    if (from === undefined && to === undefined) {
      const last = (await store.measures("metrics", query)).rows[0];
      if (last === undefined) continue;
      const session = await readSpan(store, { ...query, from: last.start, to: last.end });
      const { start, end, regular, status, since } = last;
      if (session === null) return null;
      const tpo = regular ? session.tpo : null;
      return { ...session, start, end, regular, status, since, tpo };
    }
    const end = to ?? now;
    // Without a start: from the first minute on that a span may begin with.
    const start = from ?? await firstOf(store, symbol, basis, end);
    if (start === null) continue;
    if (end - start > LONGEST) {
      throw badParameter("from", "long-span", "must be within a year of to");
    }
    const session = await readSpan(store, { ...query, from: start, to: end });
    if (session === null) continue;
    return { ...session, status: await statusOf(store, symbol, start, end) };
  }
  return null;
}

async function firstOf(
  store: ReadableStore,
  symbol: string,
  name: ProfileBasis,
  to: Micros,
): Promise<Micros | null> {
  const query = { symbol, name, from: to - LONGEST, to, limit: 1, order: "time" } as const;
  return (await store.measures("profile", query)).rows[0]?.start ?? null;
}

/** The sum of the minutes that begin in a span. */
async function readSpan(
  store: ReadableStore,
  query: MeasureQuery & { readonly from: Micros; readonly to: Micros },
): Promise<SessionProfile | null> {
  let whole: VolumeProfile | null = null;
  let tpo: TpoProfile | null = null;
  let unplaced = 0;
  let cursor: string | undefined;
  do {
    const page = await store.measures("profile", { ...query, order: "time", limit: PAGE, cursor });
    for (const part of page.rows) {
      if (whole === null) {
        whole = new VolumeProfile(part);
        tpo = timeOf(query, part);
      }
      add(whole, part);
      if (part.low !== null) tpo?.add(part.start, part.low);
      if (part.high !== null) tpo?.add(part.start, part.high);
      unplaced += part.unplaced;
    }
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  if (whole === null) return null;
  return {
    symbol: query.symbol,
    basis: query.name as ProfileBasis,
    start: query.from,
    end: query.to,
    regular: false,
    status: "complete",
    since: query.from,
    closedUntil: query.to,
    bins: whole.bins(),
    unplaced,
    close: null,
    range: null,
    initial: tpo?.initialBalance() ?? null,
    tpo: tpo?.record(query.symbol) ?? null,
  };
}

/** A profile of time of a span; `null` where it has more brackets than letters. */
function timeOf(
  { from, to }: { readonly from: Micros; readonly to: Micros },
  { binSteps, maxBins, step }: ProfilePart,
): TpoProfile | null {
  if (to - from > LETTERS.length * BRACKET) return null;
  return new TpoProfile({ start: from, end: to, step, binSteps, maxBins });
}

/** Adds a minute; one that was kept with other bins by the middles of these. */
function add(whole: VolumeProfile, part: ProfilePart): void {
  const { step, binSteps, maxBins } = whole;
  if (part.step === step && part.binSteps === binSteps && part.maxBins === maxBins) {
    whole.merge(VolumeProfile.from(part));
    return;
  }
  part.values.forEach((amount, at) => whole.add(middlePrice(part, at), amount));
}

async function statusOf(
  store: ReadableStore,
  symbol: string,
  from: Micros,
  to: Micros,
): Promise<ProfileStatus> {
  const { rows } = await store.gaps({ symbol, from, to, limit: PAGE });
  if (rows.some(({ reason }) => reason !== "joined")) return "gapped";
  return rows.length > 0 ? "partial" : "complete";
}
