/**
 * URLs as they may be shown. Only what is surely no secret is: a URL whose parts cannot be told apart
 * may hold a password anywhere.
 *
 * @module
 */

const MASK = "****";

/**
 * A URL's parts. No part but a password may hold what would begin another, so that a password with
 * an `@`, `/` or `?` that is not written as %XX matches nothing.
 */
const PARTS = new RegExp(
  "^(?<scheme>[a-z][a-z0-9+.-]*)://" +
    "(?:(?<user>(?:[\\w.~+-]|%(?!3a)[0-9a-f]{2})*)(?<password>:[^/?#]*)?(?<at>@))?" +
    "(?<host>\\[[0-9a-f:.]+\\]|(?:[\\w.-]|%(?!3a|40)[0-9a-f]{2})*)(?<port>:\\d{1,5})?" +
    "(?<path>/[^\\s@:=?#;&]*)?(?<query>\\?[^@#]*)?$",
  "i",
);
/** Where `HOST:PORT` without a user makes sense; elsewhere it may be `USER:PASSWORD`. */
const WEB = /^(https?|wss?)$/i;
/** Parameters whose values are no secrets. */
const HARMLESS = /^(?:host|user|sslmode|sslrootcert|connect_timeout)=[\w./%-]*$/;
/** Parameters whose values are, and whose names may be shown. */
const PARAMETER = /^(?:password|sslpassword|token|secret)=/i;

/** `NAME=` or `NAME: ` of a secret, wherever it stands in a text. */
const WORD =
  /(?:token|secret|passw|passphrase|\bpass\b|pwd|credential|api_?key|key_?id)\w*\s*[=:]/i;
const USERINFO = /^[a-z][a-z0-9+.-]*:\/\/[^:@/?#[]*:(.*)@/is;
const SECRET_PARAMETER = /(?:password|sslpassword|passwd|token|secret)=([^&#\s]*)/gi;
/** A file's name without the scheme that it needs. */
const DATABASE_FILE = /^[\w./-]+\.(?:db|sqlite3?)$/i;

/**
 * A URL without its secrets.
 *
 * @returns the URL with each password as `****`; of a text that is no URL, at most what stands for
 * its scheme.
 * @example maskUrl("postgres://me:pw@host/db") // "postgres://me:****@host/db"
 */
export function maskUrl(url: string): string {
  if (/^sqlite:(?!\/\/)/i.test(url)) {
    return /:.*@/s.test(url.slice(7)) ? `sqlite:${MASK}` : maskWords(url);
  }
  const parts = PARTS.exec(url)?.groups;
  if (parts === undefined || !isSure(parts)) {
    const scheme = /^(?:[a-z][a-z0-9+.-]*:\/\/|(?:sqlite|postgres|postgresql):)/i.exec(url)?.[0];
    return scheme === undefined && (url === "" || DATABASE_FILE.test(url))
      ? url
      : `${scheme ?? ""}${MASK}`;
  }
  const { scheme, user = "", password, at = "", host, port = "", path = "", query = "" } = parts;
  const secret = password === undefined ? "" : `:${MASK}`;
  return `${scheme}://${user}${secret}${at}${host}${port}${path}${maskQuery(query)}`;
}

function isSure({ scheme, at, port }: Record<string, string | undefined>): boolean {
  return at !== undefined || port === undefined || WEB.test(scheme!);
}

/** Shows parameters up to the first that may be a secret: an `&` in that would begin the next. */
function maskQuery(query: string): string {
  const parameters = query.slice(1).split("&");
  const doubtful = parameters.findIndex((parameter) => !HARMLESS.test(parameter));
  if (query === "" || doubtful === -1) return query;
  const name = PARAMETER.exec(parameters[doubtful]!)?.[0] ?? "";
  return `?${[...parameters.slice(0, doubtful), name + MASK].join("&")}`;
}

/** Any text without what may be a secret in it, such as a URL that stands where none belongs. */
export function maskText(text: string): string {
  if (/:\/\/|^(?:sqlite|postgres|postgresql):/i.test(text)) return maskUrl(text);
  return /:.*@/s.test(text) ? MASK : maskWords(text);
}

function maskWords(text: string): string {
  const word = WORD.exec(text);
  return word === null ? text : text.slice(0, word.index + word[0].length) + MASK;
}

/** The passwords in a URL, as written and as decoded. */
export function secretsOfUrl(url: string): string[] {
  const written = [
    USERINFO.exec(url)?.[1],
    ...[...url.matchAll(SECRET_PARAMETER)].map((match) => match[1]),
  ].filter((secret) => secret !== undefined && secret !== "") as string[];
  return [...new Set(written.flatMap((secret) => [secret, decoded(secret)]))];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
