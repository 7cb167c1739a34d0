/**
 * The examples that each command's help ends with.
 *
 * @module
 */

function examples(...lines: readonly (readonly [line: string, what: string])[]): string {
  const width = Math.max(...lines.map(([line]) => line.length));
  const rows = lines.map(([line, what]) => `  ${line.padEnd(width)}  ${what}`);
  return `\nExamples:\n${rows.join("\n")}`;
}

/** By command. */
export const EXAMPLES = {
  marketd: examples(
    ["marketd", "start; without a configuration, with made-up data"],
    ["marketd --port 9000", "start on another port"],
    ["marketd check", "see what is wrong with the configuration"],
    ["marketd replay day.csv.gz --serve", "look at a recorded day"],
  ),
  run: examples(
    ["marketd run", "start as marketd.yaml in this folder says"],
    ["marketd run --config /etc/marketd.yaml", "start as another file says"],
    ["marketd run --host 0.0.0.0 --token-file token", "listen to other machines, too"],
  ),
  check: examples(
    ["marketd check", "check the configuration"],
    ["marketd check --online", "try the store, the port and the providers, too"],
  ),
  config: examples(
    ["marketd config print", "print it as YAML, with the origin of each value"],
    ["marketd config print --format json", "print it for a program"],
  ),
  providers: examples(
    ["marketd providers list", "all that there are, and how those configured fare"],
    ["marketd providers test alpaca", "sign in, open the stream, ask for a price, sign out"],
  ),
  replay: examples(
    ["marketd replay spy.csv", "as fast as possible, into a scratch store"],
    ["marketd replay a.csv b.csv.gz --speed 60", "both, merged by time, an hour in a minute"],
    ["marketd replay eurusd.csv --basis mid --serve", "stay up and serve what was replayed"],
    ["marketd replay spy.csv --strategy ema-cross --report spy.html", "test a strategy on it"],
    ["marketd replay --stored SPY --from 2026-03-02 --strategy ema-cross", "on what is stored"],
    ["marketd replay --stored SPY --candles --strategy rsi-reversal", "on all of its candles"],
  ),
  backfill: examples(
    ["marketd backfill AAPL --from 2026-03-02T14:30:00Z", "up to the present"],
    ["marketd backfill EURUSD --from 2026-03-02 --to 2026-03-03", "a day"],
  ),
  export: examples(
    ["marketd export candles EURUSD --basis bid --from 2014-05-01", "minutes, as CSV"],
    ["marketd export candles AAPL --interval 1d --out aapl.csv", "days, into a file"],
    ["marketd export ticks VOD.L --out vod.csv.gz", "everything kept, fit for a replay"],
  ),
  migrate: examples(["marketd migrate --store sqlite:data/marketd.db", "migrate that store"]),
  healthcheck: examples(
    ["marketd healthcheck", "ask the configured server"],
    ["marketd healthcheck --url http://127.0.0.1:9000", "ask another"],
  ),
  version: examples(["marketd version", "for a bug report"]),
} as const;
