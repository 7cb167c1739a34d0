/**
 * Rows of what was said of exchanges, a row for each provider, as both stores read them.
 *
 * @module
 */
import type { ExchangeChange } from "./store.ts";
import type { ExchangeProvider } from "../domain/exchange.ts";
import type { Micros } from "../domain/time.ts";

/** A provider of an exchange, or an exchange without any. */
export interface ExchangeRow {
  readonly market: string;
  readonly removed: boolean;
  readonly failover: Readonly<Record<string, unknown>> | null;
  readonly changedAt: Micros;
  readonly provider: ExchangeProvider | null;
}

/** Reads both tables, by market, and by provider within that. */
export const EXCHANGES = `
  SELECT e.market, e.removed, e.failover, e.changed_at, m.provider, m.priority, m.is_primary, m.active
  FROM exchanges e LEFT JOIN exchange_provider_mappings m ON m.market = e.market
  ORDER BY e.market, m.provider`;

/** Puts rows together by their exchange. */
export function toExchangeChanges(rows: readonly ExchangeRow[]): ExchangeChange[] {
  return [...Map.groupBy(rows, ({ market }) => market)].map(([market, rows]) => {
    const [{ changedAt, failover, removed }] = rows as [ExchangeRow];
    const providers = rows.map(({ provider }) => provider).filter((one) => one !== null);
    const spec = { providers, ...(failover === null ? {} : { failover }) };
    return { market, spec: removed ? null : spec, changedAt };
  });
}
