/**
 * The simulated venue's session requests.
 *
 * @module
 */
import { constants, createPrivateKey, generateKeyPairSync, privateDecrypt } from "node:crypto";
import type { Accounts, Lifetimes, Login, VenueSession } from "./accounts.ts";
import { failure, json } from "./answers.ts";

/** What the session requests work with. */
export interface SessionsHost {
  readonly accounts: Accounts;
  readonly lifetimes: Lifetimes;
  /** Where to stream from. */
  readonly lightstreamer: string;
  /** Whether the password must come encrypted. */
  readonly encrypts: boolean;
  note(what: string): void;
}

/** Signs in, in any version. */
export async function signIn(host: SessionsHost, request: Request, version: number) {
  const { accounts } = host;
  const body = await readBody(request);
  const identifier = body["identifier"];
  if (typeof identifier !== "string" || !/^[A-Za-z0-9\-_]{1,30}$/.test(identifier)) {
    return failure(400, "validation.pattern.invalid.authenticationRequest.identifier");
  }
  const encrypted = body["encryptedPassword"] === true;
  if (host.encrypts && !encrypted) {
    return failure(400, "error.public-api.failure.encryption.required");
  }
  const password = encrypted ? decrypt(String(body["password"])) : body["password"];
  const apiKey = request.headers.get("x-ig-api-key");
  if (apiKey === null) return failure(400, "error.security.api-key-missing");
  if (!accounts.logins.some((login) => login.apiKey === apiKey)) {
    return failure(403, "error.security.api-key-invalid");
  }
  const login = accounts.find(apiKey, identifier, password);
  host.note(login === undefined ? "login refused" : `login v${version}`);
  if (login === undefined) return failure(401, "error.security.invalid-details");
  if (login.blocked !== undefined) return failure(login.blocked.status, login.blocked.errorCode);
  const session = accounts.open(login, Date.now());
  return version === 3 ? oauthBody(host, session) : tokensBody(host, session);
}

function oauthBody(host: SessionsHost, session: VenueSession): Response {
  return json({
    clientId: "100000001",
    accountId: session.account,
    timezoneOffset: 0,
    lightstreamerEndpoint: host.lightstreamer,
    oauthToken: oauthToken(host, session),
  });
}

function oauthToken({ lifetimes }: SessionsHost, session: VenueSession) {
  return {
    access_token: session.accessToken,
    refresh_token: session.refreshToken,
    scope: "profile",
    token_type: "Bearer",
    expires_in: String(Math.round(lifetimes.access / 1_000)),
  };
}

function tokensBody(host: SessionsHost, session: VenueSession): Response {
  const { login, account } = session;
  return json({
    accountType: "SPREADBET",
    accountInfo: { balance: 10_000, deposit: 0, profitLoss: 0, available: 10_000 },
    currencyIsoCode: "GBP",
    currencySymbol: "£",
    currentAccountId: account,
    lightstreamerEndpoint: host.lightstreamer,
    accounts: accountList(login),
    clientId: "100000001",
    timezoneOffset: 0,
    hasActiveDemoAccounts: true,
    hasActiveLiveAccounts: false,
    trailingStopsEnabled: false,
    reroutingEnvironment: null,
    dealingEnabled: true,
  }, tokenHeaders(session));
}

function accountList({ accounts }: Login) {
  return accounts.map((accountId, i) => ({
    accountId,
    accountName: `Account ${i + 1}`,
    preferred: i === 0,
    accountType: "SPREADBET",
  }));
}

function tokenHeaders(session: VenueSession): Record<string, string> {
  return { "CST": session.cst, "X-SECURITY-TOKEN": session.securityToken };
}

/** Gives out a new pair of tokens for a refresh token. */
export async function refresh(host: SessionsHost, request: Request): Promise<Response> {
  const { refresh_token } = await readBody(request);
  const session = host.accounts.ofRefresh(refresh_token, Date.now());
  host.note(session === undefined ? "refresh refused" : "refresh");
  if (session === undefined) return failure(401, "error.security.oauth-token-invalid");
  host.accounts.renew(session, Date.now());
  return json(oauthToken(host, session));
}

/** Tells of a session, with its streaming tokens where they are asked for. */
export function describe(host: SessionsHost, session: VenueSession, url: URL): Response {
  const wanted = url.searchParams.get("fetchSessionTokens") === "true";
  return json({
    clientId: "100000001",
    accountId: session.account,
    timezoneOffset: 0,
    locale: "en_GB",
    currency: "GBP",
    lightstreamerEndpoint: host.lightstreamer,
  }, wanted ? tokenHeaders(session) : {});
}

/** Makes another account the active one. */
export async function switchAccount(
  host: SessionsHost,
  session: VenueSession,
  request: Request,
): Promise<Response> {
  if (request.headers.has("authorization")) {
    return failure(401, "error.security.client-token-missing");
  }
  const { accountId } = await readBody(request);
  if (accountId === session.account) {
    return failure(400, "error.switch.accountId-must-be-different");
  }
  if (typeof accountId !== "string" || !session.login.accounts.includes(accountId)) {
    return failure(400, "error.switch.invalid-accountId");
  }
  host.note(`switch ${accountId}`);
  host.accounts.switchTo(session, accountId);
  return json({
    trailingStopsEnabled: false,
    dealingEnabled: true,
    hasActiveDemoAccounts: true,
    hasActiveLiveAccounts: false,
  }, { "X-SECURITY-TOKEN": session.securityToken });
}

/** The key that passwords are encrypted with. */
export function encryptionKey(): Response {
  return json({
    encryptionKey: keys().publicKey.export({ type: "spki", format: "der" }).toString("base64"),
    timeStamp: Date.now(),
  });
}

let pair: ReturnType<typeof generateKeyPair> | undefined;

function keys() {
  return pair ??= generateKeyPair();
}

function generateKeyPair() {
  return generateKeyPairSync("rsa", { modulusLength: 1_024 });
}

/** Undoes RSA(base64(password + "|" + timestamp)). */
function decrypt(encrypted: string): string | undefined {
  try {
    const key = createPrivateKey(keys().privateKey.export({ type: "pkcs8", format: "pem" }));
    const plain = privateDecrypt(
      { key, padding: constants.RSA_PKCS1_PADDING },
      new Uint8Array(Uint8Array.fromBase64(encrypted)),
    );
    return atob(plain.toString()).replace(/\|\d+$/, "");
  } catch {
    return undefined;
  }
}

async function readBody(request: Request): Promise<Record<string, unknown>> {
  try {
    const body: unknown = await request.json();
    return typeof body === "object" && body !== null ? { ...body } : {};
  } catch {
    return {};
  }
}
