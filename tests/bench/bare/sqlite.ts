/**
 * The least that recording to SQLite takes: one prepared insert per tick, and a commit per batch,
 * over the same schema and with the same settings.
 *
 * @module
 */
import { Database } from "../../../db/sqlite/database.ts";
import { migrate } from "../../../db/sqlite/migrations.ts";
import { KIND_CODES } from "../../../db/rows.ts";
import type { Tick } from "../../../domain/tick.ts";

const HEAD = "symbol, time, provider, kind, id, received_at, flags";
const INSERT_TRADE =
  `INSERT INTO ticks (${HEAD}, price, size, side, conditions) VALUES (?,?,?,?,?,?,?,?,?,?,?)`;
const INSERT_QUOTE =
  `INSERT INTO ticks (${HEAD}, bid, bid_size, ask, ask_size) VALUES (?,?,?,?,?,?,?,?,?,?,?)`;
const INSERT_SYMBOL = "INSERT INTO symbols (id, name) VALUES (?, ?)";
const PROVIDER = 1;

/** Inserts batches, and does nothing else. */
export class BareSqlite {
  readonly #database: Database;
  readonly #symbols = new Map<string, number>();

  constructor(path: string, provider: string) {
    this.#database = new Database(path, path, "write");
    migrate(this.#database);
    this.#database.run("INSERT INTO providers (id, name) VALUES (?, ?)", PROVIDER, provider);
  }

  write(ticks: readonly Tick[]): Promise<void> {
    const trades = this.#database.prepare(INSERT_TRADE);
    const quotes = this.#database.prepare(INSERT_QUOTE);
    this.#database.transaction(() => {
      for (const tick of ticks) {
        const { time, id, receivedAt, flags } = tick;
        const symbol = this.#symbolOf(tick.symbol);
        const kind = KIND_CODES[tick.kind];
        if (tick.kind === "trade") {
          const { price, size, side, conditions } = tick;
          trades.run(
            symbol,
            time,
            PROVIDER,
            kind,
            id,
            receivedAt,
            flags,
            price,
            size,
            side,
            conditions,
          );
        } else if (tick.kind === "quote") {
          const { bid, bidSize, ask, askSize } = tick;
          quotes.run(
            symbol,
            time,
            PROVIDER,
            kind,
            id,
            receivedAt,
            flags,
            bid,
            bidSize,
            ask,
            askSize,
          );
        }
      }
    });
    return Promise.resolve();
  }

  #symbolOf(name: string): number {
    let id = this.#symbols.get(name);
    if (id === undefined) {
      id = this.#symbols.size + 1;
      this.#symbols.set(name, id);
      this.#database.run(INSERT_SYMBOL, id, name);
    }
    return id;
  }

  close(): Promise<void> {
    this.#database.close();
    return Promise.resolve();
  }
}
