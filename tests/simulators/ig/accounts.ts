/**
 * The accounts of the simulated venue, and the tokens it has given out.
 *
 * @module
 */
import type { Rejection } from "./subscribing.ts";

/** What a client signs in with, and what it may do. */
export interface Login {
  readonly apiKey: string;
  readonly username: string;
  readonly password: string;
  /** The first is the preferred one. */
  readonly accounts: readonly string[];
  /** The error code that a sign-in is answered with instead, and its status. */
  readonly blocked?: { readonly status: number; readonly errorCode: string };
}

/** A signed-in client at the venue. */
export interface VenueSession {
  readonly login: Login;
  account: string;
  cst: string;
  securityToken: string;
  accessToken: string;
  refreshToken: string;
  /** In milliseconds; the same for both kinds of tokens where it was made to expire. */
  accessUntil: number;
  refreshUntil: number;
  tokensUntil: number;
}

/** How long tokens live, in milliseconds. */
export interface Lifetimes {
  readonly access: number;
  readonly refresh: number;
  readonly tokens: number;
}

const HOUR = 3_600_000;
/** As IG has it. */
export const LIFETIMES: Lifetimes = { access: 60_000, refresh: 600_000, tokens: 6 * HOUR };

/** The sessions at the venue. */
export class Accounts {
  readonly #open = new Set<VenueSession>();
  #count = 0;

  constructor(readonly logins: readonly Login[], private readonly lifetimes: Lifetimes) {}

  /** How many sessions are signed in. */
  get size(): number {
    return this.#open.size;
  }

  /** Whoever has these credentials. */
  find(apiKey: string | null, username: unknown, password: unknown): Login | undefined {
    return this.logins.find((login) =>
      login.apiKey === apiKey && login.username === username && login.password === password
    );
  }

  /** Signs in. */
  open(login: Login, now: number): VenueSession {
    const session: VenueSession = {
      login,
      account: login.accounts[0]!,
      cst: this.#token("cst"),
      securityToken: this.#token("xst"),
      accessToken: "",
      refreshToken: "",
      accessUntil: 0,
      refreshUntil: 0,
      tokensUntil: now + this.lifetimes.tokens,
    };
    this.renew(session, now);
    this.#open.add(session);
    return session;
  }

  /** Gives out a pair of tokens in place of the old one. */
  renew(session: VenueSession, now: number): void {
    session.accessToken = this.#token("access");
    session.refreshToken = this.#token("refresh");
    session.accessUntil = now + this.lifetimes.access;
    session.refreshUntil = now + this.lifetimes.refresh;
  }

  /** Makes another account the active one; the security token changes. */
  switchTo(session: VenueSession, account: string): void {
    session.account = account;
    session.securityToken = this.#token("xst");
  }

  /** Signs out. */
  close(session: VenueSession): void {
    this.#open.delete(session);
  }

  /** Ends the life of every token. */
  expire(): void {
    for (const session of this.#open) {
      session.accessUntil = session.refreshUntil = session.tokensUntil = 0;
    }
  }

  /** Whose refresh token it is. */
  ofRefresh(token: unknown, now: number): VenueSession | undefined {
    return this.#find((session) => session.refreshToken === token && session.refreshUntil > now);
  }

  /** Who asks; or the error code that it is refused with. */
  ofRequest(headers: Headers, now: number): VenueSession | string {
    const apiKey = headers.get("x-ig-api-key");
    if (apiKey === null) return "error.security.api-key-missing";
    const bearer = /^Bearer (.+)$/.exec(headers.get("authorization") ?? "")?.[1];
    if (bearer !== undefined) {
      const session = this.#find((one) => one.accessToken === bearer && one.accessUntil > now);
      if (session === undefined) return "error.security.oauth-token-invalid";
      const account = headers.get("ig-account-id");
      if (account === null) return "error.security.account-token-missing";
      return session.login.accounts.includes(account)
        ? session
        : "error.security.account-token-invalid";
    }
    const cst = headers.get("cst");
    if (cst === null) return "error.security.client-token-missing";
    const session = this.#find((one) => one.cst === cst && one.tokensUntil > now);
    if (session === undefined) return "error.security.client-token-invalid";
    const token = headers.get("x-security-token");
    if (token === null) return "error.security.account-token-missing";
    return token === session.securityToken ? session : "error.security.account-token-invalid";
  }

  /** Why an account and its password may not stream. */
  streaming(user: string, password: string, now: number): Rejection | null {
    const [, cst, token] = /^CST-(.*)\|XST-(.*)$/.exec(password) ?? [];
    const found = this.#find((session) =>
      session.account === user && session.cst === cst && session.securityToken === token &&
      session.tokensUntil > now
    );
    return found === undefined ? { code: 1, message: "User/password check failed" } : null;
  }

  #find(is: (session: VenueSession) => boolean): VenueSession | undefined {
    return [...this.#open].find(is);
  }

  /** A token that no two runs share, and that a test may search for. */
  #token(kind: string): string {
    return `${kind}${++this.#count}${crypto.randomUUID().replaceAll("-", "")}`;
  }
}
