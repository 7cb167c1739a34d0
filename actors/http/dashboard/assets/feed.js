/**
 * One connection to the stream, kept alive: it carries the union of what is wanted, resumes where it
 * was cut off, and says what became of it. Lives in the worker that all tabs share or, where there
 * is none, in the page.
 *
 * @module
 */
import { problemOf } from "./api.js";
import { isWanted, queryOf } from "./wants.js";

/**
 * @typedef {import("./wants.js").Want} Want
 * @typedef {import("./wants.js").StreamEvent} StreamEvent
 */

/**
 * How the connection fares.
 *
 * @typedef {object} FeedState
 * @property {"idle" | "connecting" | "live" | "cut" | "refused"} phase
 * @property {number} since when it went there, in milliseconds since 1970
 * @property {string | null} reason why it is cut off or refused
 * @property {Resumed | null} resumed how the last cut ended; null where there was none
 */

/**
 * How a cut ended.
 *
 * @typedef {object} Resumed
 * @property {number} at
 * @property {number} cutFor milliseconds
 * @property {number} replayed events that were caught up
 * @property {number | "unknown"} missed events that were not
 */

/**
 * What a feed tells one who listens.
 *
 * @typedef {{ type: "state", state: FeedState }
 *   | { type: "open", fresh: boolean }
 *   | { type: "events", events: StreamEvent[] }} FeedMessage
 */

/** The stream says something each 15 s; after this long in milliseconds without, it is cut off. */
const PATIENCE = 40_000;
/** Waits between two attempts, in milliseconds: they double from the first to the last. */
const BACKOFF = { first: 500, last: 8_000 };
/** How long what is wanted may change before the connection follows, in milliseconds. */
const SETTLE = 30;
/** How long a connection that carries too much is kept, in milliseconds. */
const LINGER = 10_000;

/** One connection to the stream for many listeners. */
export class Feed {
  /** @type {Map<object, { wants: readonly Want[], tell: (message: FeedMessage) => void, open: boolean }>} */
  #listeners = new Map();
  /** @type {FeedState} */
  #state = { phase: "idle", since: Date.now(), reason: null, resumed: null };
  /** What the connection carries. */
  #query = "";
  /** The last event that all listeners have. */
  /** @type {string | null} */
  #lastId = null;
  /** When the stream was cut off; 0 while it is not. */
  #cutAt = 0;
  #attempt = 0;
  /** @type {AbortController | null} */
  #connection = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * Sets what a listener wants, in place of what it wanted before.
   *
   * @param {object} listener
   * @param {readonly Want[]} wants
   * @param {(message: FeedMessage) => void} tell
   */
  listen(listener, wants, tell) {
    this.#listeners.set(listener, { wants, tell, open: false });
    tell({ type: "state", state: this.#state });
    this.#settle(SETTLE);
  }

  /** @param {object} listener */
  leave(listener) {
    if (this.#listeners.delete(listener)) this.#settle(LINGER);
  }

  /** Tries at once where a connection is being waited for. */
  retry() {
    if (this.#state.phase !== "cut" && this.#state.phase !== "refused") return;
    this.#attempt = 0;
    this.#connect();
  }

  /** @param {number} wait */
  #settle(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#follow(), wait);
  }

  /** Has the connection carry what is wanted now. */
  #follow() {
    const wants = [...this.#listeners.values()].flatMap(({ wants }) => wants);
    if (wants.length === 0) {
      this.#connection?.abort();
      this.#connection = null;
      this.#query = "";
      this.#lastId = null;
      this.#cutAt = 0;
      this.#become({ phase: "idle" });
      return;
    }
    const query = queryOf(wants);
    if (query === this.#query && this.#connection !== null) {
      if (this.#state.phase === "live") this.#open(false);
      return;
    }
    this.#query = query;
    this.#connect();
  }

  #connect() {
    clearTimeout(this.#timer);
    this.#connection?.abort();
    const connection = new AbortController();
    this.#connection = connection;
    if (this.#state.phase !== "cut") this.#become({ phase: "connecting" });
    this.#run(connection).catch((error) => {
      if (this.#connection === connection) this.#lose(error);
    });
  }

  /** @param {AbortController} connection */
  async #run(connection) {
    const watchdog = new Watchdog(() => connection.abort(new Error("nothing was heard of it")));
    try {
      /** @type {Record<string, string>} */
      const headers = { accept: "application/x-ndjson" };
      if (this.#lastId !== null) headers["last-event-id"] = this.#lastId;
      const response = await fetch(`/api/v1/stream?${this.#query}`, {
        headers,
        cache: "no-store",
        credentials: "same-origin",
        signal: connection.signal,
      });
      if (!response.ok || response.body === null) {
        throw problemOf(response.status, await response.text());
      }
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (this.#connection !== connection) return;
        if (done) throw new Error("marketd closed the stream");
        watchdog.feed();
        const lines = (rest + value).split("\n");
        rest = /** @type {string} */ (lines.pop());
        this.#take(lines.map((line) => JSON.parse(line)));
      }
    } catch (error) {
      throw connection.signal.aborted ? connection.signal.reason : error;
    } finally {
      watchdog.stop();
    }
  }

  /** @param {readonly StreamEvent[]} events */
  #take(events) {
    const told = [];
    for (const event of events) {
      if (event.id !== undefined) this.#lastId = event.id;
      if (event.event === "hello") this.#greet(event.data);
      else if (event.event !== "keepalive") told.push(event);
    }
    if (told.length === 0) return;
    for (const { wants, tell } of this.#listeners.values()) {
      const events = told.filter((event) => isWanted(wants, event));
      if (events.length > 0) tell({ type: "events", events });
    }
  }

  /** @param {{ resumed: boolean, replayed: number, missed: null | "unknown" | { from: string, to: string } }} hello */
  #greet({ resumed, replayed, missed }) {
    const now = Date.now();
    const lost = missed === null ? 0 : missed === "unknown" ? missed : spanOf(missed);
    this.#attempt = 0;
    const wasCut = this.#cutAt > 0;
    this.#become({
      phase: "live",
      ...(wasCut
        ? { resumed: { at: now, cutFor: now - this.#cutAt, replayed, missed: lost } }
        : {}),
    });
    this.#cutAt = 0;
    this.#open(!resumed || lost !== 0);
  }

  /**
   * Tells who just came that all it wants is carried, and everyone where something may be missing.
   *
   * @param {boolean} fresh
   */
  #open(fresh) {
    for (const listener of this.#listeners.values()) {
      if (listener.open && !fresh) continue;
      listener.open = true;
      listener.tell({ type: "open", fresh });
    }
  }

  /** @param {unknown} error */
  #lose(error) {
    this.#connection = null;
    const status = error instanceof Error && "status" in error ? error.status : 0;
    const reason = error instanceof TypeError ? "marketd does not answer" : messageOf(error);
    if (this.#cutAt === 0) this.#cutAt = Date.now();
    this.#become({ phase: status === 401 ? "refused" : "cut", reason });
    // What is asked for may not be there any more: ask for what is wanted now, when somebody does.
    const wait = Math.min(BACKOFF.last, BACKOFF.first * 2 ** this.#attempt++);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), wait * (0.75 + Math.random() / 2));
  }

  /** @param {Partial<FeedState>} change */
  #become(change) {
    const since = change.phase === this.#state.phase ? this.#state.since : Date.now();
    this.#state = { ...this.#state, reason: null, ...change, since };
    for (const { tell } of this.#listeners.values()) tell({ type: "state", state: this.#state });
  }
}

/** Acts when nothing was heard for long. */
class Watchdog {
  /** @param {() => void} act */
  constructor(act) {
    this.heard = Date.now();
    this.timer = setInterval(() => {
      if (Date.now() - this.heard > PATIENCE) act();
    }, PATIENCE / 4);
  }

  feed() {
    this.heard = Date.now();
  }

  stop() {
    clearInterval(this.timer);
  }
}

/** @param {{ from: string, to: string }} ids both included */
function spanOf({ from, to }) {
  return Number(to.split(":")[1]) - Number(from.split(":")[1]) + 1;
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
