/**
 * The session that writes. It has the writer's lock; where its connection is lost, the next work is
 * done by another one that has taken the lock anew.
 *
 * @module
 */
import { Link } from "./link.ts";
import { endSession, releaseLock, type Session, takeLock } from "./lock.ts";
import { migrate, requireLatest, requireReadWrite, requireWritable } from "./migrations.ts";
import type { MigrationReport } from "../store.ts";
import type { Target } from "./target.ts";
import { setUpTimescale } from "./timescale.ts";
import { Writer } from "./write.ts";

/** What work is done with. */
export interface Workplace {
  readonly link: Link;
  readonly writer: Writer;
  /** Tables that TimescaleDB keeps in pieces by time. */
  readonly hypertables: ReadonlySet<string>;
}

/** Does one piece of work after the other. */
export class WriterSession {
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly target: Target,
    private session: Session,
    private place: Workplace,
  ) {}

  /**
   * Connects, takes the lock, and brings the schema to its last step.
   *
   * @throws StoreError, and what a {@link Link} throws.
   */
  static async open(target: Target): Promise<{ session: WriterSession; report: MigrationReport }> {
    const link = await Link.open(target, "write");
    try {
      await requireReadWrite(link, target);
      const session = await takeLock(link, target, undefined);
      const report = await migrate(link, target);
      await requireWritable(link, target);
      const hypertables = await setUp(link);
      const place = { link, writer: new Writer(link), hypertables };
      return { session: new WriterSession(target, session, place), report };
    } catch (error) {
      await link.close();
      throw error;
    }
  }

  /** Does a piece of work after those that came before, on a session that has the lock. */
  run<Result>(work: (place: Workplace) => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(async () => work(await this.#ready()));
    this.#turn = done.catch(() => {});
    return done;
  }

  /** Lets go of the lock, and ends the session. */
  async close(): Promise<void> {
    const { link } = this.place;
    // Said aloud, as the server may notice a session's end a moment later.
    if (!link.lost) await releaseLock(link).catch(() => {});
    await link.close();
  }

  /**
   * Ends the session though it works: what it was asked is rejected. The server is told, or it would
   * keep the lock until that work is done.
   */
  async abandon(): Promise<void> {
    try {
      const other = await Link.open(this.target, "read");
      await endSession(other, this.session).finally(() => other.close());
    } catch {
      // It cannot be told; then it finds out by itself.
    }
    this.place.link.abandon("it was given up");
  }

  async #ready(): Promise<Workplace> {
    if (!this.place.link.lost) return this.place;
    const link = await Link.open(this.target, "write");
    try {
      this.session = await takeLock(link, this.target, this.session);
      // While nobody had the lock, another marketd may have come and gone.
      await requireLatest(link, this.target);
    } catch (error) {
      await link.close();
      throw error;
    }
    this.place = { ...this.place, link, writer: new Writer(link) };
    return this.place;
  }
}

/** What is there already may have to move: that takes what it takes. */
async function setUp(link: Link): Promise<ReadonlySet<string>> {
  await link.query("SET statement_timeout = 0");
  const hypertables = await setUpTimescale({
    query: (sql, parameters) => link.query(sql, parameters, Infinity),
  });
  await link.query("RESET statement_timeout");
  return hypertables;
}
