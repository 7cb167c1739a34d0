/**
 * One connection to a server, from its first word to its last. It is never made again under the hood:
 * `npm:postgres` 3.4.9 may lose a query, mix answers up, or run the rest of a transaction outside of
 * it when it reconnects by itself (github.com/porsager/postgres/issues/1154 and 1216). So each link
 * has a client of its own with one connection, and both end together.
 *
 * @module
 */
import type { Socket } from "node:net";
import postgres from "postgres";
import { openSocket } from "./socket.ts";
import type { Target } from "./target.ts";
import { timestampReader } from "./time.ts";

/** What a statement is given. */
export type Parameter = string | number | boolean | null;

/** What a statement gave. */
export interface Answer<Row> {
  readonly rows: Row[];
  /** Rows that it gave or changed. */
  readonly count: number;
}

/** Whoever can run a statement. */
export interface Runner {
  query<Row>(sql: string, parameters?: readonly Parameter[]): Promise<Answer<Row>>;
}

/** What goes wrong where the server did not say so: the connection is over. */
export class LinkError extends Error {
  override readonly name = "LinkError";
}

/** How long a statement may take on the server, and until it is given up here: milliseconds. */
const STATEMENT_TIMEOUT = 30_000;
const ANSWER_TIMEOUT = STATEMENT_TIMEOUT + 10_000;
/** How long a farewell may take, in seconds. */
const FAREWELL = 5;

/** What a session of each purpose sets, besides what `npm:postgres` needs. */
const SESSION = {
  application_name: `marketd ${Deno.pid}`,
  TimeZone: "UTC",
  DateStyle: "ISO",
  // Doubles in as many digits as they need, whatever the role or the database says.
  extra_float_digits: "3",
  // Compiling costs more than any statement here.
  jit: "off",
  statement_timeout: STATEMENT_TIMEOUT,
  idle_in_transaction_session_timeout: 2 * STATEMENT_TIMEOUT,
  // A machine that vanishes must not keep its lock for the two hours that are usual.
  tcp_keepalives_idle: "30",
  tcp_keepalives_interval: "10",
  tcp_keepalives_count: "3",
};
const PURPOSES = {
  write: SESSION,
  read: {
    ...SESSION,
    default_transaction_read_only: true,
    // A page follows an index and ends after some rows. What the server guesses of symbols (one may have
    // a thousand times the ticks of another) has it fetch and sort all of them instead: it shall not,
    // where there is another way, and shall look at the range at hand.
    plan_cache_mode: "force_custom_plan",
    enable_seqscan: "off",
    enable_bitmapscan: "off",
    enable_sort: "off",
  },
};

const TIMESTAMPTZ = 1184;
const BIGINT = 20;

/** A connection that is open, until it is lost or closed. */
export class Link implements Runner {
  readonly #sql: postgres.Sql;
  readonly #ending = new AbortController();
  readonly #pending = new Set<(error: Error) => void>();
  #socket: Socket | undefined;
  #asked = false;
  #over: Error | undefined;

  private constructor(private readonly target: Target, purpose: keyof typeof PURPOSES) {
    const options = {
      host: target.host,
      port: target.port,
      user: target.user,
      // Without one the client would look for PGPASSWORD.
      password: () => target.password ?? "",
      database: target.database,
      socket: () => this.#connect(),
      ssl: false,
      max: 1,
      idle_timeout: 0,
      max_lifetime: null,
      connect_timeout: target.connectTimeout / 1_000,
      fetch_types: false,
      onnotice: () => {},
      connection: PURPOSES[purpose],
      types: {
        time: { to: TIMESTAMPTZ, from: [TIMESTAMPTZ], serialize: String, parse: timestampReader() },
        integer: { to: BIGINT, from: [BIGINT], serialize: String, parse: Number },
      },
    };
    this.#sql = postgres(options);
  }

  /**
   * Connects.
   *
   * @throws what the socket, `npm:postgres` or the server says.
   */
  static async open(target: Target, purpose: keyof typeof PURPOSES): Promise<Link> {
    const link = new Link(target, purpose);
    try {
      await link.query("SELECT 1", [], target.connectTimeout);
      return link;
    } catch (error) {
      link.abandon("it could not be made");
      throw error;
    }
  }

  /** Whether it can be asked no more. */
  get lost(): boolean {
    return this.#over !== undefined;
  }

  /**
   * Runs one statement, after those that were asked for before. It is prepared where it has
   * parameters.
   *
   * @param timeout after which the link is given up, in milliseconds.
   * @throws PostgresError, or LinkError where the connection is over.
   */
  async query<Row>(
    sql: string,
    parameters: readonly Parameter[] = [],
    timeout: number = ANSWER_TIMEOUT,
  ): Promise<Answer<Row>> {
    if (this.#over !== undefined) throw this.#over;
    const { promise, resolve, reject } = Promise.withResolvers<postgres.RowList<postgres.Row[]>>();
    this.#pending.add(reject);
    const timer = timeout === Infinity ? undefined : setTimeout(
      () => this.abandon(`no answer came within ${timeout / 1_000} s`),
      timeout,
    );
    try {
      this.#sql.unsafe(sql, [...parameters], { prepare: parameters.length > 0 })
        .then(resolve, reject);
      const rows = await promise;
      return { rows: [...rows] as unknown as Row[], count: rows.count };
    } catch (error) {
      if (isFatal(error)) this.abandon("the server ended it");
      throw error;
    } finally {
      clearTimeout(timer);
      this.#pending.delete(reject);
    }
  }

  /**
   * Runs `work` as one transaction, whole or not at all. Statements that it does not wait for are
   * sent without waiting, but it must wait for all of them in the end.
   */
  async transaction<Result>(work: () => Promise<Result>): Promise<Result> {
    const began = this.query("BEGIN");
    try {
      const [, result] = await Promise.all([began, work()]);
      // Not sent along with the rest: only what the server took in whole may be committed.
      await this.query("COMMIT");
      return result;
    } catch (error) {
      await this.query("ROLLBACK").catch(() => {});
      throw error;
    }
  }

  /** Ends the connection at once; what was asked is rejected. */
  abandon(why: string): void {
    if (this.#over !== undefined) return;
    this.#over = new LinkError(`the connection to ${this.target.address} is over: ${why}`);
    for (const reject of this.#pending) reject(this.#over);
    this.#ending.abort(this.#over);
    this.#socket?.destroy();
    this.#sql.end({ timeout: 0 }).catch(() => {});
  }

  /** Ends the connection after what was asked. */
  async close(): Promise<void> {
    if (this.#over !== undefined) return;
    await this.#sql.end({ timeout: FAREWELL }).catch(() => {});
    this.abandon("it was closed");
  }

  async #connect(): Promise<Socket> {
    if (this.#asked) throw this.#over ?? new LinkError("A link is not made again.");
    this.#asked = true;
    const socket = await openSocket(this.target, this.#ending.signal);
    // Heard before `npm:postgres` hears it.
    socket.on("error", (error) => this.abandon(error.message));
    socket.on("close", () => this.abandon("the server closed it"));
    this.#socket = socket;
    return socket;
  }
}

/** Whether the server ends the session after this error. */
function isFatal(error: unknown): boolean {
  return error instanceof postgres.PostgresError &&
    (error.severity === "FATAL" || error.severity === "PANIC");
}
