/**
 * Addresses as requests name them: which are this machine's own, and which host a header means.
 *
 * @module
 */

/** Whether an address is loopback's: 127.0.0.0/8, ::1, or the former written as IPv6. */
export function isLoopback(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127(\.\d{1,3}){3}$/i.test(address);
}

/** Whether an address stands for all of the machine's. */
export function isUnspecified(host: string): boolean {
  return host === "0.0.0.0" || host === "::" || host === "[::]";
}

/** Whether a host is an address rather than a name. */
export function isAddress(host: string): boolean {
  return host.startsWith("[") || /^\d{1,3}(\.\d{1,3}){3}$/.test(host);
}

/**
 * The host of a `Host` header, without its port, in lower case; IPv6 in brackets.
 *
 * @returns `undefined` where the text is no host.
 * @example hostOf("LOCALHOST:8080") // "localhost"
 */
export function hostOf(header: string): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+?)\.?(:\d{1,5})?$/i.exec(header)?.[1]?.toLowerCase();
}
