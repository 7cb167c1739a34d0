/**
 * Who can fill a span: the providers that the routes name for an instrument's history, as far as
 * theirs is of its candles' kind.
 *
 * @module
 */
import type { Anyone } from "../../addresses.ts";
import { type ConnectionRef, sessionOf } from "../../connections/report.ts";
import { connectionName } from "../../connections/names.ts";
import type { Listing } from "../../instruments/directory.ts";
import type { Shared } from "../../shared.ts";
import { isActiveAt } from "../../../domain/instrument.ts";
import type { Capability, Provider, Session } from "../../../providers/provider.ts";

/** A provider that can be asked. */
export interface Source {
  readonly provider: string;
  readonly session: Session;
  /** Trades make the better candles: of them all that is kept can be made again. */
  readonly gives: "trades" | "bars";
}

/** Who can fill, the best first. */
export interface Sources {
  readonly ready: readonly Source[];
  /** Providers that may have it, but are not signed in. */
  readonly away: readonly string[];
}

/** What of an instrument matters to its history. */
export type Historical = Pick<Listing, "basis" | "instrument"> & {
  /** Who feeds it; `null`: nobody does. */
  readonly provider: string | null;
};

/** Of whom history is wanted. */
export interface HistoryRoute {
  readonly capability: Capability;
  readonly gives: Source["gives"];
  /** In order of preference. */
  readonly providers: readonly string[];
}

/**
 * Of whom an instrument's history is wanted, the best first. A rule that names a kind of history is
 * followed to the letter; else whoever feeds the instrument knows best what was missed.
 */
export function historyRoutes(
  { routes }: Pick<Shared, "routes">,
  { basis, instrument, provider }: Historical,
): HistoryRoute[] {
  const isNamed = (capability: Capability) =>
    routes.ruleOf(instrument, capability)?.capabilities !== undefined;
  const wantedOf = (capability: Capability, gives: Source["gives"]): HistoryRoute => {
    const asked = routes.askedFor(instrument, capability);
    const first = isNamed(capability) || provider === null ? [] : [provider];
    return { capability, gives, providers: [...new Set([...first, ...asked])] };
  };
  const bars = wantedOf("historicalBars", "bars");
  // Trades make trade candles alone, and not where only the source of bars was chosen.
  const isWanted = basis === "trade" && (isNamed("historicalTicks") || !isNamed("historicalBars"));
  return isWanted ? [wantedOf("historicalTicks", "trades"), bars] : [bars];
}

/** Finds who can fill a span of an instrument. */
export function sourcesOf(shared: Shared, from: Anyone, historical: Historical): Sources {
  const ready = new Map<string, Source>();
  const away = new Set<string>();
  for (const { gives, providers } of historyRoutes(shared, historical)) {
    for (const id of providers) {
      const provider = shared.providers.get(id);
      if (provider === undefined || ready.has(id) || !mayGive(provider, historical, gives)) {
        continue;
      }
      const ref = from.system.get(connectionName(id)) as ConnectionRef | undefined;
      const session = ref === undefined ? null : sessionOf(ref);
      if (session === null) away.add(id);
      else if (session[gives] !== undefined) ready.set(id, { provider: id, session, gives });
    }
  }
  return { ready: [...ready.values()], away: [...away] };
}

/** Whether a provider's history may have what an instrument's candles are made of. */
export function mayGive(
  provider: Provider,
  { basis, instrument }: Historical,
  gives: Source["gives"],
): boolean {
  const { historyKinds: kinds } = provider;
  if (!isActiveAt(instrument, provider.id) || provider.offers(instrument).length === 0) {
    return false;
  }
  if (kinds === undefined) return true;
  return gives === "trades" ? kinds.trades : kinds.bars.includes(basis);
}
