/**
 * Where the configured server is reached from this machine.
 *
 * @module
 */

/**
 * The URL of a listening address, without a slash at its end. An address that stands for all
 * (`0.0.0.0`, `::`) is reached over loopback.
 *
 * @example serverUrl({ host: "::", port: 8080 }) // "http://[::1]:8080"
 */
export function serverUrl({ host, port }: { host: string; port: number }): string {
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  const reached = bare === "0.0.0.0" ? "127.0.0.1" : bare === "::" ? "::1" : bare;
  return `http://${reached.includes(":") ? `[${reached}]` : reached}:${port}`;
}
