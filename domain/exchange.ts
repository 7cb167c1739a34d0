/**
 * Which providers an exchange's instruments come from, where no rule says anything else.
 *
 * @module
 */

/** One provider of an exchange's instruments. */
export interface ExchangeProvider {
  readonly provider: string;
  /** The lower is preferred; at least 1. */
  readonly priority: number;
  /** Whether it comes before all others, whatever their priority. */
  readonly primary: boolean;
  /** Whether it is asked at all. */
  readonly active: boolean;
}

/** What may be said of one; the rest follows from its place. */
export type ExchangeProviderSpec =
  & Pick<ExchangeProvider, "provider">
  & { readonly [Key in "priority" | "primary" | "active"]?: ExchangeProvider[Key] | undefined };

/** Completes what was said: the priority is the place in the list, from 1, unless it is said. */
export function completeExchange(specs: readonly ExchangeProviderSpec[]): ExchangeProvider[] {
  return specs.map(({ active = true, primary = false, priority, provider }, index) => ({
    provider,
    priority: priority ?? index + 1,
    primary,
    active,
  }));
}

/** The active providers in order of preference: the primary, then by priority, then by name. */
export function preferredOf(providers: readonly ExchangeProvider[]): string[] {
  return providers.filter(({ active }) => active)
    .sort((a, b) =>
      Number(b.primary) - Number(a.primary) || a.priority - b.priority ||
      (a.provider < b.provider ? -1 : 1)
    )
    .map(({ provider }) => provider);
}

/**
 * What keeps providers from being an exchange's, continuing "its providers"; `undefined` where
 * nothing does.
 */
export function flawOfExchange(specs: readonly ExchangeProviderSpec[]): string | undefined {
  const names = specs.map(({ provider }) => provider);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) return `name ${twice} twice`;
  const primaries = specs.filter(({ active = true, primary = false }) => active && primary)
    .map(({ provider }) => provider);
  return primaries.length > 1 ? `have more than one primary: ${primaries.join(", ")}` : undefined;
}
