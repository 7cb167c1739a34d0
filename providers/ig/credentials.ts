/**
 * What IG has given out at a sign-in, and how a request or a stream shows it.
 *
 * @module
 */
import { HOUR, type Micros, SECOND } from "../../domain/time.ts";
import { type ProviderContext, ProviderError } from "../provider.ts";

/** A pair of OAuth tokens. */
interface OAuth {
  readonly access: string;
  readonly refresh: string;
}

/** The tokens of a version 2 session, which a stream needs in any version. */
interface Tokens {
  readonly cst: string;
  readonly security: string;
}

/** A pair of OAuth tokens as IG writes it. */
export interface OAuthBody {
  readonly access_token: string;
  readonly refresh_token: string;
  /** Seconds, as a text. */
  readonly expires_in: string | number;
}

/** The share of an access token's life after which it is renewed. */
const RENEW_AT = 0.75;
/** Version 2 tokens live for six hours, and longer while they are used. */
const TOUCH_EVERY: Micros = 4 * HOUR;

/** The tokens of one session. Each is concealed as soon as it is known. */
export class Credentials {
  /** The active account. */
  account = "";
  /** Where to stream from. */
  lightstreamer = "";
  #oauth: OAuth | null = null;
  #tokens: Tokens | null = null;
  #renewAt: Micros = 0;

  constructor(private readonly context: ProviderContext) {}

  /** Whether there is nothing to give back. */
  get isEmpty(): boolean {
    return this.#oauth === null && this.#tokens === null;
  }

  /** Whether there are tokens that a stream takes. */
  get canStream(): boolean {
    return this.#tokens !== null;
  }

  /** What a session of version 3 is renewed with; `null` in one of version 2. */
  get refreshToken(): string | null {
    return this.#oauth?.refresh ?? null;
  }

  /** When the session wants to be renewed. */
  get renewAt(): Micros {
    return this.#renewAt;
  }

  /** What a stream signs in with. */
  get streamPassword(): string {
    return `CST-${this.#tokens?.cst}|XST-${this.#tokens?.security}`;
  }

  /** What a request shows. */
  get headers(): Record<string, string> {
    if (this.#oauth === null) return this.tokenHeaders;
    return { "Authorization": `Bearer ${this.#oauth.access}`, "IG-ACCOUNT-ID": this.account };
  }

  /** The same by version 2's tokens, which outlive an access token and may do more. */
  get tokenHeaders(): Record<string, string> {
    if (this.#tokens === null) return {};
    return { "CST": this.#tokens.cst, "X-SECURITY-TOKEN": this.#tokens.security };
  }

  /** What a request shows that ends the session: what lives longest. */
  get lastHeaders(): Record<string, string> {
    return this.#tokens === null ? this.headers : this.tokenHeaders;
  }

  /**
   * Takes tokens from the headers of an answer, where those that are missing stay as they are.
   *
   * @throws ProviderError `bad-data` where one is not known then.
   */
  keepTokens(headers: Headers, what: string): void {
    const cst = headers.get("cst") ?? this.#tokens?.cst;
    const security = headers.get("x-security-token") ?? this.#tokens?.security;
    if (cst === undefined || security === undefined) throw otherShape(what);
    this.context.conceal([cst, security]);
    this.#tokens = { cst, security };
    this.touched();
  }

  /** Takes a pair of OAuth tokens. */
  keepOAuth(body: OAuthBody, what: string): void {
    const { access_token: access, refresh_token: refresh, expires_in } = body;
    this.context.conceal([access, refresh]);
    this.#oauth = { access, refresh };
    const seconds = Number(expires_in);
    if (!(seconds > 0 && seconds < Infinity)) throw otherShape(what);
    this.#renewAt = this.context.now() + Math.round(seconds * RENEW_AT * SECOND);
  }

  /** Notes that version 2's tokens were used. */
  touched(): void {
    if (this.#oauth === null) this.#renewAt = this.context.now() + TOUCH_EVERY;
  }
}

/** An answer that is not what was asked for. */
export function otherShape(what: string): ProviderError {
  return new ProviderError("bad-data", `Cannot ${what}: IG's answer is of another shape.`);
}
