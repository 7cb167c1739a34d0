/**
 * IG's refusals, each for what it is.
 *
 * @module
 */
import { retryAfterOf } from "../../domain/retryafter.ts";
import { DAY, HOUR, type Micros, MINUTE } from "../../domain/time.ts";
import { ProviderError } from "../provider.ts";

/** A request that IG did not answer with what was asked for. */
export interface Refused {
  /** What was attempted, such as `sign in to IG`. */
  readonly what: string;
  readonly status: number;
  /** IG's own code; `null` where the body holds none. */
  readonly errorCode: string | null;
  /** The header, in seconds or as a date; `null` without one. */
  readonly retryAfter: string | null;
  readonly now: Micros;
}

interface Meaning {
  readonly code: string;
  readonly terminal?: true;
  readonly retryAfter?: Micros;
  /** What to do. */
  readonly advice: string;
}

const BAD_KEY: Meaning = {
  code: "bad-key",
  terminal: true,
  advice: "check providers.ig.apiKey, and that it belongs to the environment (demo or live)",
};
const BLOCKED: Meaning = {
  code: "blocked",
  terminal: true,
  advice: "sign in at ig.com to see what it asks for, or ask IG, and reset the provider",
};
const ENDED: Meaning = {
  code: "session",
  advice: "the session is over: signing in again opens another",
};
const MINUTELY: Meaning = {
  code: "allowance",
  retryAfter: MINUTE,
  advice: "the session stays; ask for less, or wait a minute",
};
const TRANSIENT: Meaning = {
  code: "lost",
  advice: "it is IG's fault; trying again later may help",
};

/** IG's error codes, from the code after `error.security.` or `error.public-api.` where it has one. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  "invalid-details": {
    code: "bad-key",
    terminal: true,
    advice: "check providers.ig.username and password, and that they belong to the environment",
  },
  "api-key-invalid": BAD_KEY,
  "api-key-missing": BAD_KEY,
  "invalid-application": BAD_KEY,
  "invalid-website": BAD_KEY,
  "unauthorised.clientId.api-key.mismatch": BAD_KEY,
  "too-many-failed-attempts": {
    ...BLOCKED,
    advice: "correct the password, wait until IG unlocks the account, and reset the provider",
  },
  "api-key-disabled": BLOCKED,
  "api-key-restricted": BLOCKED,
  "api-key-revoked": BLOCKED,
  "unauthorised.api-key.revoked": BLOCKED,
  "endpoint.unavailable.for.api-key": BLOCKED,
  "account-access-denied": BLOCKED,
  "account-migrated": BLOCKED,
  "account-not-yet-activated": BLOCKED,
  "account-suspended": BLOCKED,
  "all-accounts-pending": BLOCKED,
  "all-accounts-suspended": BLOCKED,
  "client-suspended": BLOCKED,
  "failure.kyc.required": BLOCKED,
  "failure.missing.credentials": BLOCKED,
  "failure.pending.agreements.required": BLOCKED,
  "failure.preferred.account.disabled": BLOCKED,
  "failure.preferred.account.not.set": BLOCKED,
  "failure.stockbroking-not-supported": BLOCKED,
  "authentication.failure.not-a-client-account": BLOCKED,
  "failure.encryption.required": {
    code: "refused",
    terminal: true,
    advice: "set providers.ig.encryptPassword to true",
  },
  "error.switch.invalid-accountId": {
    code: "refused",
    terminal: true,
    advice: "set providers.ig.accountId to one of your accounts, or leave it out",
  },
  "client-token-missing": ENDED,
  "client-token-invalid": ENDED,
  "account-token-missing": ENDED,
  "account-token-invalid": ENDED,
  "oauth-token-invalid": ENDED,
  "exceeded-api-key-allowance": MINUTELY,
  "exceeded-account-allowance": MINUTELY,
  "exceeded-account-trading-allowance": MINUTELY,
  "exceeded-account-historical-data-allowance": {
    code: "allowance",
    retryAfter: DAY,
    advice: "the week's points of history are used up; the session and its stream stay",
  },
  "get.session.timeout": TRANSIENT,
  "authentication.timeout": TRANSIENT,
};

const MAINTENANCE_RETRY: Micros = 10 * MINUTE;

/** Makes an error of a refusal. */
export function refusalError(refused: Refused): ProviderError {
  const { what, status, errorCode } = refused;
  const said = errorCode === null ? `status ${status}` : `${errorCode} (status ${status})`;
  const { code, terminal = false, retryAfter, advice } = meaningOf(refused);
  const asked = retryAfterOf(refused.retryAfter, refused.now) ?? retryAfter;
  return new ProviderError(code, `Cannot ${what}: IG says ${said}; ${advice}.`, {
    terminal,
    ...(asked === undefined ? {} : { retryAfter: asked }),
  });
}

/** The allowance that IG says is used up; `null` where it says nothing of the kind. */
export function exhausted(errorCode: string | null): "requests" | "account" | "history" | null {
  switch (errorCode) {
    case "error.public-api.exceeded-api-key-allowance":
      return "requests";
    case "error.public-api.exceeded-account-allowance":
      return "account";
    case "error.public-api.exceeded-account-historical-data-allowance":
      return "history";
    default:
      return null;
  }
}

/** IG's own code in the body of an error; anything that does not look like one is not repeated. */
export function errorCodeOf(body: unknown): string | null {
  if (typeof body !== "object" || body === null || !("errorCode" in body)) return null;
  const { errorCode } = body;
  return typeof errorCode === "string" && /^[A-Za-z][A-Za-z0-9._-]{0,99}$/.test(errorCode)
    ? errorCode
    : null;
}

function meaningOf({ status, errorCode, now }: Refused): Meaning {
  if (errorCode !== null) {
    const short = errorCode.replace(/^error\.(security|public-api)\./, "");
    const meaning = Object.hasOwn(MEANINGS, short) ? MEANINGS[short] : undefined;
    if (meaning !== undefined) return meaning;
  }
  if (status === 503 && isWeekend(now)) {
    return {
      code: "maintenance",
      retryAfter: MAINTENANCE_RETRY,
      advice: "it is closed for maintenance at weekends",
    };
  }
  if (status === 429) return MINUTELY;
  if (status >= 500) return TRANSIENT;
  if (status === 401 && (errorCode === null || /token/.test(errorCode))) return ENDED;
  return { code: "refused", advice: "see providers/ig/README.md, or ask IG what it means" };
}

/** Friday 21:00 to Sunday 22:00 UTC: from when FX stops trading, in summer, until it starts again. */
function isWeekend(now: Micros): boolean {
  const date = new Date(now / 1_000);
  const hours = date.getUTCDay() * 24 + (now % DAY) / HOUR;
  return hours >= 5 * 24 + 21 || hours < 22;
}
