/**
 * What every command that works with the configuration does first.
 *
 * @module
 */
import { addSecrets, configureLogging, logger } from "../log.ts";
import { type Loaded, loadSettings } from "../settings/load.ts";
import type { CommandDeps } from "./deps.ts";

/**
 * Loads the configuration, sets the log up as it says, and keeps its secrets out of the log.
 *
 * @throws ConfigError with every problem.
 */
export async function prepare({ sources }: Pick<CommandDeps, "sources">): Promise<Loaded> {
  const loaded = await loadSettings(sources);
  addSecrets(loaded.secrets);
  configureLogging(loaded.settings.log);
  return loaded;
}

/** Logs what a person should know of a configuration that is about to be run. */
export function logNotes({ notes }: Loaded): void {
  for (const note of notes) logger("settings").info(note);
}
