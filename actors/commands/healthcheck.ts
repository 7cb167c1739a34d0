/**
 * `healthcheck`: whether the daemon says that it is ready. For containers and service managers.
 *
 * @module
 */
import { messageOf } from "../../domain/errors.ts";
import { loadSettings } from "../settings/load.ts";
import { serverUrl } from "./address.ts";
import type { CommandDeps, HealthcheckArgs } from "./deps.ts";

const TIMEOUT_MS = 5_000;

/**
 * Asks `/readyz` of the configured server, or of the one named.
 *
 * @returns 0 where it is ready, else 1.
 * @throws ConfigError where the server is not named and the configuration cannot be used.
 */
export async function healthcheck(
  { sources, stdout, stderr }: CommandDeps,
  { url }: HealthcheckArgs,
): Promise<number> {
  const base = url ?? serverUrl((await loadSettings(sources)).settings.server);
  const target = URL.parse("/readyz", base);
  if (target === null || !/^https?:$/.test(target.protocol)) {
    await stderr.write(
      `marketd: cannot check the health of "${base}": ` +
        `--url must be an address such as http://127.0.0.1:8080\n`,
    );
    return 1;
  }
  try {
    const response = await fetch(target, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: "manual",
    });
    await response.body?.cancel();
    if (response.ok) {
      await stdout.write("ready\n");
      return 0;
    }
    await stderr.write(`marketd: not ready: ${target} answered ${response.status}\n`);
  } catch (error) {
    await stderr.write(`marketd: not ready: ${target} gave no answer (${reasonOf(error)})\n`);
  }
  return 1;
}

function reasonOf(error: unknown): string {
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return `none within ${TIMEOUT_MS / 1_000} s`;
  }
  // The innermost words say what the failure was; those around them repeat the URL.
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return messageOf(cause).split(": ").at(-1)!;
}
