/**
 * The lock that makes one process the writer of a database: an advisory lock of the very session that
 * writes. So whoever can still write has it, and the server lets go of it when that session ends,
 * however it ends.
 *
 * @module
 */
import { StoreError } from "../store.ts";
import type { Link, Runner } from "./link.ts";
import type { Target } from "./target.ts";

/** The lock's key, for a database: "mktd" in ASCII. */
const KEY = 0x6d6b7464;

/** How long to wait for a session that may be ending: milliseconds. */
const PATIENCE = 1_000;
/** How long to wait for a session of our own that is told to end. */
const OWN_PATIENCE = 10_000;
const PAUSE = 100;

const TRY = "SELECT pg_try_advisory_lock($1, 0) AS taken";

const SELF = `
  SELECT pid, backend_start::text AS started FROM pg_stat_activity WHERE pid = pg_backend_pid()`;

const HOLDER = `
  SELECT l.pid, a.application_name AS name, a.client_addr::text AS address,
    a.backend_start::text AS started
  FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
  WHERE l.locktype = 'advisory' AND l.granted AND l.classid = $1::bigint::oid AND l.objid = 0
    AND l.objsubid = 2
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

const END = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE pid = $1 AND backend_start::text = $2`;

/** A session of the server. */
export interface Session {
  readonly pid: number;
  /** When it began, as the server tells it: a process id may be used again. */
  readonly started: string | null;
}

interface Holder extends Session {
  readonly name: string | null;
  readonly address: string | null;
}

/**
 * Takes the lock for a session, and tells which session that is.
 *
 * @param former the session that had it before, where that was ours: a connection may be gone here
 * and not yet there. It is told to end.
 * @throws StoreError `locked` where another session has it; `unreachable` where a former one of ours
 * does not end.
 */
export async function takeLock(
  link: Link,
  target: Target,
  former: Session | undefined,
): Promise<Session> {
  const began = performance.now();
  for (;;) {
    if ((await first<{ taken: boolean }>(link, TRY, KEY))?.taken === true) {
      return (await first<Session>(link, SELF))!;
    }
    const holder = await first<Holder>(link, HOLDER, KEY);
    const own = holder !== undefined && former !== undefined && holder.pid === former.pid &&
      holder.started === former.started;
    if (own) await endSession(link, holder);
    if (performance.now() - began > (own ? OWN_PATIENCE : PATIENCE)) {
      throw refusal(target, holder, own);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/** Who has the lock, in words; `undefined` where nobody has it. */
export async function lockOwner(link: Runner): Promise<string | undefined> {
  const holder = await first<Holder>(link, HOLDER, KEY);
  return holder === undefined ? undefined : told(holder);
}

/** Ends a session from beside it: one that waits for something does not hear its own client. */
export async function endSession(link: Runner, { pid, started }: Session): Promise<void> {
  await link.query(END, [pid, started]);
}

/** Lets go of the lock. */
export async function releaseLock(link: Link): Promise<void> {
  await link.query("SELECT pg_advisory_unlock($1, 0)", [KEY]);
}

async function first<Row>(
  link: Runner,
  sql: string,
  ...parameters: number[]
): Promise<Row | undefined> {
  return (await link.query<Row>(sql, parameters)).rows[0];
}

function refusal(target: Target, holder: Holder | undefined, own: boolean): StoreError {
  if (own) {
    return new StoreError(
      "unreachable",
      `Cannot write to ${target.label}: the server has not yet ended our former session ` +
        `${holder!.pid}, which has the lock. Wait, or end it there.`,
    );
  }
  return new StoreError(
    "locked",
    `Cannot open ${target.label} for writing: ${
      told(holder)
    } has it. Stop it, or ask it over HTTP.`,
  );
}

/** Who a holder is. To a user of fewer rights the server tells no more than the session's number. */
function told(holder: Holder | undefined): string {
  if (holder === undefined) return "another session";
  const name = /^marketd (\d+)$/.exec(holder.name ?? "");
  const who = name === null ? holder.name || "another program" : `marketd's process ${name[1]}`;
  return `${who} at ${holder.address ?? "its own machine"} (session ${holder.pid})`;
}
