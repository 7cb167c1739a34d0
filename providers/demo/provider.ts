/**
 * The demo provider: a made-up market that is always open, for a first look and for load. The same
 * seed and instruments give the same ticks.
 *
 * @module
 */
import { z } from "zod";
import { assetClass, type Instrument } from "../../domain/instrument.ts";
import type {
  Capability,
  Provider,
  ProviderContext,
  ProviderDefinition,
  Session,
} from "../provider.ts";
import { DEFAULT_SYMBOLS } from "./profiles.ts";
import { DemoStream } from "./stream.ts";

const demoOptions = z.strictObject({
  /** Ticks per second, of all instruments together. */
  rate: z.number().min(1).max(100_000).default(50),
  /** Fixes what is said. */
  seed: z.int().default(1),
  /** The instruments of a configuration that names none. */
  symbols: z.array(z.string().min(1)).min(1).default([...DEFAULT_SYMBOLS]),
});

/** What may be configured of the demo provider. */
export type DemoOptions = z.infer<typeof demoOptions>;

const ID = "demo";

/** The demo provider's definition. */
export const demo: ProviderDefinition<DemoOptions> = {
  id: ID,
  name: "Demo",
  capabilities: ["quotes", "trades", "depth", "streaming"],
  options: demoOptions,
  secrets: [],
  create: createDemo,
  defaultInstruments: (options) => options.symbols,
};

function createDemo(options: DemoOptions, context: ProviderContext): Provider {
  const session: Session = {
    openStream(sink, signal) {
      if (signal.aborted) return Promise.reject(signal.reason);
      const { rate, seed } = options;
      return Promise.resolve(new DemoStream({ provider: ID, rate, seed }, context, sink));
    },
    logOut: () => Promise.resolve(),
  };
  return {
    id: ID,
    alwaysOpen: true,
    clock: "wall",
    offers,
    authenticate: (signal) =>
      signal.aborted ? Promise.reject(signal.reason) : Promise.resolve(session),
  };
}

const OFFERS = {
  equity: ["trades", "quotes", "depth", "streaming"],
  fx: ["quotes", "depth", "streaming"],
  index: ["quotes", "streaming"],
} as const;

function offers(instrument: Instrument): readonly Capability[] {
  return OFFERS[assetClass(instrument)];
}
