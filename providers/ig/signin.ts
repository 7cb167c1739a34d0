/**
 * Signing in to IG, in both of its ways, and out again.
 *
 * @module
 */
import type { Micros } from "../../domain/time.ts";
import { ProviderError } from "../provider.ts";
import { Credentials, otherShape } from "./credentials.ts";
import type { Gateway } from "./gateway.ts";
import type { IgOptions } from "./options.ts";
import { encryptPassword } from "./password.ts";
import {
  anyBody,
  encryptionKeyBody,
  oauthBody,
  refreshedBody,
  sessionBody,
  tokensBody,
} from "./wire.ts";

const WHAT = "sign in to IG";
/** How long signing out waits for its turn, in milliseconds: past that it goes all the same. */
const PATIENCE = 2_000;
/** What is counted against the key alone, and against key and account. */
const KEY = ["requests"];
const BOTH = ["requests", "account"];
/** What most of these requests have in common. */
const ASKING = { method: "GET", version: 1, purpose: "live" } as const;
/** In the message of what IG says of a session that is gone. */
const SESSION_OVER = /-token-(invalid|missing)/;

/** A signed-in login. */
export class Login {
  readonly #gateway: Gateway;
  readonly #credentials: Credentials;
  #isOut = false;

  private constructor(gateway: Gateway) {
    this.#gateway = gateway;
    this.#credentials = new Credentials(gateway.context);
  }

  /** Signs in; whatever fails on the way, no session is left open at IG. */
  static async open(gateway: Gateway, options: IgOptions, signal: AbortSignal): Promise<Login> {
    const login = new Login(gateway);
    try {
      await login.#signIn(options, signal);
      if (!login.#credentials.canStream) await login.#fetchTokens(signal);
      const { accountId } = options;
      if (accountId !== undefined && accountId !== login.account) {
        await login.#switchTo(accountId, signal);
      }
      return login;
    } catch (error) {
      // What went wrong first is what is told.
      await login.signOut().catch(() => {});
      throw error;
    }
  }

  /** The active account. */
  get account(): string {
    return this.#credentials.account;
  }

  /** Where to stream from. */
  get lightstreamer(): string {
    return this.#credentials.lightstreamer;
  }

  /** What a stream signs in with. */
  get streamPassword(): string {
    return this.#credentials.streamPassword;
  }

  /** When the session wants to be renewed. */
  get renewAt(): Micros {
    return this.#credentials.renewAt;
  }

  /** What a request shows. */
  get headers(): Record<string, string> {
    return this.#credentials.headers;
  }

  /** Keeps the session alive: new tokens for a refresh token, or a request that uses the old ones. */
  async renew(signal: AbortSignal): Promise<void> {
    const what = "renew the session at IG";
    const { headers, refreshToken } = this.#credentials;
    const asking = { ...ASKING, what, signal };
    if (refreshToken === null) {
      await this.#gateway.ask({
        ...asking,
        path: "/session",
        headers,
        body: sessionBody,
        names: BOTH,
      });
      this.#credentials.touched();
      return;
    }
    const { body } = await this.#gateway.ask({
      ...asking,
      method: "POST",
      path: "/session/refresh-token",
      send: { refresh_token: refreshToken },
      body: refreshedBody,
      names: KEY,
    });
    this.#credentials.keepOAuth(body, what);
  }

  /**
   * Ends the session at IG, once.
   *
   * @throws ProviderError where IG did not hear of it; not where the session is gone already.
   */
  async signOut(): Promise<void> {
    if (this.#isOut || this.#credentials.isEmpty) return;
    this.#isOut = true;
    await this.#turn();
    try {
      await this.#gateway.send({
        ...ASKING,
        what: "sign out of IG",
        method: "DELETE",
        path: "/session",
        headers: this.#credentials.lastHeaders,
        body: anyBody,
        names: BOTH,
        signal: new AbortController().signal,
      });
    } catch (error) {
      if (!(error instanceof ProviderError) || !SESSION_OVER.test(error.message)) throw error;
    }
  }

  async #signIn(options: IgOptions, signal: AbortSignal): Promise<void> {
    const { username, sessionVersion, encryptPassword } = options;
    const password = encryptPassword
      ? await this.#encrypted(options.password, signal)
      : options.password;
    await this.#gateway.context.quotas.take(KEY, { purpose: "live", signal });
    const { body, headers } = await this.#gateway.send({
      ...ASKING,
      what: WHAT,
      method: "POST",
      path: "/session",
      version: sessionVersion,
      send: {
        identifier: username,
        password,
        ...(encryptPassword ? { encryptedPassword: true } : {}),
      },
      // Looked at below: whatever else it holds, tokens in it must be given back.
      body: anyBody,
      names: KEY,
      // Not given up half way: IG may have opened a session, which then must be ended.
      signal: new AbortController().signal,
    });
    if (sessionVersion === 2) this.#keepVersion2(headers, body);
    else this.#keepVersion3(body);
    signal.throwIfAborted();
  }

  #keepVersion2(headers: Headers, body: unknown): void {
    this.#credentials.keepTokens(headers, WHAT);
    const parsed = tokensBody.safeParse(body);
    if (!parsed.success) throw otherShape(WHAT);
    this.#credentials.account = parsed.data.currentAccountId;
    this.#credentials.lightstreamer = parsed.data.lightstreamerEndpoint;
  }

  #keepVersion3(body: unknown): void {
    const parsed = oauthBody.safeParse(body);
    if (!parsed.success) throw otherShape(WHAT);
    const { accountId, lightstreamerEndpoint, oauthToken } = parsed.data;
    this.#credentials.account = accountId;
    this.#credentials.lightstreamer = lightstreamerEndpoint;
    this.#credentials.keepOAuth(oauthToken, WHAT);
  }

  /** Streams take no OAuth tokens: asks for those that they take. */
  async #fetchTokens(signal: AbortSignal): Promise<void> {
    const what = "get streaming tokens from IG";
    const { headers } = await this.#gateway.ask({
      ...ASKING,
      what,
      path: "/session?fetchSessionTokens=true",
      headers: this.#credentials.headers,
      body: sessionBody,
      names: BOTH,
      signal,
    });
    this.#credentials.keepTokens(headers, what);
  }

  async #switchTo(accountId: string, signal: AbortSignal): Promise<void> {
    const what = `switch to the account ${accountId} at IG`;
    const { headers } = await this.#gateway.ask({
      ...ASKING,
      what,
      method: "PUT",
      path: "/session",
      // OAuth tokens cannot switch.
      headers: this.#credentials.tokenHeaders,
      send: { accountId },
      body: anyBody,
      names: BOTH,
      signal,
    });
    this.#credentials.account = accountId;
    this.#credentials.keepTokens(headers, what);
  }

  async #encrypted(password: string, signal: AbortSignal): Promise<string> {
    const { body } = await this.#gateway.ask({
      ...ASKING,
      what: "get IG's encryption key",
      path: "/session/encryptionKey",
      body: encryptionKeyBody,
      names: KEY,
      signal,
    });
    return encryptPassword(password, body.encryptionKey, body.timeStamp);
  }

  /** Waits for the turn of signing out, for a while. */
  async #turn(): Promise<void> {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE);
    const { signal } = patience;
    try {
      await this.#gateway.context.quotas.take(BOTH, { purpose: "order", signal });
    } catch {
      // A session that is left open blocks the next sign-in for longer than one request too many.
    } finally {
      clearTimeout(timer);
    }
  }
}
