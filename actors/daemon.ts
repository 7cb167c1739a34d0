/**
 * `run`: the daemon.
 *
 * @module
 */
import { assemble, withInstruments } from "./assembly.ts";
import { DrivenClock, wallClock } from "./clock.ts";
import type { CommandDeps } from "./commands/deps.ts";
import { outlive } from "./lifetime.ts";
import { logger } from "./log.ts";
import { recordedFeed } from "./recorded.ts";
import { FICTION } from "./settings/checks.ts";
import type { Loaded } from "./settings/load.ts";
import { messageOf } from "../domain/errors.ts";

/**
 * Runs the daemon until it is told to stop.
 *
 * @returns the exit code.
 * @throws MarketdError where it cannot start as configured.
 */
export async function runDaemon(deps: CommandDeps, loaded: Loaded): Promise<number> {
  const { catalog } = deps.sources;
  const recorded = await recordedFeed(loaded.settings, catalog);
  const settings = recorded?.settings ?? await withInstruments(loaded.settings, catalog);
  if (Object.hasOwn(settings.providers, FICTION)) {
    logger("root").info("the market is made up: {provider} invents every price", {
      provider: FICTION,
    });
  }
  const { tree, url, close } = await assemble(deps, {
    settings,
    store: settings.store.url!,
    clock: recorded === null ? wallClock : new DrivenClock(recorded.first),
    serve: true,
    live: recorded === null,
  });
  const message = `marketd is up at ${url}`;
  const isJson = settings.log.format === "json";
  const said = `${isJson ? JSON.stringify({ message, url }) : message}\n`;
  // Whoever reads that it is up may tell it to stop at once; who does not listen stops nothing.
  const saying = deps.stdout.write(said).catch((error) =>
    logger("root").warn("it could not be printed that marketd is up at {url}: {reason}", {
      url,
      reason: messageOf(error),
    })
  );
  const [ending] = await Promise.all([outlive(tree, close), saying]);
  return ending;
}
