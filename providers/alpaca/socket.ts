/**
 * One WebSocket: opened under a signal, closed within a deadline, silent once it is closed.
 *
 * @module
 */

/** What a socket tells. */
export interface SocketEvents {
  /** A text frame. */
  frame(text: string): void;
  /** A frame that is not text: its length. */
  binary(length: number): void;
  /** It closed by itself, once: why, for a person. */
  closed(why: string): void;
}

/** How long a close may take; past it the socket is left to the system. */
const FAREWELL_MS = 1_000;

/** An open socket. */
export class Socket {
  readonly #socket: WebSocket;
  readonly #gone = Promise.withResolvers<void>();
  #events: SocketEvents | null;
  #failure = "";
  #closing: Promise<void> | undefined;

  private constructor(socket: WebSocket, events: SocketEvents) {
    this.#socket = socket;
    this.#events = events;
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") this.#events?.frame(data);
      else this.#events?.binary((data as ArrayBuffer).byteLength);
    };
    socket.onerror = (event) => {
      this.#failure = event instanceof ErrorEvent ? event.message : "";
    };
    socket.onclose = ({ code, reason }) => {
      const said = [code === 0 ? "" : `code ${code}`, reason, this.#failure];
      const why = said.filter((part) => part !== "").join(", ");
      const tell = this.#events;
      this.#events = null;
      this.#gone.resolve();
      tell?.closed(why === "" ? "without a word" : why);
    };
  }

  /** Begins to connect; what happens, an abort too, is told to the events. */
  static connect(url: string, events: SocketEvents): Socket {
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    return new Socket(socket, events);
  }

  /** Sends a message as JSON; to a socket that is gone, nothing. */
  send(message: Readonly<Record<string, unknown>>): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  /** Closes it. From here on it tells nothing. Waits for the other side's farewell, not for long. */
  close(): Promise<void> {
    this.#events = null;
    return this.#closing ??= this.#farewell();
  }

  async #farewell(): Promise<void> {
    this.#socket.close();
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, FAREWELL_MS);
    await Promise.race([this.#gone.promise, promise]);
    clearTimeout(timer);
  }
}
