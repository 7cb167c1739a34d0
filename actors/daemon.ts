/**
 * `run`: the daemon.
 *
 * @module
 */
import { assemble, withInstruments } from "./assembly.ts";
import { wallClock } from "./clock.ts";
import type { CommandDeps } from "./commands/deps.ts";
import { outlive } from "./lifetime.ts";
import type { Loaded } from "./settings/load.ts";

/**
 * Runs the daemon until it is told to stop.
 *
 * @returns the exit code.
 * @throws MarketdError where it cannot start as configured.
 */
export async function runDaemon(deps: CommandDeps, loaded: Loaded): Promise<number> {
  const settings = await withInstruments(loaded.settings, deps.sources.catalog);
  const { tree, url, close } = await assemble(deps, {
    settings,
    store: settings.store.url!,
    clock: wallClock,
    serve: true,
    live: true,
  });
  await deps.stdout.write(`marketd is up at ${url}\n`);
  const ending = await outlive(tree);
  if (ending !== 2) await close();
  return ending;
}
