/**
 * What a Postgres URL says: where the server is, who asks, and how the connection is protected.
 *
 * @module
 */
import { messageOf } from "../../domain/errors.ts";
import { StoreError } from "../store.ts";

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
 * @throws StoreError `bad-url`, with nothing of the password in it.
 * @example targetOf("postgres://marketd@localhost/marketd").address // "localhost:5432"
 */
export function targetOf(text: string): Target {
  const url = parse(text);
  const parameters = url.searchParams;
  for (const name of parameters.keys()) {
    if (!PARAMETERS.includes(name)) {
      refuse(`it has the parameter "${name}". Take it out; ${PARAMETERS.join(", ")} are known`);
    }
  }
  const user = decoded(url.username, "user") || refuse("it names no user");
  const database = decoded(url.pathname.slice(1), "database") || refuse("it names no database");
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
    tls: tlsOf(parameters, socketFile !== undefined || isLoopback(host)),
    connectTimeout: timeoutOf(parameters.get("connect_timeout")),
  };
}

function parse(text: string): URL {
  try {
    return new URL(text);
  } catch {
    refuse("it is no URL. Write what is special in a password as %XX");
  }
}

function decoded(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    refuse(`its ${what} has a % that begins no %XX. Write the % itself as %25`);
  }
}

/** Whether a host is this machine, whatever its names are looked up as. */
function isLoopback(host: string): boolean {
  return /^localhost\.?$/i.test(host) || /^127(\.\d{1,3}){3}$/.test(host) || host === "::1";
}

function tlsOf(parameters: URLSearchParams, local: boolean): Target["tls"] {
  const mode = parameters.get("sslmode") ?? (local ? "disable" : "verify-full");
  if (!TLS_LEVELS.has(mode)) {
    refuse(`its sslmode is "${mode}". Write one of ${[...TLS_LEVELS.keys()].join(", ")}`);
  }
  const level = TLS_LEVELS.get(mode);
  const authority = parameters.get("sslrootcert") ?? undefined;
  if (level !== undefined) return { level, authority: authorityOf(authority) };
  if (local) return undefined;
  refuse(
    `sslmode=${mode} would send passwords and data in the clear to another machine. Write ` +
      `sslmode=verify-full, or at least require, and switch TLS on in the server`,
  );
}

function authorityOf(file: string | undefined): string | undefined {
  // libpq's word for what is the default here.
  if (file === undefined || file === "system") return undefined;
  try {
    const text = Deno.readTextFileSync(file);
    if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  } catch (error) {
    refuse(`its sslrootcert cannot be read (${messageOf(error)})`);
  }
  refuse(`its sslrootcert ${file} holds no certificate in PEM`);
}

function timeoutOf(seconds: string | null): number {
  if (seconds === null) return DEFAULT_CONNECT_TIMEOUT;
  if (/^[1-9]\d{0,3}$/.test(seconds)) return Number(seconds) * 1_000;
  refuse(`its connect_timeout is "${seconds}". Write a number of seconds from 1 to 9999`);
}

function refuse(why: string): never {
  throw new StoreError(
    "bad-url",
    `Cannot open the Postgres store: there is something wrong with its URL: ${why}. Its form is ` +
      `${EXAMPLE}.`,
  );
}
