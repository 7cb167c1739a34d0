/**
 * What is secret in a configuration, and how it may be shown.
 *
 * @module
 */
import { formatPath, type Path } from "./tree.ts";
import { maskText, maskUrl } from "./urls.ts";

const SUSPECT =
  /token|secret|passw|passphrase|^pass$|pwd|credential|api_?key|key_?id|authorization/i;

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
    // Whoever knows a webhook's URL may post there.
    if (path[0] === "notifications" && path[2] === "url") return true;
    const names = path[0] === "providers" ? this.named.get(String(path[1])) ?? [] : [];
    return path.some((step) =>
      typeof step === "string" && (names.includes(step) || soundsSecret(step))
    );
  }

  /** A text at a path as it may be shown. */
  mask(path: Path, text: string): string {
    if (this.has(path)) return maskSecret(text);
    return formatPath(path) === "store.url" ? maskUrl(text) : maskText(text);
  }
}

/** Of a shorter one four characters would be too many. */
const SHORTEST_SHOWN = 16;

/** At most the last four characters of a secret, and none of a short one. */
export function maskSecret(secret: string): string {
  return secret.length < SHORTEST_SHOWN ? "****" : `****${secret.slice(-4)}`;
}

/** A value for a person: masked where it is secret, cut where it is long. */
export function showValue(value: unknown, path: Path, secrets: SecretPaths): string {
  if (value === null) return "nothing";
  if (secrets.has(path)) return maskSecret(typeof value === "string" ? value : "");
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  const text = JSON.stringify(typeof value === "string" ? secrets.mask(path, value) : value) ??
    String(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
