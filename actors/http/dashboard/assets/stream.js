/**
 * The stream as the parts of a page see it. All tabs share one connection, which a worker holds;
 * where there are no shared workers, the page holds one of its own.
 *
 * @module
 */
import { Feed } from "./feed.js";
import { isWanted } from "./wants.js";

/**
 * @typedef {import("./wants.js").Want} Want
 * @typedef {import("./wants.js").StreamEvent} StreamEvent
 * @typedef {import("./feed.js").FeedState} FeedState
 * @typedef {import("./feed.js").FeedMessage} FeedMessage
 */

/**
 * What a part of a page does with the stream.
 *
 * @typedef {object} Listener
 * @property {(events: StreamEvent[]) => void} events is handed what came, in order, some at a time
 * @property {(fresh: boolean) => void} [open] the stream carries all that is wanted from here on:
 * read what is now from the API, which nothing can slip past. Called again, with `fresh`, where
 * something may be missing in between.
 */

/** How often a tab says that it is there, in milliseconds. */
const ALIVE = 30_000;

/** @type {Map<object, { want: Want, listener: Listener, open: boolean }>} */
const parts = new Map();
/** @type {Set<(state: FeedState) => void>} */
const watchers = new Set();
/** @type {FeedState} */
let state = { phase: "idle", since: Date.now(), reason: null, resumed: null };
let scheduled = false;

const link = connect();

/**
 * Wants events from here on.
 *
 * @param {Want} want
 * @param {Listener} listener
 * @returns {{ change: (want: Want) => void, end: () => void }}
 * @example subscribe({ symbols: "*", types: ["candle"], intervals: ["1m"], every: 500 }, { events })
 */
export function subscribe(want, listener) {
  const key = {};
  parts.set(key, { want, listener, open: false });
  schedule();
  return {
    change(want) {
      parts.set(key, { want, listener, open: false });
      schedule();
    },
    end() {
      parts.delete(key);
      schedule();
    },
  };
}

/**
 * Watches how the connection fares; begins with how it does now.
 *
 * @param {(state: FeedState) => void} watcher
 */
export function watch(watcher) {
  watchers.add(watcher);
  watcher(state);
}

/** Tries to connect at once. */
export function retry() {
  link.retry();
}

/** Several parts of a page that begin together ask once. */
function schedule() {
  if (scheduled) return;
  scheduled = true;
  queueMicrotask(() => {
    scheduled = false;
    link.want([...parts.values()].map(({ want }) => want));
  });
}

/** @param {FeedMessage} message */
function take(message) {
  if (message.type === "state") {
    state = message.state;
    for (const watcher of watchers) watcher(state);
  } else if (message.type === "open") {
    for (const part of parts.values()) {
      if (part.open && !message.fresh) continue;
      part.open = true;
      part.listener.open?.(message.fresh);
    }
  } else {
    for (const { want, listener } of parts.values()) {
      const events = parts.size === 1
        ? message.events
        : message.events.filter((event) => isWanted([want], event));
      if (events.length > 0) listener.events(events);
    }
  }
}

function connect() {
  return typeof SharedWorker === "undefined" ? own() : shared();
}

function own() {
  const feed = new Feed();
  const self = {};
  return {
    /** @param {readonly Want[]} wants */
    want(wants) {
      if (wants.length === 0) feed.leave(self);
      else feed.listen(self, wants, take);
    },
    retry: () => feed.retry(),
  };
}

function shared() {
  const worker = new SharedWorker(new URL("./streamworker.js", import.meta.url), {
    type: "module",
    name: "marketd stream",
  });
  const { port } = worker;
  /** @type {readonly Want[]} */
  let wanted = [];
  /** @param {object} message */
  const say = (message) => port.postMessage(message);
  const again = () => {
    if (wanted.length > 0) say({ type: "want", wants: wanted });
  };
  port.onmessage = ({ data }) => {
    // A tab that slept for long was taken for gone.
    if (data.type === "forgotten") again();
    else take(data);
  };
  setInterval(() => say({ type: "alive" }), ALIVE);
  addEventListener("pagehide", () => say({ type: "bye" }));
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) again();
  });
  return {
    /** @param {readonly Want[]} wants */
    want(wants) {
      wanted = wants;
      say(wants.length > 0 ? { type: "want", wants } : { type: "bye" });
    },
    retry: () => say({ type: "retry" }),
  };
}
