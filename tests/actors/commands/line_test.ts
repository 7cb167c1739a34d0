import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Line, parseLine } from "../../../actors/commands/line.ts";

const words = (line: string) => line === "" ? [] : line.split(" ");
const read = (line: string): Line => parseLine(words(line));

/** What was asked for; fails where the line was answered. */
function asked(line: string) {
  const read = parseLine(words(line));
  assert(read.kind === "asked", `${line}: ${JSON.stringify(read)}`);
  return read;
}

/** What a wrong line is told; fails where it was right. */
function refusal(line: string): string {
  const answer = read(line);
  assert(answer.kind === "answered" && answer.code === 1, line);
  assertEquals(answer.stdout, "");
  return answer.stderr;
}

Deno.test("without a command the daemon is run", () => {
  assertEquals(asked("").invocation, { command: "run" });
  assertEquals(asked("run").invocation, { command: "run" });
  assertEquals(asked("--port 9000").invocation, { command: "run" });
});

Deno.test("the flags of the configuration stand before or after the command", () => {
  const flags = { port: "9000", host: "::1", logLevel: "debug", tokenFile: "t" };
  const line = "--port 9000 --host ::1 --log-level debug --token-file t";
  for (const full of [line, `run ${line}`, `${line} check --online`, `check ${line} --online`]) {
    assertEquals(asked(full).flags, flags);
  }
  assertEquals(asked(`check ${line} --online`).invocation, {
    command: "check",
    args: { online: true },
  });
});

Deno.test("each command's arguments are read", () => {
  assertEquals(asked("check").invocation, { command: "check", args: { online: false } });
  assertEquals(asked("config print").invocation, {
    command: "config print",
    args: { format: "yaml" },
  });
  assertEquals(asked("config print --format json").invocation, {
    command: "config print",
    args: { format: "json" },
  });
  assertEquals(asked("migrate").invocation, { command: "migrate" });
  assertEquals(asked("version").invocation, { command: "version" });
  assertEquals(asked("healthcheck").invocation, {
    command: "healthcheck",
    args: { url: undefined },
  });
  assertEquals(asked("healthcheck --url http://x:1").invocation, {
    command: "healthcheck",
    args: { url: "http://x:1" },
  });
});

Deno.test("replay takes files, a speed, a store and a basis", () => {
  assertEquals(asked("replay a.csv b.csv.gz").invocation, {
    command: "replay",
    args: {
      files: ["a.csv", "b.csv.gz"],
      stored: undefined,
      backtest: undefined,
      speed: "max",
      store: undefined,
      basis: undefined,
      serve: false,
    },
  });
  const line = asked("replay a --speed 60 --basis mid --serve --store sqlite:x.db --port 0");
  assertEquals(line.invocation, {
    command: "replay",
    args: {
      files: ["a"],
      stored: undefined,
      backtest: undefined,
      speed: 60,
      store: "sqlite:x.db",
      basis: "mid",
      serve: true,
    },
  });
  assertEquals(line.flags, { store: "sqlite:x.db", port: "0" });
});

Deno.test("replay takes what is stored in place of files", () => {
  const { invocation } = asked("replay --stored spy,ibm --stored vod.l --from 1970-01-02");
  assert(invocation.command === "replay");
  const { files, stored } = invocation.args;
  assertEquals(files, []);
  assertEquals(stored, {
    symbols: ["SPY", "IBM", "VOD.L"],
    from: 86_400_000_000,
    to: undefined,
    candles: false,
  });
  assertMatch(refusal("replay a.csv --candles"), /--candles is for --stored only/);
  assertMatch(refusal("replay --stored spy --candles"), /--candles is for backtests only/);
  assertMatch(
    refusal("replay --stored spy --candles --strategy x --serve"),
    /--candles replays nothing that could be served/,
  );
  assertMatch(
    refusal("replay a.csv --stored spy"),
    /--stored plays what is stored: leave out a\.csv/,
  );
  assertMatch(refusal("replay a.csv --to 2014-05-01"), /--from and --to are for --stored only/);
  assertMatch(
    refusal("replay --stored spy --from 2014-05-02 --to 2014-05-01"),
    /--to must be after/,
  );
});

Deno.test("replay takes strategies to test, and how", () => {
  const { invocation } = asked(
    "replay a --strategy ema-cross,rsi-reversal --strategy ema-cross --symbol spy --interval 60m " +
      "--param fast=9 --param ema-cross.slow=21 --param mode=fast --horizon 4h --spread 0.5 " +
      "--commission 1 --json --report a.html --report b.JSON",
  );
  assert(invocation.command === "replay");
  assertEquals(invocation.args.backtest, {
    strategies: ["ema-cross", "rsi-reversal"],
    symbols: ["SPY"],
    interval: "1h",
    parameters: [
      { strategy: null, name: "fast", value: 9, text: "fast=9" },
      { strategy: "ema-cross", name: "slow", value: 21, text: "ema-cross.slow=21" },
      { strategy: null, name: "mode", value: "fast", text: "mode=fast" },
    ],
    horizon: 4 * 3_600_000_000,
    costs: { spread: 0.5, commission: 1 },
    json: true,
    reports: ["a.html", "b.JSON"],
  });
  const plain = asked("replay a --strategy ema-cross").invocation;
  assert(plain.command === "replay");
  assertEquals(plain.args.backtest, {
    strategies: ["ema-cross"],
    symbols: null,
    interval: undefined,
    parameters: [],
    horizon: undefined,
    costs: { spread: 0, commission: 0 },
    json: false,
    reports: [],
  });
  const refused = (options: string, words: RegExp) =>
    assertMatch(refusal(`replay a --strategy x ${options}`), words);
  refused("--param fast", /--param must be such as fast=9.*\(was "fast"\)/);
  refused("--horizon 90s", /--horizon must be whole minutes, .*\(was "90s"\)/);
  refused("--spread -1", /--spread must be basis points, .*\(was "-1"\)/);
  refused("--report a.pdf", /--report must end in \.html or \.json \(was "a\.pdf"\)/);
  refused("--interval 7m", /--interval must be/);
  refused("--store sqlite:x.db", /a backtest is played into a scratch store: leave out --store/);
  assertMatch(refusal("replay a --horizon 4h"), /--horizon is for backtests only: .*--strategy/);
});

Deno.test("export takes times in microseconds, and a format from the file's name", () => {
  const { invocation } = asked(
    "export candles eurusd --interval 1h --basis bid --from 1970-01-02 --to 1970-01-03T00:00:00.5Z",
  );
  // A day has 86,400 seconds.
  assertEquals(invocation, {
    command: "export",
    args: {
      kind: "candles",
      symbol: "EURUSD",
      interval: "1h",
      basis: "bid",
      from: 86_400_000_000,
      to: 172_800_500_000,
      format: "csv",
      out: undefined,
    },
  });
  const formatOf = (line: string) => {
    const { invocation } = asked(line);
    return invocation.command === "export" ? invocation.args.format : undefined;
  };
  assertEquals(formatOf("export ticks X --out x.ndjson"), "ndjson");
  assertEquals(formatOf("export ticks X --out x.csv.gz"), "csv");
  assertEquals(formatOf("export gaps X --out x.JSON.GZ"), "json");
  assertEquals(formatOf("export gaps X --out v1.2/x"), "csv");
  assertEquals(formatOf("export gaps X --out x.gz"), "csv");
  assertEquals(formatOf("export gaps X --out x.txt --format ndjson"), "ndjson");
  for (const out of ["-", "/dev/stdout"]) {
    const { invocation } = asked(`export ticks X --out ${out}`);
    assert(invocation.command === "export" && invocation.args.out === undefined);
  }
  assertEquals(formatOf("export gaps X --out x.csv --format json"), "json");
});

Deno.test("what cannot be is refused with the value and what it should be", () => {
  assertMatch(
    refusal("export candles X --from x"),
    /^marketd: --from must be a time such as 2014-05-01 or 2014-05-01T09:30:00Z \(was "x"\)\n/,
  );
  assertMatch(
    refusal("export candles X --from 2014-02-30"),
    /--from must be a time .*\(was "2014-02-30"\)/,
  );
  assertMatch(refusal("export candles X --from 2014 --to 2015"), /--from must be a time/);
  assertMatch(
    refusal("export candles X --from 2014-05-02 --to 2014-05-02"),
    /--to must be after --from/,
  );
  const line = parseLine("export candles X --interval 60m".split(" "));
  assert(line.kind === "asked" && line.invocation.command === "export");
  assertEquals(line.invocation.args.interval, "1h");
  assertMatch(refusal("export candles X --interval 7m"), /--interval .*\(was "7m"\)/);
  assertMatch(refusal("export ticks X --interval 1m"), /--interval is for candles only/);
  assertMatch(refusal("export gaps X --basis bid"), /--basis is for candles only/);
  assertMatch(refusal("export candles X --basis last"), /--basis must be one of .*\(was "last"\)/);
  assertMatch(refusal("export candles X --format xml"), /--format must be one of .*\(was "xml"\)/);
  assertMatch(
    refusal("export candles X --out x.txt.gz"),
    /^marketd: --out x\.txt\.gz does not say by its ending how to write it: add --format csv, ndjson or json\n/,
  );
  assertMatch(refusal("export candle X"), /candles, ticks, gaps/);
  for (const speed of ["0", "-1", "fast", "1e3", "NaN"]) {
    assertMatch(refusal(`replay a --speed=${speed}`), /--speed must be max, or a factor above 0/);
  }
});

Deno.test("wrong usage is told with the help that helps", () => {
  assertEquals(
    refusal("chek"),
    'marketd: unknown command "chek"; did you mean `check`?\nTry `marketd --help`.\n',
  );
  assertEquals(refusal("xyzzy --help"), refusal("xyzzy"));
  assertEquals(refusal("xyzzy"), 'marketd: unknown command "xyzzy"\nTry `marketd --help`.\n');
  assertEquals(
    refusal("check --onlin"),
    "marketd: unknown option '--onlin' (Did you mean --online?)\nTry `marketd check --help`.\n",
  );
  assertMatch(refusal("--prot 1"), /unknown option '--prot' \(Did you mean --port\?\)/);
  assertMatch(
    refusal("config prnt"),
    /unknown command 'prnt' .*\nTry `marketd config --help`\.\n$/,
  );
  assertMatch(refusal("run now"), /too many arguments/);
  assertMatch(refusal("replay"), /name a recording to play, or --stored SYMBOL/);
  assertMatch(refusal("--port"), /--port <number>' argument missing/);
  assertMatch(refusal("--log-level loud"), /Allowed choices are debug, info, warning, error/);
});

Deno.test("every command has its help, with examples that can be asked for", () => {
  const commands = [
    "",
    "run",
    "check",
    "config",
    "config print",
    "replay",
    "export",
    "migrate",
    "healthcheck",
    "version",
  ];
  for (const command of commands) {
    const answer = read(`${command} --help`.trim());
    assert(answer.kind === "answered" && answer.code === 0 && answer.stderr === "");
    assertMatch(answer.stdout, /^Usage: marketd/);
    assertMatch(answer.stdout, /--config <file>/);
    const examples = answer.stdout.split("\nExamples:\n")[1]?.trimEnd().split("\n") ?? [];
    assert(examples.length > 0, `${command} has no example`);
    for (const example of examples) {
      const line = /^ {2}marketd ?(.*?)(?: {2}|$)/.exec(example)?.[1];
      assert(line !== undefined, example);
      assertEquals(parseLine(words(line)).kind, "asked", example);
    }
  }
  assertEquals(read("help check"), read("check --help"));
});

Deno.test("the help lists what there is, and nothing that is not", () => {
  const answer = read("--help");
  assert(answer.kind === "answered");
  const commands = answer.stdout.split("\nCommands:\n")[1]!.split("\n\n")[0]!;
  const names = [...commands.matchAll(/^ {2}([a-z]+)/gm)].map((match) => match[1]);
  assertEquals(
    names.toSorted(),
    [
      "backfill",
      "check",
      "config",
      "export",
      "healthcheck",
      "help",
      "migrate",
      "providers",
      "replay",
      "run",
      "version",
    ],
  );
});

Deno.test("backfill is told what to fill, and wants to know from when on", () => {
  const from = Date.UTC(2026, 2, 2) * 1_000;
  assertEquals(asked("backfill aapl --from 2026-03-02 --url http://x:1").invocation, {
    command: "backfill",
    args: { symbol: "AAPL", from, to: undefined, url: "http://x:1" },
  });
  assertMatch(refusal("backfill AAPL"), /^marketd: --from is missing: .*\n/);
  assertMatch(refusal("backfill AAPL --from 2026-03-02 --to 2026-03-01"), /--to must be after/);
});
