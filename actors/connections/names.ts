/**
 * How connections are named.
 *
 * @module
 */

/** The name of a provider's connection. */
export function connectionName(provider: string): string {
  return `connection-${provider}`;
}
