/**
 * The least that recording to Postgres takes: one `insert ... select from unnest(...)` per batch, over
 * the same schema and with the same settings.
 *
 * @module
 */
import { connect } from "node:net";
import postgres from "postgres";
import { KIND_CODES } from "../../../db/rows.ts";
import type { Tick } from "../../../domain/tick.ts";
import { timeWriter } from "../../../domain/timetext.ts";

const COLUMNS = {
  time: "timestamptz",
  received_at: "timestamptz",
  symbol: "integer",
  provider: "integer",
  flags: "integer",
  kind: "smallint",
  id: "text",
  price: "double precision",
  size: "double precision",
  side: "text",
  conditions: "text",
  bid: "double precision",
  bid_size: "double precision",
  ask: "double precision",
  ask_size: "double precision",
};
const NAMES = Object.keys(COLUMNS);
const INSERT = `INSERT INTO ticks (${NAMES.join(", ")}) SELECT * FROM unnest(${
  Object.values(COLUMNS).map((type, at) => `$${at + 1}::${type}[]`).join(", ")
})`;
const PROVIDER = 1;

/** A connection without the delay that stalls each batch. */
export function connectTo(url: string): postgres.Sql {
  const { hostname, port } = new URL(url);
  const options = {
    max: 1,
    onnotice: () => {},
    socket: () =>
      new Promise((resolve, reject) => {
        const socket = connect(Number(port || 5432), hostname, () => resolve(socket));
        socket.setNoDelay(true);
        socket.once("error", reject);
      }),
  };
  return postgres(url, options as postgres.Options<Record<string, never>>);
}

/** Inserts batches, and does nothing else. The schema must be there. */
export class BarePostgres {
  readonly #sql: postgres.Sql;
  readonly #symbols = new Map<string, number>();

  private constructor(sql: postgres.Sql) {
    this.#sql = sql;
  }

  /** Connects, and lists the names that the ticks will have. */
  static async open(url: string, provider: string, symbols: readonly string[]) {
    const sql = connectTo(url);
    const bare = new BarePostgres(sql);
    await sql`INSERT INTO providers (id, name) OVERRIDING SYSTEM VALUE VALUES (${PROVIDER}, ${provider})`;
    for (const [index, symbol] of symbols.entries()) {
      await sql`INSERT INTO symbols (id, name) OVERRIDING SYSTEM VALUE VALUES (${
        index + 1
      }, ${symbol})`;
      bare.#symbols.set(symbol, index + 1);
    }
    return bare;
  }

  async write(ticks: readonly Tick[]): Promise<void> {
    const [writeTime, writeReceived] = [timeWriter(), timeWriter()];
    const columns: (string | number | null)[][] = NAMES.map(() => []);
    for (const tick of ticks) {
      const trade = tick.kind === "trade" ? tick : null;
      const quote = tick.kind === "quote" ? tick : null;
      const row = [
        writeTime(tick.time),
        writeReceived(tick.receivedAt),
        this.#symbols.get(tick.symbol)!,
        PROVIDER,
        tick.flags,
        KIND_CODES[tick.kind],
        tick.id,
        trade?.price ?? null,
        trade?.size ?? null,
        trade?.side ?? null,
        trade?.conditions ?? null,
        quote?.bid ?? null,
        quote?.bidSize ?? null,
        quote?.ask ?? null,
        quote?.askSize ?? null,
      ];
      row.forEach((value, at) => columns[at]!.push(value));
    }
    const literals = columns.map((values) => `{${values.map(quoted).join(",")}}`);
    await this.#sql.unsafe(INSERT, literals, { prepare: true });
  }

  async close(): Promise<void> {
    await this.#sql.end();
  }
}

/** None of the values has a quote or a backslash in it. */
function quoted(value: string | number | null): string {
  return value === null ? "NULL" : typeof value === "number" ? String(value) : `"${value}"`;
}
