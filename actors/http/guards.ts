/**
 * Who is let in: the Host header, origins and the token, in this order.
 *
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import type { Settings } from "../settings/schema.ts";
import { hostOf, isAddress, isLoopback, isUnspecified } from "./addresses.ts";
import type { Attempts } from "./attempts.ts";
import { wantsPage } from "./dashboard/page.ts";
import { ASSET_ROOT, SIGN_IN } from "./dashboard/paths.ts";
import { callerOf, remoteOf } from "./deps.ts";
import { ProblemError } from "./problem.ts";
import type { Sessions } from "./sessions.ts";

type Server = Settings["server"];

const LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"];
/** What a request is passed on with. */
const FORWARDED = ["forwarded", "x-forwarded-for", "x-real-ip"];
const READS = new Set(["GET", "HEAD", "OPTIONS"]);
/** What anyone may ask from anywhere: whoever watches over the daemon, and who is to sign in. */
const OPEN = new Set(["/livez", "/readyz", SIGN_IN]);
/** What pages of the configured origins may do; the age is in seconds. */
const PREFLIGHT = {
  "access-control-allow-methods": "GET, HEAD",
  "access-control-allow-headers": "Accept, Authorization, Last-Event-ID",
  "access-control-max-age": "600",
};

/**
 * Refuses requests that were not meant for this daemon: a page whose name was rebound to this
 * machine's address still sends its own name (DNS rebinding).
 */
export function checkHost(server: Server): MiddlewareHandler {
  const named = [server.host, ...server.hosts].map((host) => hostOf(bracketed(host)));
  const known = new Set<string | undefined>([...LOOPBACK_HOSTS, ...named]);
  const anyAddress = isUnspecified(server.host);
  return async (c, next) => {
    const header = hostHeader(c);
    const host = hostOf(header);
    const fits = host !== undefined && (known.has(host) || (anyAddress && isAddress(host)));
    if (!fits) {
      throw new ProblemError(
        421,
        "unknown-host",
        `This daemon does not answer to the host "${header.slice(0, 100)}": ` +
          `name it under server.hosts where it should.`,
      );
    }
    await next();
  };
}

/**
 * Lets pages of the configured origins read, answers their preflights, and refuses writes that
 * come from any other page.
 */
export function checkOrigin(server: Server): MiddlewareHandler {
  const allowed = new Set(server.origins.map((origin) => new URL(origin).origin));
  return async (c, next) => {
    const origin = c.req.header("origin");
    const isAllowed = origin !== undefined && allowed.has(origin);
    if (isPreflight(c)) {
      c.res = new Response(null, { status: 204, headers: isAllowed ? PREFLIGHT : {} });
    } else {
      const isOwn = origin === undefined ||
        URL.parse(origin)?.host === hostHeader(c).toLowerCase();
      if (isWrite(c) && !isOwn && !isAllowed) {
        throw new ProblemError(
          403,
          "foreign-origin",
          `A page of "${origin.slice(0, 100)}" must not change anything here.`,
        );
      }
      await next();
      if (isAllowed) c.res.headers.set("access-control-expose-headers", "Link, Retry-After");
    }
    c.res.headers.append("vary", "Origin");
    if (isAllowed) c.res.headers.set("access-control-allow-origin", origin);
  };
}

/**
 * Asks for the token, or for a session that was begun with it: of every write, and of every read from
 * elsewhere. A request that a proxy on this machine passes on comes from elsewhere, whatever its
 * connection says. Who looks for a page is sent to sign in.
 */
export function checkToken(attempts: Attempts, sessions: Sessions): MiddlewareHandler {
  return async (c, next) => {
    const { path } = c.req;
    if (!OPEN.has(path) && !path.startsWith(ASSET_ROOT)) {
      const said = c.req.header("authorization") ?? "";
      const presented = /^bearer +(\S+)$/i.exec(said)?.[1];
      if (presented !== undefined) {
        const verdict = attempts.attempt(presented, callerOf(c));
        if (verdict === "wrong") throw wrong();
        if (verdict !== "right") throw tooMany(verdict);
      } else if (isWrite(c)) {
        if (!sessions.has(c)) throw missing();
        checkOwn(c);
      } else if (!isLocal(c) && !sessions.has(c)) {
        if (!wantsPage(c)) throw missing();
        const { pathname, search } = new URL(c.req.url);
        return c.redirect(`${SIGN_IN}?to=${encodeURIComponent(pathname + search)}`, 303);
      }
    }
    await next();
  };
}

/**
 * Refuses a write that a browser makes with a session's cookie for any page but our own: another
 * program's page on this host is of the same site, and so is sent with the cookie too.
 */
export function checkOwn(c: Context): void {
  const origin = c.req.header("origin");
  const isOwn = origin === undefined
    ? c.req.header("sec-fetch-site") === "same-origin"
    : URL.parse(origin)?.host === hostHeader(c).toLowerCase();
  if (isOwn) return;
  throw new ProblemError(
    403,
    "foreign-origin",
    "A session may change things from marketd's own pages alone: a program sends the token.",
  );
}

/** Whether a request wants to change something. */
function isWrite(c: Context): boolean {
  return !READS.has(c.req.method);
}

function isLocal(c: Context): boolean {
  return isLoopback(remoteOf(c)) && FORWARDED.every((name) => c.req.header(name) === undefined);
}

function isPreflight(c: Context): boolean {
  return c.req.method === "OPTIONS" && c.req.header("origin") !== undefined &&
    c.req.header("access-control-request-method") !== undefined;
}

/** What the request says whom it is for; HTTP/2 says so in the URL. */
function hostHeader(c: Context): string {
  return c.req.header("host") ?? new URL(c.req.url).host;
}

function bracketed(host: string): string {
  return host.includes(":") && /^[0-9a-f:.]+$/i.test(host) && host.split(":").length > 2
    ? `[${host}]`
    : host;
}

function missing(): ProblemError {
  return new ProblemError(
    401,
    "no-token",
    `This needs the token: send it as "Authorization: Bearer TOKEN". ` +
      `It is server.token, or in the file that was named at the start.`,
    { headers: { "www-authenticate": 'Bearer realm="marketd"' } },
  );
}

function wrong(): ProblemError {
  return new ProblemError(401, "wrong-token", "The token is not this daemon's.", {
    headers: { "www-authenticate": 'Bearer realm="marketd", error="invalid_token"' },
  });
}

function tooMany(wait: number): ProblemError {
  return new ProblemError(
    429,
    "too-many-wrong-tokens",
    `Too many wrong tokens were tried: try again in ${wait} s.`,
    { headers: { "retry-after": String(wait) } },
  );
}
