/**
 * Reads the arguments of commands that take more than switches.
 *
 * @module
 */
import { BASES, type Basis } from "../../domain/candle.ts";
import { MarketdError } from "../../domain/errors.ts";
import { parseInterval } from "../../domain/interval.ts";
import { formatTime, type Micros, MINUTE, parseDuration, parseTime } from "../../domain/time.ts";
import type {
  BackfillArgs,
  BacktestArgs,
  ExportArgs,
  ExportFormat,
  ExportKind,
  ParameterSaid,
  ReplayArgs,
  StoredArgs,
} from "./deps.ts";

/** A command line that says something impossible. */
export class UsageError extends MarketdError {
  override readonly name = "UsageError";
  constructor(message: string) {
    super("usage", message, { terminal: true });
  }
}

/** Options as the parser found them. */
export type Options = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

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
  const stored = readStored(files, options);
  const backtest = readBacktest(options);
  if (backtest !== undefined && stored === undefined && store !== undefined) {
    // What was only tried would stand beside what happened.
    throw new UsageError("a backtest is played into a scratch store: leave out --store");
  }
  return {
    files,
    stored,
    backtest,
    speed: readSpeed(textOf(options, "speed") ?? "max"),
    store,
    basis: readBasis(textOf(options, "basis")),
    serve: options["serve"] === true,
  };
}

/** What to play of the store in place of files. */
function readStored(files: readonly string[], options: Options): StoredArgs | undefined {
  const symbols = listOf(options, "stored").map((symbol) => symbol.toUpperCase());
  const { from, to } = readSpan(options);
  if (symbols.length === 0) {
    if (files.length === 0) {
      throw new UsageError("name a recording to play, or --stored SYMBOL to play what is stored");
    }
    const candles = options["candles"] === undefined ? undefined : "--candles is";
    const said = from === undefined && to === undefined ? candles : "--from and --to are";
    if (said === undefined) return undefined;
    throw new UsageError(`${said} for --stored only: a recording is played whole`);
  }
  const candles = options["candles"] === true;
  if (candles && listOf(options, "strategy").length === 0) {
    throw new UsageError("--candles is for backtests only: name what to test with --strategy");
  }
  if (candles && options["serve"] === true) {
    throw new UsageError("--candles replays nothing that could be served: leave out --serve");
  }
  if (files.length === 0) return { symbols, from, to, candles };
  throw new UsageError(`--stored plays what is stored: leave out ${files.join(", ")}`);
}

/** Options that mean nothing without a strategy. */
const OF_STRATEGIES = ["symbol", "interval", "param", "horizon", "spread", "commission"]
  .concat("json", "report");

function readBacktest(options: Options): BacktestArgs | undefined {
  const strategies = listOf(options, "strategy");
  if (strategies.length === 0) {
    const said = OF_STRATEGIES.find((name) => options[name] !== undefined);
    if (said === undefined) return undefined;
    throw new UsageError(`--${said} is for backtests only: name what to test with --strategy`);
  }
  const symbols = listOf(options, "symbol").map((symbol) => symbol.toUpperCase());
  const interval = textOf(options, "interval");
  return {
    strategies: [...new Set(strategies)],
    symbols: symbols.length === 0 ? null : symbols,
    interval: interval === undefined ? undefined : readInterval(interval),
    parameters: allOf(options, "param").map(readParameter),
    horizon: readHorizon(textOf(options, "horizon")),
    costs: {
      spread: readPoints("--spread", textOf(options, "spread")),
      commission: readPoints("--commission", textOf(options, "commission")),
    },
    json: options["json"] === true,
    reports: allOf(options, "report").map(readReport),
  };
}

/** Reads `NAME=VALUE` or `STRATEGY.NAME=VALUE`. */
function readParameter(text: string): ParameterSaid {
  const [, strategy, name, value] = /^(?:([^.=]+)\.)?([^.=]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new UsageError(
      `--param must be such as fast=9, or ema-cross.fast=9 of one strategy alone (was "${text}")`,
    );
  }
  const read = /^-?\d+(\.\d+)?$/.test(value)
    ? Number(value)
    : value === "true" || value === "false"
    ? value === "true"
    : value;
  return { strategy: strategy ?? null, name, value: read, text };
}

function readHorizon(text: string | undefined): Micros | undefined {
  if (text === undefined) return undefined;
  const horizon = parseDuration(text);
  if (horizon !== undefined && horizon > 0 && horizon % MINUTE === 0) return horizon;
  throw new UsageError(`--horizon must be whole minutes, such as 30m, 4h or 2d (was "${text}")`);
}

function readPoints(flag: string, text: string | undefined): number {
  if (text === undefined) return 0;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new UsageError(`${flag} must be basis points, such as 0.5 (was "${text}")`);
}

function readReport(path: string): string {
  if (/\.(html|json)$/i.test(path)) return path;
  throw new UsageError(`--report must end in .html or .json (was "${path}")`);
}

/** What an option that may be repeated says. */
function allOf(options: Options, name: string): readonly string[] {
  const said = options[name];
  return Array.isArray(said) ? said : [];
}

/** What an option that may be repeated says, each joined by commas. */
function listOf(options: Options, name: string): string[] {
  return allOf(options, name).flatMap((text) => text.split(",")).filter((one) => one !== "");
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
