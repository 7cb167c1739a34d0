/**
 * The configured venues: each provider with what it works with, made once at the start.
 *
 * @module
 */
import { VenueQuotas } from "./quotas.ts";
import type { Clock } from "../clock.ts";
import { addPassingSecrets } from "../log.ts";
import type { Outbox } from "../outbox.ts";
import type { Settings } from "../settings/schema.ts";
import type { Catalog } from "../settings/sources.ts";
import type { KeptQuota, Mapping } from "../../db/store.ts";
import { MarketdError } from "../../domain/errors.ts";
import type { Provider, ProviderContext, ProviderDefinition } from "../../providers/provider.ts";

/** What earlier runs learnt of the venues. */
export interface Learnt {
  readonly quotas: readonly KeptQuota[];
  readonly mappings: readonly Mapping[];
}

/** The venues. */
export interface Venues {
  /** By id. */
  readonly providers: ReadonlyMap<string, Provider>;
  /** By provider. */
  readonly quotas: ReadonlyMap<string, VenueQuotas>;
  /** Says where to keep what is spent; before any of them is used. */
  keepIn(outbox: Outbox): void;
}

/**
 * Makes the configured providers.
 *
 * @throws MarketdError `no-provider`, terminal, where one is not in the catalog.
 */
export async function makeVenues(
  settings: Settings,
  catalog: Catalog,
  clock: Clock,
  learnt: Learnt,
): Promise<Venues> {
  let outbox: Outbox | undefined;
  const providers = new Map<string, Provider>();
  const quotas = new Map<string, VenueQuotas>();
  for (const [id, options] of Object.entries(settings.providers)) {
    const definition = await catalog.load(id);
    if (definition === undefined) {
      throw new MarketdError("no-provider", `Cannot start: there is no provider "${id}".`, {
        terminal: true,
      });
    }
    const context = contextOf(definition, options, learnt, () => clock.now(), (quota) => {
      outbox?.add({ ticks: [], quotas: [quota] });
    });
    quotas.set(id, context.quotas);
    providers.set(id, definition.create(options, context));
  }
  return { providers, quotas, keepIn: (given) => outbox = given };
}

/**
 * What one provider works with.
 *
 * @param keep told what is to be kept of its quotas.
 */
export function contextOf(
  definition: ProviderDefinition,
  options: unknown,
  learnt: Learnt,
  now: () => number,
  keep: (quota: KeptQuota) => void,
): ProviderContext & { readonly quotas: VenueQuotas } {
  const { id } = definition;
  return {
    now,
    quotas: new VenueQuotas({
      provider: id,
      allowances: definition.allowances?.(options) ?? [],
      kept: learnt.quotas.filter(({ provider }) => provider === id),
      now,
      keep,
    }),
    mappings: new Map(
      learnt.mappings.filter(({ provider }) => provider === id)
        .map(({ symbol, name }) => [symbol, name]),
    ),
    conceal: addPassingSecrets,
  };
}
