/**
 * A provider with a simulated venue behind it.
 *
 * @module
 */
import { type Instrument, resolveInstrument } from "../../../domain/instrument.ts";
import { alpaca } from "../../../providers/alpaca/provider.ts";
import type { QuotaRequest, Session, Stream } from "../../../providers/provider.ts";
import {
  type AlpacaSimulator,
  SIM_KEYS,
  type SimOptions,
  start,
} from "../../simulators/alpaca/simulator.ts";
import { testContext } from "../context.ts";
import { RecordingSink } from "../sink.ts";

/** The present, finer than a millisecond. */
export const now = () => Math.round((performance.timeOrigin + performance.now()) * 1_000);

/** A simulator, and a provider that is pointed at it. */
export interface Venue {
  readonly simulator: AlpacaSimulator;
  readonly context: ReturnType<typeof testContext>;
  provider(options?: Readonly<Record<string, unknown>>): ReturnType<typeof alpaca.create>;
  signIn(options?: Readonly<Record<string, unknown>>): Promise<Session>;
  /** Signs in, and opens a stream. */
  open(
    options?: Readonly<Record<string, unknown>>,
  ): Promise<{ sink: RecordingSink; stream: Stream; session: Session }>;
}

/** Runs a test against a venue, and ends the venue. */
export async function withVenue(
  options: SimOptions,
  run: (venue: Venue) => Promise<void>,
): Promise<void> {
  const simulator = await start(options);
  try {
    await run(venueOf(simulator));
  } finally {
    await simulator.stop();
  }
}

/** What a test needs of a simulator that runs. */
export function venueOf(simulator: AlpacaSimulator): Venue {
  const context = testContext(now);
  const provider: Venue["provider"] = (options = {}) =>
    alpaca.create(
      alpaca.options.parse({ ...SIM_KEYS, endpoints: simulator.endpoints, ...options }),
      context,
    );
  const signIn: Venue["signIn"] = (options) =>
    provider(options).authenticate(new AbortController().signal);
  return {
    simulator,
    context,
    provider,
    signIn,
    open: async (options) => {
      const session = await signIn(options);
      const sink = new RecordingSink();
      const stream = await session.openStream(sink, new AbortController().signal);
      return { sink, stream, session };
    },
  };
}

/** Instruments by their symbols. */
export function instruments(...symbols: string[]): [Instrument, Instrument, ...Instrument[]] {
  return symbols.map((symbol) => resolveInstrument({ symbol })) as [Instrument, Instrument];
}

/** A request that nobody gives up. */
export function request(): QuotaRequest {
  return { purpose: "live", signal: new AbortController().signal };
}
