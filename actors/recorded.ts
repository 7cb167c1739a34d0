/**
 * A daemon whose feed is a recording: what it follows, and where its clock begins.
 *
 * @module
 */
import type { Settings } from "./settings/schema.ts";
import type { Catalog } from "./settings/sources.ts";
import { MarketdError } from "../domain/errors.ts";
import type { Micros } from "../domain/time.ts";

/** A configuration whose feed is a recording. */
export interface Recorded {
  /** With all that is in the recording where no instruments are named. */
  readonly settings: Settings;
  /** The clock time of its first row. */
  readonly first: Micros;
}

/**
 * Looks through the recording that a configuration plays. It is the only provider then, for it
 * drives the clock; the validation sees to that.
 *
 * @returns `null` where the feed is live.
 * @throws MarketdError where the recording cannot be read, or has nothing in it.
 */
export async function recordedFeed(
  settings: Settings,
  catalog: Catalog,
): Promise<Recorded | null> {
  const [[id, options] = ["", undefined]] = Object.entries(settings.providers);
  const inspection = await (await catalog.load(id))?.inspect?.(options);
  if (inspection === undefined) return null;
  const { first, symbols } = inspection;
  if (first === null) throw noRow(inspection.files.map(({ path }) => path).join(", "));
  const named = settings.instruments.length > 0;
  return {
    settings: {
      ...settings,
      providers: { [id]: { ...options as object, inspection } },
      instruments: named ? settings.instruments : symbols.map(({ symbol }) => ({ symbol })),
    },
    first,
  };
}

/** The error of a recording that has nothing to play. */
export function noRow(files: string): MarketdError {
  return new MarketdError("empty", `Cannot replay ${files}: no row can be used.`, {
    terminal: true,
  });
}
