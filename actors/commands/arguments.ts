/**
 * Reads the arguments of commands that take more than switches.
 *
 * @module
 */
import { BASES, type Basis } from "../../domain/candle.ts";
import { MarketdError } from "../../domain/errors.ts";
import { parseInterval } from "../../domain/interval.ts";
import { formatTime, type Micros, parseTime } from "../../domain/time.ts";
import type { BackfillArgs, ExportArgs, ExportFormat, ExportKind, ReplayArgs } from "./deps.ts";

/** A command line that says something impossible. */
export class UsageError extends MarketdError {
  override readonly name = "UsageError";
  constructor(message: string) {
    super("usage", message, { terminal: true });
  }
}

/** Options as the parser found them. */
export type Options = Readonly<Record<string, string | boolean | undefined>>;

/**
 * Reads `replay`'s arguments.
 *
 * @param store the flag `--store`.
 * @throws UsageError
 */
export function readReplay(
  files: readonly string[],
  options: Options,
  store: string | undefined,
): ReplayArgs {
  return {
    files,
    speed: readSpeed(textOf(options, "speed") ?? "max"),
    store,
    basis: readBasis(textOf(options, "basis")),
    serve: options["serve"] === true,
  };
}

/**
 * Reads `backfill`'s arguments.
 *
 * @throws UsageError
 */
export function readBackfill(symbol: string, options: Options): BackfillArgs {
  const { from, to } = readSpan(options);
  if (from === undefined) {
    throw new UsageError("--from is missing: say from when on it is to be filled");
  }
  return { symbol: symbol.toUpperCase(), from, to, url: textOf(options, "url") };
}

/**
 * Reads `export`'s arguments.
 *
 * @throws UsageError
 */
export function readExport(what: string, symbol: string, options: Options): ExportArgs {
  const kind = what as ExportKind;
  for (const name of ["interval", "basis"]) {
    if (kind !== "candles" && options[name] !== undefined) {
      throw new UsageError(`--${name} is for candles only: leave it out with ${kind}`);
    }
  }
  const { from, to } = readSpan(options);
  const out = readOut(textOf(options, "out"));
  return {
    kind,
    symbol: symbol.toUpperCase(),
    interval: readInterval(textOf(options, "interval") ?? "1m"),
    basis: readBasis(textOf(options, "basis")),
    from,
    to,
    format: readFormat(textOf(options, "format") ?? formatOf(out)),
    out,
  };
}

function readSpan(options: Options): { from: Micros | undefined; to: Micros | undefined } {
  const from = readTime("--from", textOf(options, "from"));
  const to = readTime("--to", textOf(options, "to"));
  if (from !== undefined && to !== undefined && from >= to) {
    throw new UsageError(`--to must be after --from (was ${formatTime(to)})`);
  }
  return { from, to };
}

function textOf(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

function readSpeed(text: string): "max" | number {
  if (text === "max") return text;
  const speed = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (speed > 0) return speed;
  throw new UsageError(`--speed must be max, or a factor above 0 such as 1 or 60 (was "${text}")`);
}

function readBasis(text: string | undefined): Basis | undefined {
  const basis = BASES.find((known) => known === text);
  if (text === undefined || basis !== undefined) return basis;
  throw new UsageError(`--basis must be one of ${BASES.join(", ")} (was "${text}")`);
}

function readInterval(text: string): string {
  const interval = parseInterval(text);
  if (interval !== undefined) return interval.name;
  throw new UsageError(`--interval must be such as 1m, 15m, 4h or 1d (was "${text}")`);
}

function readTime(flag: string, text: string | undefined): Micros | undefined {
  if (text === undefined) return undefined;
  const time = parseTime(text);
  if (time !== undefined) return time;
  throw new UsageError(
    `${flag} must be a time such as 2014-05-01 or 2014-05-01T09:30:00Z (was "${text}")`,
  );
}

const FORMATS: readonly ExportFormat[] = ["csv", "ndjson", "json"];

function readFormat(text: string): ExportFormat {
  const format = FORMATS.find((known) => known === text);
  if (format !== undefined) return format;
  throw new UsageError(`--format must be one of ${FORMATS.join(", ")} (was "${text}")`);
}

/** The names by which standard output goes are left out: it is where things are written anyway. */
function readOut(out: string | undefined): string | undefined {
  return out === "-" || out === "/dev/stdout" ? undefined : out;
}

/** The format that a file's name ends in, a `.gz` after it not minded; CSV without any ending. */
function formatOf(out: string | undefined): ExportFormat {
  const name = (out ?? "").replace(/^.*\//, "").replace(/\.gz$/i, "");
  const ending = /.\.([^.]*)$/.exec(name)?.[1]?.toLowerCase();
  const format = FORMATS.find((known) => known === ending);
  if (format !== undefined) return format;
  if (ending === undefined) return "csv";
  throw new UsageError(
    `--out ${out} does not say by its ending how to write it: add --format csv, ndjson or json`,
  );
}
