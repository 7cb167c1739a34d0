/**
 * Dialling a venue: whether it lets marketd in, and gives what is wanted of it, in words.
 *
 * @module
 */
import { wallClock } from "../clock.ts";
import { contextOf } from "../connections/venues.ts";
import { Credit } from "../../domain/credit.ts";
import { messageOf } from "../../domain/errors.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { Tick } from "../../domain/tick.ts";
import { formatTime } from "../../domain/time.ts";
import type {
  ProviderDefinition,
  ProviderError,
  Session,
  StreamSink,
} from "../../providers/provider.ts";

/** What one step of a dial found. */
export interface Finding {
  /** The step: `sign-in`, `stream`, `subscribe` or `latest`. */
  readonly what: string;
  readonly fine: boolean;
  /** In words. */
  readonly said: string;
}

/** How long each step may take, in milliseconds. */
const PATIENCE = 20_000;
/** Instruments that are tried. */
const TRIED = 3;

/**
 * Signs in, opens the stream, asks for the latest of a few instruments, and signs out again.
 *
 * @param instruments those that are wanted of the venue.
 */
export async function dial(
  definition: ProviderDefinition,
  options: unknown,
  instruments: readonly Instrument[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const note = (what: string, fine: boolean, said: string) => findings.push({ what, fine, said });
  const context = contextOf(
    definition,
    options,
    { quotas: [], mappings: [] },
    () => wallClock.now(),
    () => {},
  );
  const provider = definition.create(options, context);
  const tried = instruments.filter((one) => provider.offers(one).length > 0).slice(0, TRIED);
  let session: Session | undefined;
  try {
    session = await provider.authenticate(AbortSignal.timeout(PATIENCE));
    note("sign-in", true, ["signed in", ...session.words ?? []].join("; "));
    await tryStream(session, tried, note);
    if (session.latest !== undefined && tried.length > 0) {
      const signal = AbortSignal.timeout(PATIENCE);
      const ticks = await session.latest(tried, { purpose: "live", signal });
      const said = ticks.map(describe).join("; ");
      note("latest", ticks.length > 0, said === "" ? "it has nothing of what was asked" : said);
    }
  } catch (error) {
    note(session === undefined ? "sign-in" : "latest", false, messageOf(error));
  } finally {
    await session?.logOut().catch((error) => note("sign-out", false, messageOf(error)));
  }
  return findings;
}

type Note = (what: string, fine: boolean, said: string) => void;

async function tryStream(
  session: Session,
  instruments: readonly Instrument[],
  note: Note,
): Promise<void> {
  try {
    const stream = await session.openStream(DEAF, AbortSignal.timeout(PATIENCE));
    try {
      const refusals = await stream.subscribe(instruments);
      const refused = new Set(refusals.map(({ symbol }) => symbol));
      const taken = instruments.map(({ symbol }) => symbol).filter((one) => !refused.has(one));
      note(
        "stream",
        true,
        taken.length === 0 ? "it opens" : `it opens, and gives ${taken.join(", ")}`,
      );
      for (const { symbol, reason } of refusals) note("subscribe", false, `${symbol}: ${reason}`);
    } finally {
      await stream.close();
    }
  } catch (error) {
    note("stream", false, messageOf(error));
  }
}

function describe(tick: Tick): string {
  const at = formatTime(tick.time);
  if (tick.kind === "trade") return `${tick.symbol} traded at ${tick.price} (${at})`;
  if (tick.kind === "quote") {
    return `${tick.symbol} ${tick.bid ?? "-"} / ${tick.ask ?? "-"} (${at})`;
  }
  return `${tick.symbol} has a book (${at})`;
}

/** Hears nothing: what matters is whether the stream opens. */
const DEAF: StreamSink = {
  credit: new Credit(1_000_000),
  ticks: () => {},
  heard: () => {},
  correct: () => {},
  bar: () => {},
  status: () => {},
  mapped: () => {},
  gap: () => {},
  time: () => {},
  problem: () => {},
  progress: () => {},
  ended: () => {},
  lost: (_: ProviderError) => {},
};
