/**
 * The thread that works on the database: it opens one connection and answers one request after the
 * other. SQLite's calls block, so none is made on the main thread.
 *
 * @module
 */
import { StoreError } from "../store.ts";
import { Database } from "./database.ts";
import { toStoreError } from "./errors.ts";
import { migrate, requireLatest } from "./migrations.ts";
import type { Opening, Operations, Reply, Request } from "./protocol.ts";
import { Reader } from "./read.ts";
import { Writer } from "./write.ts";

/** What this thread uses of a dedicated worker's global scope. */
interface Scope {
  onmessage: (event: MessageEvent<Request>) => void;
  postMessage(message: Reply): void;
}

/** A connection that is open. */
interface Session {
  readonly database: Database;
  readonly reader: Reader;
  readonly writer: Writer;
}

const scope = globalThis as unknown as Scope;
let label = "the store";
let session: Session | undefined;

function opened(): Session {
  if (session !== undefined) return session;
  throw new StoreError("unusable", `Cannot use ${label}: it is not open.`);
}

function open(opening: Opening) {
  label = opening.label;
  const database = new Database(opening.path, opening.label, opening.mode);
  try {
    const report = opening.mode === "write" ? migrate(database) : null;
    if (report === null) requireLatest(database);
    // After the migrations, which may rebuild tables that others refer to.
    database.exec("PRAGMA foreign_keys = ON");
    session = { database, reader: new Reader(database), writer: new Writer(database) };
    return report;
  } catch (error) {
    database.close();
    throw error;
  }
}

function close() {
  session?.database.close();
  session = undefined;
}

const operations: Operations = {
  open,
  close,
  write: (batch) => opened().writer.write(batch),
  changeInstrument: (change) => opened().writer.changeInstrument(change),
  changeRoute: (change) => opened().writer.changeRoute(change),
  changeExchange: (change) => opened().writer.changeExchange(change),
  changeStrategy: (change) => opened().writer.changeStrategy(change),
  prune: (pruning) => opened().writer.prune(pruning),
  ticks: (query) => opened().reader.ticks(query),
  candles: (query) => opened().reader.candles(query),
  toldCandles: (query) => opened().reader.toldCandles(query),
  gaps: (query) => opened().reader.gaps(query),
  books: (query) => opened().reader.books(query),
  measures: (asked) => opened().reader.measures(asked),
  providerEvents: (query) => opened().reader.providerEvents(query),
  bases: (query) => opened().reader.bases(query),
  tickSpan: (query) => opened().reader.tickSpan(query),
  symbols: () => opened().reader.symbols(),
  runAt: (time) => opened().reader.runAt(time),
  run: (epoch) => opened().reader.run(epoch),
  lastEpoch: () => opened().reader.lastEpoch(),
  quotas: () => opened().reader.quotas(),
  mappings: () => opened().reader.mappings(),
  instrumentChanges: () => opened().reader.instrumentChanges(),
  routeChanges: () => opened().reader.routeChanges(),
  exchangeChanges: () => opened().reader.exchangeChanges(),
  signals: (query) => opened().reader.signals(query),
  strategyChanges: () => opened().reader.strategyChanges(),
};

/** How an operation is called in "Cannot ...". */
const ATTEMPTS: Partial<Record<keyof Operations, string>> = {
  open: "open",
  close: "close",
  write: "write to",
  changeInstrument: "write to",
  changeRoute: "write to",
  changeExchange: "write to",
  changeStrategy: "write to",
  prune: "prune",
};

function answer({ number, operation, argument }: Request): Reply {
  try {
    // The request's type ties the argument to the operation; the compiler loses that on lookup.
    return { number, value: operations[operation](argument as never) };
  } catch (thrown) {
    const attempt = `${ATTEMPTS[operation] ?? "read"} ${label}`;
    const { code, message } = toStoreError(attempt, thrown);
    return { number, error: { code, message } };
  }
}

scope.onmessage = ({ data }) => scope.postMessage(answer(data));
