/**
 * A simulated IG and a provider that is pointed at it, for tests.
 *
 * @module
 */
import { type Instrument, resolveInstrument } from "../../../domain/instrument.ts";
// Loaded here, outside every test: it starts a timer that never ends.
import "../../../providers/ig/client.ts";
import { ig } from "../../../providers/ig/provider.ts";
import {
  type Provider,
  ProviderError,
  type QuotaRequest,
  type Session,
  type Stream,
} from "../../../providers/provider.ts";
import { LOGIN, Simulator, type SimulatorOptions, start } from "../../simulators/ig/simulator.ts";
import { testContext } from "../context.ts";
import { RecordingSink } from "../sink.ts";

/** The options that point a provider at a simulated venue. */
export function optionsFor(simulator: Simulator, more: Record<string, unknown> = {}) {
  const { apiKey, username, password } = LOGIN;
  const endpoints = { api: simulator.api };
  return ig.options.parse({ apiKey, username, password, endpoints, ...more });
}

/** A venue, and a provider of it. */
export interface Venue {
  readonly simulator: Simulator;
  readonly context: ReturnType<typeof testContext>;
  readonly provider: Provider;
}

/** Runs a test against a venue of its own. */
export async function withVenue(
  run: (venue: Venue) => Promise<void>,
  settings: {
    readonly venue?: SimulatorOptions;
    readonly options?: Record<string, unknown>;
    readonly mappings?: ReadonlyMap<string, string>;
  } = {},
): Promise<void> {
  const simulator = await start(settings.venue);
  const context = { ...testContext(), mappings: settings.mappings ?? new Map() };
  try {
    const options = optionsFor(simulator, settings.options);
    await run({ simulator, context, provider: ig.create(options, context) });
  } finally {
    simulator.heal();
    await simulator.stop();
  }
}

/** An instrument by its symbol. */
export function instrument(symbol: string, more: Partial<Instrument> = {}): Instrument {
  return { ...resolveInstrument({ symbol }), ...more };
}

/** Runs a test with a session that is signed out afterwards. */
export async function withSession(
  venue: Venue,
  run: (session: Session) => Promise<void>,
): Promise<void> {
  const session = await venue.provider.authenticate(new AbortController().signal);
  try {
    await run(session);
  } finally {
    await session.logOut().catch(() => {});
  }
}

/** Runs a test with an open stream that is closed afterwards. */
export async function withStream(
  venue: Venue,
  run: (opened: { sink: RecordingSink; stream: Stream; session: Session }) => Promise<void>,
): Promise<void> {
  await withSession(venue, async (session) => {
    const sink = new RecordingSink();
    const stream = await session.openStream(sink, new AbortController().signal);
    try {
      await run({ sink, stream, session });
    } finally {
      await stream.close();
    }
  });
}

/** A request on behalf of a test. */
export function asking(): QuotaRequest {
  return { purpose: "live", signal: new AbortController().signal };
}

/** The error with which something of a provider fails. */
export async function failureOf(run: () => Promise<unknown>): Promise<ProviderError> {
  try {
    await run();
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

/** Waits until something holds that no event tells. */
export async function eventually(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 1_000) throw new Error("it never came to hold");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
