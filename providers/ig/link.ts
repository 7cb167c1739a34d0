/**
 * One Lightstreamer connection: opened, watched, and closed for good when it is lost.
 *
 * @module
 */
import { type Micros, MILLISECOND } from "../../domain/time.ts";
import { ProviderError } from "../provider.ts";
import type { LightstreamerClient } from "./client.ts";
import { isEndpoint } from "./options.ts";

/** Where to connect to, and as whom. */
export interface LinkOptions {
  readonly address: string;
  readonly now: () => Micros;
  /** The account. */
  readonly user: string;
  /** The session's tokens. */
  readonly password: string;
  /** Told once where the connection is lost after it was open. */
  readonly onLost: (error: ProviderError) => void;
}

/** How long opening may take, in milliseconds. */
const DEADLINE = 20_000;
/** How long closing waits for the client, in milliseconds. */
const CLOSING = 1_000;
/** How long the reason of a disconnection may be in coming, in milliseconds. */
const REASON = 100;
/** The client keeps all of a streaming response in memory until so many bytes have come. */
const RESPONSE_BYTES = 4_000_000;

const WHAT = "open IG's stream";

/** What of the client's statuses is still a connection, or a recovery of one. */
const ALIVE = /^(CONNECTED:|STALLED$|DISCONNECTED:TRYING-RECOVERY$)/;
const OPEN = /^CONNECTED:(?!STREAM-SENSING)/;

/** An open connection. */
export class Link {
  readonly #client: LightstreamerClient;
  readonly #options: LinkOptions;
  readonly #opened = Promise.withResolvers<void>();
  readonly #disconnected = Promise.withResolvers<void>();
  #state: "opening" | "open" | "over" = "opening";
  /** Since when nothing comes, a recovery that is tried included; `null` while something does. */
  #silentSince: Micros | null = null;
  #silence: ReturnType<typeof setTimeout> | undefined;

  private constructor(client: LightstreamerClient, options: LinkOptions) {
    this.#client = client;
    this.#options = options;
  }

  /**
   * Connects.
   *
   * @throws ProviderError `lost` or `refused`; the signal's reason.
   */
  static async open(options: LinkOptions, signal: AbortSignal): Promise<Link> {
    if (!isEndpoint(options.address)) {
      throw new ProviderError(
        "refused",
        `Cannot ${WHAT}: its address is not https://, and tokens are not sent in the clear.`,
        { terminal: true },
      );
    }
    const { LightstreamerClient } = await import("./client.ts");
    signal.throwIfAborted();
    const link = new Link(new LightstreamerClient(options.address, "DEFAULT"), options);
    await link.#connect(signal);
    return link;
  }

  /** The client, for subscriptions. */
  get client(): LightstreamerClient {
    return this.#client;
  }

  /** The server's words of a refusal, as much of them as a message may hold. */
  words(code: number, message: string): string {
    const tokens = this.#options.password.split("|").map((part) => part.replace(/^[A-Z]+-/, ""));
    const isSafe = !tokens.some((token) => message.includes(token));
    return `${isSafe ? message.slice(0, 100) : "in words that hold a secret"} (code ${code})`;
  }

  /** Closes it; nothing is told after. */
  async close(): Promise<void> {
    this.#state = "over";
    clearTimeout(this.#silence);
    if (this.#client.getStatus() !== "DISCONNECTED") {
      this.#client.disconnect();
      await within(CLOSING, this.#disconnected.promise);
    }
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const client = this.#client;
    client.connectionDetails.setUser(this.#options.user);
    client.connectionDetails.setPassword(this.#options.password);
    client.connectionOptions.setContentLength(RESPONSE_BYTES);
    client.addListener({
      onStatusChange: (status: string) => this.#onStatus(status),
      onServerError: (code: number, message: string) => this.#fail(this.#refusal(code, message)),
    });
    const abort = () => this.#opened.reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    const timer = setTimeout(() => {
      this.#opened.reject(lost(`Cannot ${WHAT}: it is not open within ${DEADLINE / 1_000} s.`));
    }, DEADLINE);
    try {
      client.connect();
      await this.#opened.promise;
      this.#state = "open";
    } catch (error) {
      await this.close();
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
  }

  #onStatus(status: string): void {
    if (status === "DISCONNECTED") this.#disconnected.resolve();
    if (status === "STALLED") this.#silentSince ??= this.#options.now() - this.#stall();
    if (OPEN.test(status)) {
      // One that was recovered has told what came meanwhile.
      this.#silentSince = null;
      this.#opened.resolve();
    } else this.#silentSince ??= this.#options.now();
    if (ALIVE.test(status) || (this.#state === "opening" && status === "CONNECTING")) return;
    // The client would come back by itself, with tokens that may be old by then.
    const error = lost(
      `IG's stream broke off (${status}) and was not recovered.`,
      this.#silentSince,
    );
    if (status !== "DISCONNECTED") return this.#fail(error);
    // The server's reason, if it gave one, is told a moment later.
    this.#silence ??= setTimeout(() => this.#fail(error), REASON);
  }

  /** How long nothing has come when the client says so. */
  #stall(): Micros {
    const { connectionOptions } = this.#client;
    const millis = connectionOptions.getKeepaliveInterval() + connectionOptions.getStalledTimeout();
    return millis * MILLISECOND;
  }

  #fail(error: ProviderError): void {
    clearTimeout(this.#silence);
    if (this.#state === "over") return;
    if (this.#state === "opening") return this.#opened.reject(error);
    this.#state = "over";
    this.#client.disconnect();
    this.#options.onLost(error);
  }

  #refusal(code: number, message: string): ProviderError {
    if (code === 1) {
      return new ProviderError(
        "session",
        "IG's stream does not accept the session's tokens; signing in again gives others.",
      );
    }
    return lost(
      `IG's stream was ended by the server: ${this.words(code, message)}.`,
      this.#silentSince,
    );
  }
}

function lost(message: string, since: Micros | null = null): ProviderError {
  return new ProviderError("lost", message, since === null ? {} : { since });
}

/** Waits for something, but not for longer. */
async function within(milliseconds: number, wanted: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  await Promise.race([wanted, promise]);
  clearTimeout(timer);
}
