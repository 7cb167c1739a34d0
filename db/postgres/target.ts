/**
 * What a Postgres URL says: where the server is, who asks, and how the connection is protected.
 *
 * @module
 */
import { messageOf } from "../../domain/errors.ts";
import { StoreUrlError } from "../store.ts";

/**
 * How the server is known: `encrypted` takes any certificate, `trusted` one of a known authority, and
 * `named` one that also names the host.
 */
export type TlsLevel = "encrypted" | "trusted" | "named";

/** Where a server is, and what it is told. */
export interface Target {
  /** The URL without a password: for messages. */
  readonly label: string;
  /** `host:port`, or the socket's file. */
  readonly address: string;
  readonly host: string;
  readonly port: number;
  /** The file of a socket of this machine; then the host is not used. */
  readonly socketFile: string | undefined;
  readonly user: string;
  readonly password: string | undefined;
  readonly database: string;
  readonly tls: {
    readonly level: TlsLevel;
    /** Certificates to trust instead of the system's, in PEM. */
    readonly authority: string | undefined;
  } | undefined;
  /** How long connecting may take, in milliseconds. */
  readonly connectTimeout: number;
}

const DEFAULT_PORT = 5432;
const DEFAULT_CONNECT_TIMEOUT = 10_000;
const EXAMPLE = "postgres://USER:PASSWORD@HOST:5432/DATABASE";
const ENCODE = `its form is ${EXAMPLE}, with what is special in a password as %XX`;
const AUTHORITY = "name the file of the authority's certificate";
const PARAMETERS = ["host", "sslmode", "sslrootcert", "connect_timeout"];

/** libpq's names (https://www.postgresql.org/docs/current/libpq-ssl.html); none is for no TLS. */
const TLS_LEVELS: ReadonlyMap<string, TlsLevel | undefined> = new Map([
  ["disable", undefined],
  ["allow", undefined],
  ["prefer", undefined],
  ["require", "encrypted"],
  ["verify-ca", "trusted"],
  ["verify-full", "named"],
]);

/**
 * Reads `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, with libpq's `sslmode`, `sslrootcert`,
 * `connect_timeout` (seconds), and `host` for the folder of a socket. Away from this machine the
 * connection is protected by TLS: `verify-full` unless `sslmode` says otherwise, and never without.
 *
 * @throws StoreUrlError
 * @example targetOf("postgres://marketd@localhost/marketd").address // "localhost:5432"
 */
export function targetOf(text: string): Target {
  const url = parse(text);
  const parameters = url.searchParams;
  for (const name of parameters.keys()) {
    if (!PARAMETERS.includes(name)) {
      // What follows an & in a password looks like a name.
      const shown = /^[a-z_]+$/.test(name) ? ` "${name}"` : "";
      refuse(`has the parameter${shown}`, `take it out; ${PARAMETERS.join(", ")} are known`);
    }
  }
  const user = decoded(url.username, "user") || refuse("names no user");
  const database = decoded(url.pathname.slice(1), "database") || refuse("names no database");
  // Both would tell a password that was not written as it should be.
  if (user.includes(":")) refuse("names a user with a colon");
  if (/[/@]/.test(database)) refuse("names a database with a / or an @", ENCODE);
  const password = decoded(url.password, "password") || undefined;
  const port = url.port === "" ? DEFAULT_PORT : Number(url.port);
  const named = parameters.get("host") ?? decoded(url.hostname, "host");
  // An address of IPv6 stands in brackets in a URL, and nowhere else.
  const host = named.replace(/^\[(.*)\]$/, "$1") || "localhost";
  const socketFile = host.startsWith("/") ? `${host}/.s.PGSQL.${port}` : undefined;
  const address = socketFile ?? `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const secret = password === undefined ? "" : ":****";
  return {
    label: `postgres://${user}${secret}@${address}/${database}`,
    address,
    host,
    port,
    socketFile,
    user,
    password,
    database,
    tls: tlsOf(parameters, isLocal({ host, socketFile })),
    connectTimeout: timeoutOf(parameters.get("connect_timeout")),
  };
}

/** libpq takes `USER@/DATABASE`, for its default host; no URL of the WHATWG's has a user and no host. */
function parse(text: string): URL {
  const whole = text.replace(/^([a-z]+:\/\/[^/?#]*@)(?=[/?]|$)/i, "$1localhost");
  const url = URL.parse(whole);
  if (url !== null && url.port !== "0") return url;
  // What follows the last @ is no password.
  if (/^[a-z]+:\/\/[^/?#]*@[^/?#@]*:\w+(?:[/?#][^@]*)?$/i.test(text)) {
    refuse("names a port that is none", "write a number from 1 to 65535, or leave it out");
  }
  return url ?? refuse("is not readable as a URL", ENCODE);
}

function decoded(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    refuse(`has a % in its ${what} that begins no %XX`, "write the % itself as %25");
  }
}

/** Whether a server is reached without a network. */
export function isLocal({ host, socketFile }: Pick<Target, "host" | "socketFile">): boolean {
  return socketFile !== undefined || isLoopback(host);
}

/** Whether a host is this machine, whatever its names are looked up as. */
function isLoopback(host: string): boolean {
  return /^localhost\.?$/i.test(host) || /^127(\.\d{1,3}){3}$/.test(host) || host === "::1";
}

function tlsOf(parameters: URLSearchParams, local: boolean): Target["tls"] {
  const mode = parameters.get("sslmode") ?? (local ? "disable" : "verify-full");
  if (!TLS_LEVELS.has(mode)) {
    refuse(`has the sslmode "${mode}"`, `write one of ${[...TLS_LEVELS.keys()].join(", ")}`);
  }
  const level = TLS_LEVELS.get(mode);
  const authority = parameters.get("sslrootcert") ?? undefined;
  if (level !== undefined) return { level, authority: authorityOf(authority) };
  if (local) return undefined;
  refuse(
    `has the sslmode "${mode}", which would send passwords and data in the clear to another machine`,
    "write sslmode=verify-full, or at least require, and switch TLS on in the server",
  );
}

function authorityOf(file: string | undefined): string | undefined {
  // libpq's word for what is the default here.
  if (file === undefined || file === "system") return undefined;
  try {
    const text = Deno.readTextFileSync(file);
    if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  } catch (error) {
    refuse(`has an sslrootcert that cannot be read (${messageOf(error)})`, AUTHORITY);
  }
  refuse(`has the sslrootcert ${file}, which holds no certificate in PEM`, AUTHORITY);
}

function timeoutOf(seconds: string | null): number {
  if (seconds === null) return DEFAULT_CONNECT_TIMEOUT;
  if (/^[1-9]\d{0,3}$/.test(seconds)) return Number(seconds) * 1_000;
  refuse(`has the connect_timeout "${seconds}"`, "write a number of seconds from 1 to 9999");
}

function refuse(why: string, advice = `its form is ${EXAMPLE}`): never {
  throw new StoreUrlError(why, advice);
}
