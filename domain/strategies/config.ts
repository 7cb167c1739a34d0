/**
 * How a strategy is set up for an instrument.
 *
 * @module
 */
import { z } from "zod";
import { parseInterval } from "../interval.ts";
import { fnv1a } from "../random.ts";
import type { Strategy, StrategyParameters } from "./contract.ts";

/** Any instrument that has no setup of its own. */
export const ANY = "*";

/** The interval of the candles unless said. */
export const USUAL_INTERVAL = "5m";

/** What may be said of a strategy on an instrument, in a configuration and through the API. */
export interface StrategySetup {
  readonly enabled: boolean;
  /** Of the candles it is shown. */
  readonly interval: string;
  /** All of them, those not said too. */
  readonly parameters: StrategyParameters;
}

/**
 * The schema of a strategy's setup. The interval is a text: which ones there are is not the
 * strategy's to say.
 */
export function setupSchema({ parameters }: Pick<Strategy, "parameters">) {
  return z.strictObject({
    enabled: z.boolean().default(true),
    interval: z.string().min(1).default(USUAL_INTERVAL),
    parameters: parameters.prefault({}),
  });
}

/**
 * The revision of a setup: the same for the same interval and parameters, however it was set up.
 *
 * @returns eight hexadecimal digits.
 */
export function revisionOf(id: string, { interval, parameters }: StrategySetup): string {
  const said = Object.entries(parameters).sort(([a], [b]) => a < b ? -1 : 1);
  return fnv1a(JSON.stringify([id, interval, said])).toString(16).padStart(8, "0");
}

/** What keeps a strategy from being shown candles of an interval; `undefined` where nothing does. */
export function intervalProblem(
  { id, intraday }: Pick<Strategy, "id" | "intraday">,
  text: string,
  built: readonly string[],
): string | undefined {
  const interval = parseInterval(text);
  if (interval === undefined || !built.includes(interval.name)) {
    return `must be an interval that is built: ${built.join(", ")} (was ${text.slice(0, 20)})`;
  }
  if (intraday && interval.session) return `must be shorter than a session for ${id} (was ${text})`;
  return undefined;
}
