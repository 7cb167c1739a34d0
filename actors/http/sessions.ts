/**
 * Sessions of people who signed in with the token. A session is a cookie that the token vouches for:
 * it does not hold the token, ends with it, and outlives a restart.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { SignedOut } from "./signedout.ts";

/** How long a session lasts, in seconds. */
const LIFETIME = 7 * 86_400;

/** Issues sessions, and tells whether a request belongs to one. */
export class Sessions {
  readonly #key: Uint8Array;
  /** Cookies know no ports: two daemons on one machine must not take each other's. */
  readonly #cookie: string;

  /**
   * @param token whoever showed it is let in; another token ends all sessions.
   * @param ended those that were ended by hand.
   */
  constructor(token: string, private readonly ended: SignedOut) {
    this.#key = createHmac("sha256", token).update("marketd session key").digest();
    this.#cookie = `marketd-${this.#sign("cookie name").slice(0, 8)}`;
  }

  /** Begins a session, in the answer's cookie. */
  begin(c: Context): void {
    const ends = Math.floor(Date.now() / 1_000) + LIFETIME;
    const name = `${ends}.${crypto.getRandomValues(new Uint8Array(12)).toHex()}`;
    setCookie(c, this.#cookie, `${name}.${this.#sign(name)}`, this.#attributes(c, LIFETIME));
  }

  /** Ends the session that a request belongs to. */
  async end(c: Context): Promise<void> {
    const name = this.#nameOf(getCookie(c, this.#cookie));
    if (name !== undefined) await this.ended.add(name);
    deleteCookie(c, this.#cookie, this.#attributes(c, 0));
  }

  /** Whether a request belongs to a session. */
  has(c: Context): boolean {
    return this.#nameOf(getCookie(c, this.#cookie)) !== undefined;
  }

  /** The name of a cookie's session; `undefined` where it is none, or over. */
  #nameOf(cookie = ""): string | undefined {
    const match = /^((\d{1,12})\.[0-9a-f]{24})\.([0-9a-f]{64})$/.exec(cookie);
    if (match === null || this.ended.has(match[1]!)) return undefined;
    const [, name, ends, mac] = match;
    const isOurs = timingSafeEqual(bytes(mac!), bytes(this.#sign(name!)));
    return isOurs && Number(ends) > Date.now() / 1_000 ? name : undefined;
  }

  #sign(text: string): string {
    return createHmac("sha256", this.#key).update(text).digest("hex");
  }

  #attributes(c: Context, maxAge: number) {
    return { httpOnly: true, sameSite: "Strict", secure: isSecure(c), path: "/", maxAge } as const;
  }
}

/** Whether the caller speaks TLS, to us or to the proxy in front. */
function isSecure(c: Context): boolean {
  return new URL(c.req.url).protocol === "https:" ||
    c.req.header("x-forwarded-proto")?.toLowerCase() === "https" ||
    /(^|[;,\s])proto="?https/i.test(c.req.header("forwarded") ?? "");
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
