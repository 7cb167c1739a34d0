/**
 * What a provider is given in a test: a clock, and allowances without an end.
 *
 * @module
 */
import type { Micros } from "../../domain/time.ts";
import type { ProviderContext, QuotaRequest } from "../../providers/provider.ts";

/** Everything that was asked of the allowances, in order. */
export interface Asked {
  readonly names: readonly string[];
  readonly purpose: QuotaRequest["purpose"];
  readonly cost: number;
}

/** A context that notes what is taken, and never makes anyone wait. */
export function testContext(
  now: () => Micros = () => Date.now() * 1_000,
): ProviderContext & {
  readonly asked: Asked[];
  readonly told: Map<string, number>;
  readonly concealed: string[];
} {
  const asked: Asked[] = [];
  const concealed: string[] = [];
  const told = new Map<string, number>();
  return {
    now,
    asked,
    told,
    concealed,
    mappings: new Map(),
    conceal: (values) => void concealed.push(...values),
    quotas: {
      take(names, { purpose, signal, cost = 1 }) {
        if (signal.aborted) return Promise.reject(signal.reason);
        asked.push({ names, purpose, cost });
        return Promise.resolve();
      },
      told: (name, left) => void told.set(name, left),
    },
  };
}
