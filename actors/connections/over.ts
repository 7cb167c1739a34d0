/**
 * How a connection's helpers give up: a request that failed may say that the session is over.
 *
 * @module
 */
import { messageOf } from "../../domain/errors.ts";
import { isSessionOver, ProviderError } from "../../providers/provider.ts";

/** Tells a connection of an error after which its session is good for nothing. */
export type TellLost = (event: { type: "lost"; error: ProviderError }) => void;

/** What a request that failed leaves. */
interface Failed {
  readonly event: { readonly error: unknown };
}

/** What it failed with, as an action's parameter. */
export function failure({ event }: Failed): unknown {
  return event.error;
}

/** Whether what it failed with says that the session is over, as a guard. */
export function sessionOver({ event }: { readonly event: object }): boolean {
  return "error" in event && isSessionOver(event.error);
}

/** Gives the session up for an error, as an action. */
export function giveUp(
  { context }: { readonly context: { readonly tell: TellLost } },
  error: unknown,
): void {
  const lost = error instanceof ProviderError ? error : new ProviderError(
    "session",
    `The session could not be kept: ${messageOf(error)}`,
    { cause: error },
  );
  context.tell({ type: "lost", error: lost });
}
