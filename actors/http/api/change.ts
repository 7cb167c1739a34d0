/**
 * Changes: how the HTTP surface asks the settings for one.
 *
 * @module
 */
import { tell } from "../../addresses.ts";
import type { Reply, SettingsCommand } from "../../messages.ts";
import type { HttpDeps } from "../deps.ts";
import { unavailable } from "../problem.ts";

/** The longest that a change may take, in milliseconds. */
const PATIENCE = 10_000;

/**
 * Asks the settings for a change, and waits until it is made.
 *
 * @throws ProblemError 503 where they do not answer; ChangeError; StoreError.
 */
export async function change<T>(
  { from }: HttpDeps,
  command: (reply: Reply<T>) => SettingsCommand,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const failed = () =>
    unavailable(
      "no-answer",
      "The change could not be made: the settings do not answer; see /health.",
    );
  const timer = setTimeout(() => reject(failed()), PATIENCE);
  try {
    if (!tell(from, "settings", command({ resolve, reject }))) throw failed();
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}
