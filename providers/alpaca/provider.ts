/**
 * Alpaca: US shares and funds, by REST and one stream.
 *
 * @module
 */
import type { Instrument } from "../../domain/instrument.ts";
import type { Capability, Provider, ProviderContext, ProviderDefinition } from "../provider.ts";
import { Failures } from "./failures.ts";
import { type AlpacaOptions, alpacaOptions } from "./options.ts";
import { AlpacaRest } from "./rest.ts";
import { signIn } from "./session.ts";
import { isListed } from "./symbols.ts";
import { ID } from "./wire.ts";

/** Alpaca's definition. */
export const alpaca: ProviderDefinition<AlpacaOptions> = {
  id: ID,
  name: "Alpaca",
  capabilities: ["trades", "quotes", "bars", "historicalBars", "historicalTicks", "streaming"],
  options: alpacaOptions,
  secrets: ["keyId", "secret"],
  create: createAlpaca,
  allowances: ({ requests }) => [
    { name: "trading", limit: requests.trading, per: "minute" },
    { name: "data", limit: requests.data, per: "minute" },
  ],
};

function createAlpaca(options: AlpacaOptions, context: ProviderContext): Provider {
  const failures = new Failures(options);
  const rest = new AlpacaRest(options, context, failures);
  return {
    id: ID,
    alwaysOpen: options.feed === "test",
    clock: "wall",
    silence: options.silence,
    ...(options.feed === "test" ? {} : { historyKinds: { trades: true, bars: ["trade"] } }),
    offers: (instrument: Instrument): readonly Capability[] => {
      if (!isListed(instrument, options.feed)) return [];
      return options.feed === "test"
        ? ["trades", "quotes", "bars", "streaming"]
        : alpaca.capabilities;
    },
    authenticate: (signal) => signIn({ options, context, failures, rest }, signal),
  };
}
