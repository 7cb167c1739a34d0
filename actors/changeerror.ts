/**
 * What the API refuses to change.
 *
 * @module
 */
import { MarketdError } from "../domain/errors.ts";

/** A change that cannot be made; the caller's fault. */
export class ChangeError extends MarketdError {
  override readonly name = "ChangeError";
  constructor(
    override readonly code:
      | "exists"
      | "unknown-symbol"
      | "unknown-route"
      | "unknown-exchange"
      | "bad-exchange"
      | "unknown-market"
      | "unknown-provider"
      | "no-provider",
    message: string,
    /** What of the change is wrong. */
    readonly path = "symbol",
  ) {
    super(code, message, { terminal: true });
  }
}
