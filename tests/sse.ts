/**
 * A reader of Server-Sent Events, as strict as a browser's (WHATWG HTML, 9.2.5 and 9.2.6) and one
 * step stricter: a field that the standard does not name is an error, not ignored.
 *
 * @module
 */

/** One event, as a browser would dispatch it. */
export interface SseEvent {
  /** The id that its own block brought; `null` without one. */
  readonly id: string | null;
  /** The last id brought so far, which a browser would resume from; empty without any. */
  readonly lastEventId: string;
  /** `message` where the block names none. */
  readonly event: string;
  readonly data: string;
}

/** Splits text, as it comes, into events. */
export class SseParser {
  /** The last id that took effect. */
  lastEventId = "";
  /** The wait before a reconnect that the server asked for, in milliseconds. */
  retry: number | null = null;
  /** The comments so far, without their colons. */
  readonly comments: string[] = [];
  #text = "";
  #begun = false;
  #id: string | null = null;
  #event = "";
  #data: string[] = [];

  /** Takes the next piece of text; returns the events that it completes. */
  push(piece: string): SseEvent[] {
    this.#text += piece;
    if (!this.#begun && this.#text !== "") {
      this.#begun = true;
      if (this.#text.startsWith("\uFEFF")) this.#text = this.#text.slice(1);
    }
    const events: SseEvent[] = [];
    let at = 0;
    // A carriage return at the very end may be the first half of a line's end.
    for (const match of this.#text.matchAll(/\r\n|\n|\r(?!$)/g)) {
      const event = this.#line(this.#text.slice(at, match.index));
      if (event !== null) events.push(event);
      at = match.index + match[0].length;
    }
    this.#text = this.#text.slice(at);
    return events;
  }

  #line(line: string): SseEvent | null {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) {
      this.comments.push(line.slice(1));
      return null;
    }
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#event = value;
    else if (field === "data") this.#data.push(value);
    else if (field === "id") { if (!value.includes("\0")) this.#id = value; }
    else if (field === "retry") { if (/^[0-9]+$/.test(value)) this.retry = Number(value); }
    else throw new Error(`The stream has a field "${field}", which the standard does not name.`);
    return null;
  }

  #dispatch(): SseEvent | null {
    const id = this.#id;
    const event = this.#event === "" ? "message" : this.#event;
    const data = this.#data;
    this.#id = null;
    this.#event = "";
    this.#data = [];
    if (id !== null) this.lastEventId = id;
    return data.length === 0
      ? null
      : { id, lastEventId: this.lastEventId, event, data: data.join("\n") };
  }
}

/** A stream that is being read. */
export interface SseStream extends AsyncIterable<SseEvent> {
  readonly response: Response;
  readonly parser: SseParser;
  /** The next event. Rejects where the stream ends, fails or stays silent for ten seconds. */
  next(): Promise<SseEvent>;
  /** The events up to the first one that meets a condition, that one included. */
  until(holds: (event: SseEvent) => boolean): Promise<SseEvent[]>;
  /** The events that have come but were not asked for yet. */
  taken(): SseEvent[];
  /** The events up to the end of the stream. */
  rest(): Promise<SseEvent[]>;
  /** Goes away. */
  close(): Promise<void>;
}

/** How long an event may take, in milliseconds: for a test that would otherwise wait for ever. */
const PATIENCE = 10_000;

/**
 * Connects to a stream.
 *
 * @throws Error where the answer is no event stream; it carries the answer's status and text.
 */
export async function openStream(url: string | URL, init: RequestInit = {}): Promise<SseStream> {
  const abort = new AbortController();
  return await readStream(await fetch(url, { ...init, signal: abort.signal }), abort);
}

/**
 * Reads a stream that has been asked for.
 *
 * @param abort ends the connection; absent: going away cancels the body.
 * @throws Error where the answer is no event stream; it carries the answer's status and text.
 */
export async function readStream(
  response: Response,
  abort?: AbortController,
): Promise<SseStream> {
  const type = response.headers.get("content-type") ?? "";
  if (response.status !== 200 || !/^text\/event-stream\b/.test(type)) {
    throw new Error(`Not a stream: ${response.status} ${type} ${await response.text()}`);
  }
  const reader = response.body!.pipeThrough(new TextDecoderStream("utf-8", { fatal: true }))
    .getReader();
  const parser = new SseParser();
  const waiting: SseEvent[] = [];

  async function read(): Promise<SseEvent | null> {
    while (waiting.length === 0) {
      const { value, done } = await inTime(reader.read());
      if (done) return null;
      waiting.push(...parser.push(value));
    }
    return waiting.shift()!;
  }

  async function next(): Promise<SseEvent> {
    const event = await read();
    if (event === null) throw new Error("The stream has ended.");
    return event;
  }

  return {
    response,
    parser,
    next,
    async until(holds) {
      const events: SseEvent[] = [];
      do events.push(await next()); while (!holds(events.at(-1)!));
      return events;
    },
    taken: () => waiting.splice(0),
    async rest() {
      const events: SseEvent[] = [];
      for (let event = await read(); event !== null; event = await read()) events.push(event);
      return events;
    },
    async close() {
      abort?.abort();
      await reader.cancel().catch(() => {});
    },
    async *[Symbol.asyncIterator]() {
      for (let event = await read(); event !== null; event = await read()) yield event;
    },
  };
}

async function inTime<T>(promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("The stream stayed silent.")), PATIENCE);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
