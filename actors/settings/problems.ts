/**
 * What is wrong with a configuration: every problem at once, each with its place.
 *
 * @module
 */
import { distance } from "fastest-levenshtein";
import { MarketdError } from "../../domain/errors.ts";

/** One thing that is wrong. */
export interface Problem {
  /** What it is about, such as `providers.demo.rate`; empty where it is the file as a whole. */
  readonly path: string;
  /** Where it was said: `marketd.yaml:12:3`, `environment MARKETD_PORT`, `flag --port`. */
  readonly origin: string;
  /** What is wrong with it, with the value where that is no secret: continues the path. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string | undefined;
}

/** A problem as one line: `marketd.yaml:3:3: server.prot is not a known key; did you mean ...`. */
export function describeProblem({ path, origin, message, hint }: Problem): string {
  const sentence = [path, message].filter((part) => part !== "").join(" ");
  return `${origin === "" ? "" : `${origin}: `}${sentence}${hint === undefined ? "" : `; ${hint}`}`;
}

/** A configuration that cannot be used; it carries every problem. */
export class ConfigError extends MarketdError {
  override readonly name = "ConfigError";

  constructor(readonly problems: readonly Problem[]) {
    const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
    super("config", `the configuration has ${count}`, { terminal: true });
  }
}

/**
 * The candidate that was probably meant, not minding case, dashes and underscores.
 *
 * @returns `undefined` where none is near enough.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = plain(word);
  const limit = wanted.length <= 3 ? 1 : wanted.length <= 7 ? 2 : 3;
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    const other = plain(candidate);
    // What was cut short (`warn`) is as near as one letter.
    const apart = wanted.length >= 3 && other.startsWith(wanted)
      ? Math.min(1, distance(wanted, other))
      : distance(wanted, other);
    if (apart < bestDistance) [best, bestDistance] = [candidate, apart];
  }
  return best;
}

function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[-_]/g, "");
}

/** The hint for a word that is none of the known: the nearest one, else all of them. */
export function hintFor(word: string, known: readonly string[]): string | undefined {
  const near = nearest(word, known);
  if (near !== undefined) return `did you mean \`${near}\`?`;
  return known.length === 0 ? undefined : `known here: ${known.join(", ")}`;
}
