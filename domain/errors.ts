/**
 * The errors marketd raises on purpose. Each message is one sentence for a person: what was
 * attempted, what went wrong, the value, and what to do.
 *
 * @module
 */

/** What every deliberate error carries. */
export interface ErrorOptions {
  /** Whether trying again unchanged is pointless. */
  terminal?: boolean;
  cause?: unknown;
}

/** An error whose `code` is stable (kebab case) and which knows whether it is terminal. */
export class MarketdError extends Error {
  override readonly name: string = "MarketdError";
  readonly terminal: boolean;

  constructor(readonly code: string, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.terminal = options.terminal ?? false;
  }
}

/** The message of anything thrown, for a log line or a problem's detail; never a stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
