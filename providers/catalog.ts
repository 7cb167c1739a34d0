/**
 * The providers marketd knows. One is imported only when it is used, so that a venue's library
 * that is not needed is not loaded.
 *
 * @module
 */
import type { ProviderDefinition } from "./provider.ts";

const CATALOG: Readonly<Record<string, () => Promise<ProviderDefinition>>> = {
  alpaca: async () => (await import("./alpaca/provider.ts")).alpaca,
  demo: async () => (await import("./demo/provider.ts")).demo,
  ig: async () => (await import("./ig/provider.ts")).ig,
  replay: async () => (await import("./replay/provider.ts")).replay,
};

/** The ids of all providers, sorted. */
export const PROVIDER_IDS: readonly string[] = Object.keys(CATALOG).sort();

/** Loads a provider's definition; `undefined` where there is none of that id. */
export async function loadProvider(id: string): Promise<ProviderDefinition | undefined> {
  return Object.hasOwn(CATALOG, id) ? await CATALOG[id]!() : undefined;
}
