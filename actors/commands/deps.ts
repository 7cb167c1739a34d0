/**
 * What every command is given, and what its arguments are once the command line has been read.
 *
 * @module
 */
import type { FindWriter, OpenStore } from "../../db/store.ts";
import type { Costs } from "../../domain/backtest/tally.ts";
import type { Basis } from "../../domain/candle.ts";
import type { Micros } from "../../domain/time.ts";
import type { Sources } from "../settings/sources.ts";

/** Somewhere text goes: standard output, standard error, or a test's ears. */
export interface Output {
  /**
   * Writes text as it is. Resolves once it was taken: awaiting each write keeps a large export from
   * piling up in memory.
   */
  write(text: string): Promise<void>;
}

/** What every command is given. `main.ts` supplies the real things. */
export interface CommandDeps {
  /** Where the configuration comes from; the command line's flags are in it. */
  readonly sources: Sources;
  /** Opens the store of a URL. */
  readonly openStore: OpenStore;
  /** Says who writes to the store of a URL. */
  readonly findWriter: FindWriter;
  /** What was asked for, and nothing else. */
  readonly stdout: Output;
  /** Everything said to a person beside it. */
  readonly stderr: Output;
}

/** A command: resolves with the exit code (0 fine, 1 will not start, 2 forced, 3 unclean). */
export type Command<Args> = (deps: CommandDeps, args: Args) => Promise<number>;

/** `check`. */
export interface CheckArgs {
  /** Whether to try the store, the port and each provider too. */
  readonly online: boolean;
}

/** `config print`. */
export interface ConfigPrintArgs {
  readonly format: "yaml" | "json";
}

/** `providers test ID`. */
export interface ProvidersTestArgs {
  readonly id: string;
}

/** `healthcheck`. */
export interface HealthcheckArgs {
  /** The daemon's address; absent: the configured one. */
  readonly url: string | undefined;
}

/** What is stored of instruments, in place of a recording. */
export interface StoredArgs {
  /** In upper case; at least one. */
  readonly symbols: readonly string[];
  /** Inclusive. */
  readonly from: Micros | undefined;
  /** Exclusive, and after `from`. */
  readonly to: Micros | undefined;
  /** Whether the candles alone are taken, and nothing is replayed. */
  readonly candles: boolean;
}

/** A parameter of a strategy, as it was said. */
export interface ParameterSaid {
  /** The strategy that is meant; `null`: each. */
  readonly strategy: string | null;
  readonly name: string;
  readonly value: string | number | boolean;
  /** All of it, as it was written. */
  readonly text: string;
}

/** What strategies are to be tested on a replay, and how. */
export interface BacktestArgs {
  /** Their ids; at least one. */
  readonly strategies: readonly string[];
  /** In upper case; `null`: on all that is played. */
  readonly symbols: readonly string[] | null;
  /** Of the candles they are shown; absent: as they have it. */
  readonly interval: string | undefined;
  readonly parameters: readonly ParameterSaid[];
  /** How long after a signal it may be entered and left, in whole minutes. */
  readonly horizon: Micros | undefined;
  readonly costs: Costs;
  /** Whether it is printed as JSON. */
  readonly json: boolean;
  /** Files to write: a page where the name ends in `.html`, else JSON. */
  readonly reports: readonly string[];
}

/** `replay FILE...`, or `replay --stored SYMBOL`. */
export interface ReplayArgs {
  /** At least one, unless `stored` says what to play. */
  readonly files: readonly string[];
  /** What to play of the configured store; absent: the files. */
  readonly stored: StoredArgs | undefined;
  /** Strategies to test on it; absent: none. */
  readonly backtest: BacktestArgs | undefined;
  /** `max`, or how many times as fast as it was recorded: above 0. */
  readonly speed: "max" | number;
  /** Where to write to, or with `stored` where to read; absent: a scratch store, or the configured. */
  readonly store: string | undefined;
  /** The candles' basis; absent: what the recording has, trades first. */
  readonly basis: Basis | undefined;
  /** Whether to stay up and serve what was replayed. */
  readonly serve: boolean;
}

/** `backfill SYMBOL`. */
export interface BackfillArgs {
  readonly symbol: string;
  /** Inclusive. */
  readonly from: Micros;
  /** Exclusive, and after `from`; absent: up to the present. */
  readonly to: Micros | undefined;
  /** The daemon's address; absent: the configured one, if one answers there. */
  readonly url: string | undefined;
}

/** What `export` can write. */
export type ExportKind = "candles" | "ticks" | "gaps";
/** How `export` can write it. */
export type ExportFormat = "csv" | "ndjson" | "json";

/** `export candles|ticks|gaps SYMBOL`. */
export interface ExportArgs {
  readonly kind: ExportKind;
  /** Absent: of gaps, those of every symbol. */
  readonly symbol: string | undefined;
  /** Of candles; such as `1m`. */
  readonly interval: string;
  /** Of candles; absent: the one that is stored. */
  readonly basis: Basis | undefined;
  /** Inclusive. */
  readonly from: Micros | undefined;
  /** Exclusive, and after `from`. */
  readonly to: Micros | undefined;
  readonly format: ExportFormat;
  /** The file to write; absent: standard output. */
  readonly out: string | undefined;
}
