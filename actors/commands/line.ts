/**
 * Reads the command line. Nothing is done here: what was asked for is handed back.
 *
 * @module
 */
import { Argument, Command as Parser, CommanderError, Option } from "commander";
import about from "../../deno.json" with { type: "json" };
import type { Flags } from "../settings/sources.ts";
import { nearest } from "../settings/problems.ts";
import { type Options, readBackfill, readExport, readReplay, UsageError } from "./arguments.ts";
import type {
  BackfillArgs,
  CheckArgs,
  ConfigPrintArgs,
  ExportArgs,
  HealthcheckArgs,
  ProvidersTestArgs,
  ReplayArgs,
} from "./deps.ts";
import { EXAMPLES } from "./examples.ts";

/** What was asked for. */
export type Invocation =
  | { readonly command: "run" | "migrate" | "version" | "providers list" }
  | { readonly command: "providers test"; readonly args: ProvidersTestArgs }
  | { readonly command: "check"; readonly args: CheckArgs }
  | { readonly command: "config print"; readonly args: ConfigPrintArgs }
  | { readonly command: "healthcheck"; readonly args: HealthcheckArgs }
  | { readonly command: "replay"; readonly args: ReplayArgs }
  | { readonly command: "backfill"; readonly args: BackfillArgs }
  | { readonly command: "export"; readonly args: ExportArgs };

const REPLAY_ENDS = `
Ctrl-C stops it: what was played by then is kept and summed up. Exit codes: 0 played to its end;
1 nothing could be played; 2 forced by a second Ctrl-C; 3 stopped, or a file breaks off.
`;

const EXPORT_TICKS = `
Ticks come as a recording that \`marketd replay\` plays, gaps among them. Its last row is a gap of
no length: it marks how far the feed was watched, so that a replay ends its candles there.
`;

/** A line that was understood; or one that is answered already (help, or what is wrong with it). */
export type Line =
  | { readonly kind: "asked"; readonly invocation: Invocation; readonly flags: Flags }
  | {
    readonly kind: "answered";
    readonly stdout: string;
    readonly stderr: string;
    readonly code: number;
  };

/**
 * Reads a command line.
 *
 * @param argv without the program's own name.
 */
export function parseLine(argv: readonly string[]): Line {
  const said = { stdout: "", stderr: "" };
  let invocation: Invocation | undefined;
  let asked: string[] = [];
  const program = parserOf((chosen) => invocation = chosen);
  const everyParser = (
    parser: Parser,
  ): Parser[] => [parser, ...parser.commands.flatMap(everyParser)];
  for (const parser of everyParser(program as Parser)) {
    parser.exitOverride().configureHelp({ showGlobalOptions: true, helpWidth: 100 })
      .configureOutput({
        writeOut: (text) => said.stdout += text,
        writeErr: (text) => said.stderr += text,
        outputError: () => {},
      });
    parser.hook("preSubcommand", (_parent, child) => {
      asked = [...asked, child.name()];
    });
  }
  try {
    program.parse([...argv], { from: "user" });
    if (invocation !== undefined) return { kind: "asked", invocation, flags: program.opts() };
    return { kind: "answered", ...said, code: 0 };
  } catch (error) {
    if (!(error instanceof CommanderError) && !(error instanceof UsageError)) throw error;
    const [word = "-"] = program.args;
    const isStray = asked.length === 0 && !word.startsWith("-") && word !== "help";
    if (error instanceof CommanderError && error.exitCode === 0 && !isStray) {
      return { kind: "answered", ...said, code: 0 };
    }
    if (error instanceof CommanderError && error.code === "commander.help") {
      return { kind: "answered", ...said, code: 1 };
    }
    const { message } = isStray ? unknownCommand(word, program) : error;
    const words = message.replace(/^error: /, "").replace(/\s*\n\s*/g, " ");
    const help = ["marketd", ...asked, "--help"].join(" ");
    const stderr = `marketd: ${words}\nTry \`${help}\`.\n`;
    return { kind: "answered", stdout: "", stderr, code: 1 };
  }
}

const CHECK_CODES = `
Exit code: 0 where marketd would start, 1 where it would not. With --online that is 1 while it runs
already, too: a second one could not have the store and the port.`;

function parserOf(choose: (invocation: Invocation) => void): Parser {
  const program = new Parser("marketd")
    .description("One daemon for all of your market data: connects, records and serves it.")
    .usage("[command] [options]")
    .version(about.version, "-V, --version", "print marketd's version")
    .argument("[command]")
    .option("--config <file>", "the configuration to read in place of marketd.yaml")
    .option("--store <url>", "where data is kept, such as sqlite:data/marketd.db")
    .option("--host <address>", "the address to listen on (127.0.0.1)")
    .option("--port <number>", "the port to listen on (8080)")
    .option("--token-file <file>", "the file that holds the access token")
    .addOption(
      new Option("--log-level <level>", "the least that is logged (info)")
        .choices(["debug", "info", "warning", "error"]),
    )
    .addOption(
      new Option("--log-format <format>", "how it is logged (text)").choices(["text", "json"]),
    )
    .helpCommand("help [command]", "show the help of a command")
    .addHelpText("after", EXAMPLES.marketd)
    .action((unknown: string | undefined) => {
      if (unknown !== undefined) throw unknownCommand(unknown, program);
      choose({ command: "run" });
    });

  program.command("run")
    .description("run the daemon (what happens without a command)")
    .addHelpText("after", EXAMPLES.run)
    .action(() => choose({ command: "run" }));
  program.command("check")
    .description("say whether marketd would start as configured, or everything that is wrong")
    .option("--online", "try the store, the port and each provider, too")
    .addHelpText("after", CHECK_CODES)
    .addHelpText("after", EXAMPLES.check)
    .action(({ online }: { online?: true }) =>
      choose({ command: "check", args: { online: online ?? false } })
    );
  const config = program.command("config")
    .description("look at the configuration")
    .helpCommand(false)
    .addHelpText("after", EXAMPLES.config);
  config.command("print")
    .description("print the effective values and where each came from, secrets masked")
    .addOption(
      new Option("--format <format>", "how to print them").choices(["yaml", "json"]).default(
        "yaml",
      ),
    )
    .addHelpText("after", EXAMPLES.config)
    .action((args: ConfigPrintArgs) => choose({ command: "config print", args }));
  const providers = program.command("providers")
    .description("look at the venues")
    .helpCommand(false)
    .addHelpText("after", EXAMPLES.providers);
  providers.command("list")
    .description("list the providers that there are, and how the configured ones fare")
    .addHelpText("after", EXAMPLES.providers)
    .action(() => choose({ command: "providers list" }));
  providers.command("test")
    .description("dial a configured provider and say what works; beside a running daemon, ask that")
    .argument("<id>", "such as alpaca or ig")
    .addHelpText("after", EXAMPLES.providers)
    .action((id: string) => choose({ command: "providers test", args: { id } }));
  program.command("replay")
    .description("send recordings through the path of a live feed, and say what came of it")
    .argument("[file...]", "recordings: CSV, gzipped where the name ends in .gz")
    .option("--speed <factor>", "max, or a factor of the recorded pace, such as 1 or 60", "max")
    .option("--basis <basis>", "the candles' prices: trade, bid, ask or mid (what the feed has)")
    .option("--serve", "stay up and serve what was replayed")
    .option("--stored <symbol>", "play what the store has of instruments, in place of files", also)
    .option("--from <time>", "of what is stored: from here on, such as 2014-05-01")
    .option("--to <time>", "of what is stored: up to here, exclusive")
    .option("--candles", "of what is stored: test on its candles, which may reach back further")
    .option("--strategy <id>", "test strategies on it, such as ema-cross,rsi-reversal", also)
    .option("--symbol <symbol>", "of a backtest: on these alone (all that is played)", also)
    .option("--interval <interval>", "of a backtest: the candles that they are shown (5m)")
    .option("--param <name=value>", "of a backtest: a parameter, such as fast=9; repeatable", also)
    .option("--horizon <time>", "of a backtest: how long a signal may take (50 candles)")
    .option("--spread <bps>", "of a backtest: what a spread costs, in basis points (0)")
    .option("--commission <bps>", "of a backtest: what each side costs, in basis points (0)")
    .option("--json", "of a backtest: print it as JSON")
    .option("--report <file>", "of a backtest: write it as .html or .json; repeatable", also)
    .addHelpText("after", `${REPLAY_ENDS}${EXAMPLES.replay}`)
    .action((files: string[], options: Options) => {
      const { store } = program.opts<Flags>();
      choose({ command: "replay", args: readReplay(files, options, store) });
    });
  program.command("backfill")
    .description("fill a span from the venue's history; beside a running daemon, ask that")
    .argument("<symbol>", "such as AAPL, VOD.L, ^FTSE or EURUSD")
    .option("--from <time>", "from here on, such as 2014-05-01 or 2014-05-01T09:30:00Z")
    .option("--to <time>", "up to here, exclusive (the last minute that is closed)")
    .option("--url <url>", "the daemon's address (the configured one)")
    .addHelpText("after", EXAMPLES.backfill)
    .action((symbol: string, options: Options) =>
      choose({ command: "backfill", args: readBackfill(symbol, options) })
    );
  program.command("export")
    .description("write stored candles, ticks or gaps to a file or to standard output")
    .addArgument(new Argument("<what>", "what to export").choices(["candles", "ticks", "gaps"]))
    .argument("<symbol>", "such as AAPL, VOD.L, ^FTSE or EURUSD")
    .option("--interval <interval>", "of candles: such as 1m, 1h or 1d (1m)")
    .option("--basis <basis>", "of candles: trade, bid, ask or mid (the one that is stored)")
    .option("--from <time>", "from here on, such as 2014-05-01 or 2014-05-01T09:30:00Z")
    .option("--to <time>", "up to here, exclusive")
    .option("--format <format>", "csv, ndjson or json (what --out ends in, else csv)")
    .option(
      "--out <file>",
      "the file to write, gzipped where it ends in .gz (standard output, or -)",
    )
    .addHelpText("after", `${EXPORT_TICKS}${EXAMPLES.export}`)
    .action((what: string, symbol: string, options: Options) =>
      choose({ command: "export", args: readExport(what, symbol, options) })
    );
  program.command("migrate")
    .description("bring the store to this version's schema, as a start would")
    .addHelpText("after", EXAMPLES.migrate)
    .action(() => choose({ command: "migrate" }));
  program.command("healthcheck")
    .description("ask the running daemon whether it is ready: exit code 0 or 1")
    .option("--url <url>", "the daemon's address (the configured one)")
    .addHelpText("after", EXAMPLES.healthcheck)
    .action(({ url }: { url?: string }) => choose({ command: "healthcheck", args: { url } }));
  program.command("version")
    .description("print the versions of marketd and of what it runs on")
    .addHelpText("after", EXAMPLES.version)
    .action(() => choose({ command: "version" }));
  return program;
}

/** Takes an option that may be repeated. */
function also(said: string, before: readonly string[] = []): readonly string[] {
  return [...before, said];
}

function unknownCommand(word: string, program: Parser): UsageError {
  const near = nearest(word, program.commands.map((command) => command.name()));
  return new UsageError(
    `unknown command "${word}"${near === undefined ? "" : `; did you mean \`${near}\`?`}`,
  );
}
