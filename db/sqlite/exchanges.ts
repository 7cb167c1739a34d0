/**
 * What was said of exchanges.
 *
 * @module
 */
import { EXCHANGES, toExchangeChanges } from "../exchanges.ts";
import type { ExchangeChange } from "../store.ts";
import type { Database } from "./database.ts";

const UPSERT = `
  INSERT INTO exchanges (market, removed, failover, changed_at) VALUES (?, ?, ?, ?)
  ON CONFLICT (market) DO UPDATE SET
    removed = excluded.removed, failover = excluded.failover, changed_at = excluded.changed_at`;
const INSERT = `
  INSERT INTO exchange_provider_mappings (market, provider, priority, is_primary, active)
  VALUES (?, ?, ?, ?, ?)`;

interface Row {
  readonly market: string;
  readonly removed: number;
  readonly failover: string | null;
  readonly changed_at: number;
  readonly provider: string | null;
  readonly priority: number;
  readonly is_primary: number;
  readonly active: number;
}

/** Keeps what was said of an exchange, in place of what was said before. */
export function changeExchange(
  database: Database,
  { changedAt, market, spec }: ExchangeChange,
): void {
  const failover = spec?.failover === undefined ? null : JSON.stringify(spec.failover);
  database.transaction(() => {
    database.run(UPSERT, market, spec === null ? 1 : 0, failover, changedAt);
    database.run("DELETE FROM exchange_provider_mappings WHERE market = ?", market);
    for (const { active, primary, priority, provider } of spec?.providers ?? []) {
      database.run(INSERT, market, provider, priority, primary ? 1 : 0, active ? 1 : 0);
    }
  });
}

/** Reads all that was said of exchanges. */
export function readExchangeChanges(database: Database): ExchangeChange[] {
  return toExchangeChanges(
    database.all<Row>(EXCHANGES).map((row) => ({
      market: row.market,
      removed: row.removed === 1,
      failover: row.failover === null ? null : JSON.parse(row.failover),
      changedAt: row.changed_at,
      provider: row.provider === null ? null : {
        provider: row.provider,
        priority: row.priority,
        primary: row.is_primary === 1,
        active: row.active === 1,
      },
    })),
  );
}
