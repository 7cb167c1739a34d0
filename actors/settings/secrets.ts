/**
 * What is secret in a configuration, and how it may be shown.
 *
 * @module
 */
import type { Path } from "./tree.ts";

const SUSPECT = /token|secret|passw|passphrase|credential|api_?key|key_?id|authorization/i;

/** Whether a name sounds like that of a secret. */
export function soundsSecret(name: string): boolean {
  return SUSPECT.test(name);
}

/** Tells which settings are secret: what the schema and the providers say, or the name suggests. */
export class SecretPaths {
  /** @param named by provider, the options that it names as secrets. */
  constructor(private readonly named: ReadonlyMap<string, readonly string[]>) {}

  /** Whether the value at a path is a secret. */
  has(path: Path): boolean {
    const names = path[0] === "providers" ? this.named.get(String(path[1])) ?? [] : [];
    return path.some((step) =>
      typeof step === "string" && (names.includes(step) || soundsSecret(step))
    );
  }
}

/** At most the last four characters of a secret, and none of a short one. */
export function maskSecret(secret: string): string {
  return secret.length < 12 ? "****" : `****${secret.slice(-4)}`;
}

const USERINFO = /^([a-z][a-z0-9+.-]*:\/\/[^:@/?#[]*:)(.*)(@)/is;
const PARAMETER = /([?&](?:password|sslpassword|token|secret)=)([^&#]*)/gi;

/** A URL with every password in it masked; a text without one stays as it is. */
export function maskUrl(url: string): string {
  return url
    .replace(
      USERINFO,
      (_all, before: string, secret: string, after: string) =>
        `${before}${maskSecret(secret)}${after}`,
    )
    .replace(PARAMETER, (_all, before: string, secret: string) => `${before}${maskSecret(secret)}`);
}

/** The passwords in a URL, as written and as decoded. */
export function secretsOfUrl(url: string): string[] {
  const written = [
    USERINFO.exec(url)?.[2],
    ...[...url.matchAll(PARAMETER)].map((match) => match[2]),
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

/** A value for a person: masked where it is secret, cut where it is long. */
export function showValue(value: unknown, secret: boolean): string {
  if (value === null) return "nothing";
  if (secret) return maskSecret(typeof value === "string" ? value : "");
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  const text = JSON.stringify(typeof value === "string" ? maskUrl(value) : value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
