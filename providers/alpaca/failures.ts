/**
 * Alpaca's errors, in our words: of the stream by their codes, of REST by their status.
 *
 * @module
 */
import { errors } from "@alpacahq/alpaca-trade-api";
import { messageOf } from "../../domain/errors.ts";
import { type Micros, MILLISECOND, MINUTE, SECOND } from "../../domain/time.ts";
import { ProviderError } from "../provider.ts";
import type { AlpacaOptions } from "./options.ts";

/** How much of the venue's own words is repeated. */
const LONGEST = 160;

/** Makes errors that never tell the keys, whatever the venue echoes. */
export class Failures {
  readonly #options: AlpacaOptions;

  constructor(options: AlpacaOptions) {
    this.#options = options;
  }

  /** The venue's words, short, in quotes, without the keys. */
  quote(words: string): string {
    const { keyId, secret } = this.#options;
    const safe = words.replaceAll(secret, "****").replaceAll(keyId, `****${lastFour(keyId)}`)
      .replaceAll(/\s+/g, " ").trim();
    return `"${safe.length > LONGEST ? `${safe.slice(0, LONGEST)}…` : safe}"`;
  }

  /** The stream broke, or did not come about. */
  lost(attempt: string, what: string, retryAfter?: Micros): ProviderError {
    return new ProviderError("lost", `Cannot ${attempt}: ${what}.`, wait(retryAfter));
  }

  /** What a stream's error means for the whole of the stream. */
  ofStream(attempt: string, code: number, words: string): ProviderError {
    const { environment, feed } = this.#options;
    const said = `Cannot ${attempt}: Alpaca says ${code} ${this.quote(words)}`;
    const make = (
      kind: string,
      advice: string,
      options: { terminal?: boolean; retryAfter?: Micros } = {},
    ) => new ProviderError(kind, `${said}; ${advice}.`, options);
    switch (code) {
      case 402:
        return make("bad-key", this.#keyAdvice(), { terminal: true });
      case 406:
        return make(
          "refused",
          "another connection of this account is open, or the last one is not yet forgotten: close " +
            "other programs that stream with these keys",
          { retryAfter: CONNECTION_REAPED },
        );
      case 407:
        return make("lost", "this machine took the feed too slowly: follow fewer instruments");
      case 408:
      case 409:
        return make(
          "refused",
          `the plan of this ${environment} account does not include the feed ${feed}: set ` +
            "providers.alpaca.feed to one that it includes, such as iex",
          { terminal: true },
        );
      case 411:
        return make("refused", "these keys may not stream market data: make others", {
          terminal: true,
        });
      case 401:
      case 404:
        return make("lost", "the sign-in did not arrive in time");
      case 400:
      case 403:
      case 405:
      case 410:
        return make("refused", "marketd and the venue disagree about the protocol");
      default:
        return make("lost", "the fault is the venue's");
    }
  }

  /** What an error of a request means. An aborted request's reason is the signal's. */
  ofRequest(attempt: string, host: string, error: unknown, signal: AbortSignal): unknown {
    if (signal.aborted) return signal.reason;
    if (error instanceof ProviderError) return error;
    if (error instanceof errors.ApiError) return this.#ofStatus(attempt, error);
    if (error instanceof errors.FetchError) {
      const late = error.cause instanceof Error && error.cause.name === "TimeoutError";
      const what = late ? "did not answer in time" : "cannot be reached";
      return this.lost(attempt, `${host} ${what}; see whether this machine is online`);
    }
    return new ProviderError("bad-data", `Cannot ${attempt}: ${this.quote(messageOf(error))}.`);
  }

  #ofStatus(attempt: string, error: errors.ApiError): ProviderError {
    const { status, response, retryAfterMs } = error;
    // Without a Retry-After the client tells when the allowance is full again: that is about 429s.
    const isAsked = status === 429 || response.headers.has("Retry-After");
    const after = isAsked && retryAfterMs !== undefined ? retryAfterMs * MILLISECOND : undefined;
    const said = `Cannot ${attempt}: Alpaca says ${status} ${this.quote(error.message)}`;
    if (status === 429) {
      const advice = "set providers.alpaca.requests to what the plan allows";
      return new ProviderError("allowance", `${said}; ${advice}.`, wait(after));
    }
    if (status === 403 && /\bsip\b/i.test(error.message)) {
      return new ProviderError(
        "refused",
        `Cannot ${attempt}: this plan does not give what the consolidated tape (feed ` +
          `${this.#options.feed}) did in the last 15 minutes; wait, set providers.alpaca.feed to ` +
          "iex, or take a plan that includes it.",
        { retryAfter: RECENT },
      );
    }
    if (status === 401 || status === 403) {
      return new ProviderError("bad-key", `${said}; ${this.#keyAdvice()}.`, { terminal: true });
    }
    if (status === 503) {
      const advice = "it is down for a while";
      return new ProviderError("maintenance", `${said}; ${advice}.`, wait(after));
    }
    if (status >= 500) {
      return new ProviderError("lost", `${said}; the fault is the venue's.`, wait(after));
    }
    return new ProviderError(status === 404 ? "not-found" : "refused", `${said}.`);
  }

  #keyAdvice(): string {
    const { environment, keyId } = this.#options;
    const other = environment === "paper" ? "live" : "paper";
    return `check keyId (****${lastFour(keyId)}) and secret, and that they are of the ` +
      `${environment} account: ${other} keys need providers.alpaca.environment ${other}`;
  }
}

/** How long the venue takes to forget a connection that was cut. */
const CONNECTION_REAPED: Micros = 30 * SECOND;
/** What a plan without the consolidated tape does not see of it. */
const RECENT: Micros = 15 * MINUTE;

function wait(retryAfter: Micros | undefined) {
  return retryAfter === undefined ? {} : { retryAfter: Math.round(retryAfter) };
}

/** The last four characters of a key's id; none of a short one. */
function lastFour(keyId: string): string {
  return keyId.length < 12 ? "" : keyId.slice(-4);
}
