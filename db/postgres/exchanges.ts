/**
 * What was said of exchanges.
 *
 * @module
 */
import { type ExchangeRow, EXCHANGES, toExchangeChanges } from "../exchanges.ts";
import type { ExchangeChange } from "../store.ts";
import type { Runner } from "./link.ts";
import { timestamp } from "./time.ts";

/** Takes a market, whether it is removed, its failover and its providers as JSON, and when. */
const CHANGE = `
  WITH said AS (
    SELECT * FROM jsonb_to_recordset($4::text::jsonb)
      AS one (provider text, priority integer, "primary" boolean, active boolean)
  ), kept AS (
    INSERT INTO exchanges (market, removed, failover, changed_at)
    VALUES ($1, $2, $3::text::jsonb, $5)
    ON CONFLICT (market) DO UPDATE SET
      removed = excluded.removed, failover = excluded.failover, changed_at = excluded.changed_at
  ), gone AS (
    DELETE FROM exchange_provider_mappings
    WHERE market = $1 AND provider NOT IN (SELECT provider FROM said)
  )
  INSERT INTO exchange_provider_mappings (market, provider, priority, is_primary, active)
  SELECT $1, provider, priority, "primary", active FROM said
  ON CONFLICT (market, provider) DO UPDATE SET
    priority = excluded.priority, is_primary = excluded.is_primary, active = excluded.active`;

interface Row {
  readonly market: string;
  readonly removed: boolean;
  readonly failover: ExchangeRow["failover"];
  readonly changed_at: number;
  readonly provider: string | null;
  readonly priority: number;
  readonly is_primary: boolean;
  readonly active: boolean;
}

/** Keeps what was said of an exchange, in place of what was said before. */
export async function changeExchange(
  runner: Runner,
  { changedAt, market, spec }: ExchangeChange,
): Promise<void> {
  const failover = spec?.failover === undefined ? null : JSON.stringify(spec.failover);
  const providers = JSON.stringify(spec?.providers ?? []);
  const said = [market, spec === null, failover, providers, timestamp(changedAt)];
  await runner.query(CHANGE, said);
}

/** Reads all that was said of exchanges. */
export async function readExchangeChanges(runner: Runner): Promise<ExchangeChange[]> {
  const { rows } = await runner.query<Row>(EXCHANGES);
  return toExchangeChanges(rows.map((row) => ({
    market: row.market,
    removed: row.removed,
    failover: row.failover,
    changedAt: row.changed_at,
    provider: row.provider === null ? null : {
      provider: row.provider,
      priority: row.priority,
      primary: row.is_primary,
      active: row.active,
    },
  })));
}
