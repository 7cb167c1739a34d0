/**
 * Backtests as their user has them: `replay --strategy`.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { inFolder, marketd } from "../actors/commands/run.ts";

const REAL = Deno.env.get("MARKETD_RECORDINGS");
const SPY = `${REAL}/spy-20131007-trades.csv.gz`;

/** A minute of the recording, prices in cents. */
interface Minute {
  readonly at: number;
  readonly open: number;
  high: number;
  low: number;
  close: number;
}

interface Told {
  readonly time: string;
  readonly side: "buy" | "sell";
  readonly entry: number;
  readonly stop: number;
  readonly target: number;
  readonly result: string;
  readonly entered: { readonly time: string; readonly price: number } | null;
  readonly left: { readonly time: string; readonly price: number } | null;
  readonly gross: number | null;
  readonly net: number | null;
}

interface Report {
  readonly runs: readonly {
    readonly strategy: string;
    readonly symbol: string;
    readonly interval: string;
    readonly horizon: string;
    readonly parameters: Record<string, unknown>;
    readonly tally: Record<"both" | "buy" | "sell", Record<string, unknown>>;
    readonly signals: readonly Told[];
  }[];
}

/** The recorded minutes, read without any of the project's own code. */
async function recorded(path: string): Promise<Minute[]> {
  const file = await Deno.open(path);
  const unpacked = file.readable.pipeThrough(new DecompressionStream("gzip"));
  const minutes = new Map<number, Minute>();
  for (const line of (await new Response(unpacked).text()).trimEnd().split("\n").slice(1)) {
    const [time, , , price] = line.split(",");
    const cents = Math.round(Number(price) * 100);
    const at = Math.floor(Date.parse(time!) / 60_000);
    const minute = minutes.get(at);
    if (minute === undefined) {
      minutes.set(at, { at, open: cents, high: cents, low: cents, close: cents });
      continue;
    }
    minute.high = Math.max(minute.high, cents);
    minute.low = Math.min(minute.low, cents);
    minute.close = cents;
  }
  return [...minutes.values()];
}

/** The crossings of two exponential means of the closes, with stop and target by Wilder's range. */
function crossings(minutes: readonly Minute[]) {
  let [fast, slow, range] = [NaN, NaN, 0];
  let before = 0;
  return minutes.flatMap(({ at, close, high, low }, i) => {
    const last = minutes[i - 1]?.close ?? NaN;
    fast = i === 0 ? close : fast + (close - fast) * 2 / 10;
    slow = i === 0 ? close : slow + (close - slow) * 2 / 22;
    const reach = i === 0 ? high - low : Math.max(high, last) - Math.min(low, last);
    range = i < 14 ? range + reach / 14 : (13 * range + reach) / 14;
    if (i < 20) return [];
    const now = Math.sign(fast - slow) || before;
    const isCross = before !== 0 && now !== before;
    before = now;
    if (!isCross) return [];
    const risk = 2 * range;
    const away = (distance: number) => {
      const rounded = Math.round(close + distance);
      return Math.abs(rounded - close) >= 1 ? rounded : close + Math.sign(distance);
    };
    return [{
      at: at + 1,
      sign: now,
      entry: close,
      stop: away(-now * risk),
      target: away(2 * now * risk),
    }];
  });
}

/** What becomes of one that is entered at the next open, by the rules that the report states. */
function fate(
  minutes: readonly Minute[],
  { at, sign, stop, target }: ReturnType<typeof crossings>[number],
): [result: string, entered: number | null, left: number | null] {
  const after = minutes.filter((minute) => minute.at >= at && minute.at < at + 50);
  const isBeyond = (price: number, level: number, side: number) => side * (price - level) >= 0;
  const first = after[0];
  const isLast = minutes.at(-1)!.at + 1 < at + 50;
  if (first === undefined) return [isLast ? "undecided" : "missed", null, null];
  if (isBeyond(first.open, stop, -sign) || isBeyond(first.open, target, sign)) {
    return ["missed", null, null];
  }
  for (const { high, low, open } of after) {
    if (isBeyond(open, stop, -sign)) return ["stop", first.open, open];
    if (isBeyond(sign > 0 ? low : high, stop, -sign)) return ["stop", first.open, stop];
    if (isBeyond(sign > 0 ? high : low, target, sign)) return ["target", first.open, target];
  }
  return [isLast ? "undecided" : "expired", first.open, after.at(-1)!.close];
}

Deno.test({
  name:
    "the real SPY day has the crossings, and the fates, of its minutes (needs MARKETD_RECORDINGS)",
  ignore: REAL === undefined,
  fn: async () => {
    const minutes = await recorded(SPY);
    await inFolder({}, async (folder) => {
      const { code, stdout, stderr } = await marketd(folder, [
        "replay",
        SPY,
        "--strategy=ema-cross",
        "--interval=1m",
        "--spread=0.5",
        "--commission=0.1",
        "--report=spy.html",
        "--report=spy.json",
      ]);
      assertEquals(code, 0, stderr);
      assertMatch(stderr, /^note: the report is in spy\.html\nnote: the report is in spy\.json$/m);
      const { runs: [run] }: Report = JSON.parse(await Deno.readTextFile(`${folder}/spy.json`));
      const expected = crossings(minutes);
      assert(expected.length > 30);
      const cents = (price: number | undefined) =>
        price === undefined ? null : Math.round(100 * price);
      assertEquals(
        run!.signals.map(({ entry, side, stop, target, time }) => ({
          at: Date.parse(time) / 60_000,
          sign: side === "buy" ? 1 : -1,
          entry: cents(entry),
          stop: cents(stop),
          target: cents(target),
        })),
        expected,
      );
      const fates = expected.map((one) => fate(minutes, one));
      assertEquals(
        run!.signals.map(({ entered, left, result }) => [
          result,
          cents(entered?.price),
          cents(left?.price),
        ]),
        fates,
      );
      const left = fates.map(([result, entered, price], i) => ({
        result,
        net: entered === null ? NaN : 1e4 * expected[i]!.sign * (price! - entered) / entered - 0.7,
      })).filter(({ result }) => ["target", "stop", "expired"].includes(result));
      const { both } = run!.tally;
      const hits = left.filter(({ result }) => result === "target").length;
      assertEquals([both["left"], both["hitRate"]], [left.length, hits / left.length]);
      const total = left.reduce((sum, { net }) => sum + net, 0);
      assert(Math.abs(both["total"] as number - total) < 1e-6);

      // The text and the page say the same.
      const row = new RegExp(`^  both +${expected.length} +${hits} .* ${signed(total)} `, "m");
      assertMatch(stdout, row);
      const page = await Deno.readTextFile(`${folder}/spy.html`);
      assertEquals(page.match(/<tr>/g)!.length, 1 + expected.length + 1);
    });
  },
});

const signed = (value: number) => `${value > 0 ? "\\+" : ""}${value.toFixed(1)}`;

/** Eight hours of a price that goes up and down, a trade every twenty seconds. */
const WAVES = ["time,symbol,kind,price,size"].concat(
  ["AAPL", "MSFT"].flatMap((symbol, shift) =>
    Array.from({ length: 3 * 480 }, (_, i) => {
      const time = new Date(Date.UTC(2024, 2, 5, 12, 0, 0) + 20_000 * i).toISOString();
      const price = (150 + 3 * Math.sin((i + 90 * shift) / 70) + 0.02 * (i % 3)).toFixed(2);
      return `${time},${symbol},trade,${price},10`;
    })
  ).sort(),
  "",
).join("\n");

Deno.test("a backtest is of the strategies, instruments and parameters that are named", async () => {
  await inFolder({ "waves.csv": WAVES }, async (folder) => {
    const json = async (...args: string[]): Promise<Report> => {
      const { code, stdout, stderr } = await marketd(folder, [
        "replay",
        "waves.csv",
        "--json",
        "--strategy=ema-cross",
        ...args,
      ]);
      assertEquals(code, 0, stderr);
      return JSON.parse(stdout);
    };
    const usual = await json();
    assertEquals(
      usual.runs.map(({ horizon, interval, strategy, symbol }) => [
        strategy,
        symbol,
        interval,
        horizon,
      ]),
      [["ema-cross", "AAPL", "5m", "250m"], ["ema-cross", "MSFT", "5m", "250m"]],
    );
    for (const { signals } of usual.runs) assert(signals.length > 0);
    const tuned = await json("--symbol=msft", "--interval=1m", "--param=fast=5", "--horizon=30m");
    assertEquals(tuned.runs.map(({ symbol }) => symbol), ["MSFT"]);
    const { horizon, interval, parameters, signals } = tuned.runs[0]!;
    assertEquals([interval, horizon, parameters["fast"], parameters["slow"]], ["1m", "30m", 5, 21]);
    assert(signals.length > usual.runs[1]!.signals.length);
  });
});

Deno.test("a backtest of what cannot be ends with 1, and says why", async () => {
  await inFolder({ "waves.csv": WAVES }, async (folder) => {
    const refused = async (words: RegExp, ...args: string[]) => {
      const { code, stdout, stderr } = await marketd(folder, ["replay", "waves.csv", ...args]);
      assertEquals(code, 1, stdout);
      assertMatch(stderr, words);
    };
    await refused(/"ema-crss", which is unknown: did you mean ema-cross\?/, "--strategy=ema-crss");
    const one = "--strategy=ema-cross";
    await refused(/ema-cross: fast: must be less than slow\./, one, "--param=fast=30");
    await refused(
      /ema-cross: quick: is not one of its parameters; known here: fast, slow/,
      one,
      "--param=quick=1",
    );
    await refused(/on GOOG: it is not in waves\.csv, which has AAPL, MSFT\./, one, "--symbol=GOOG");
    await refused(/leave out --store/, one, "--store=sqlite:x.db");
    await refused(/Cannot write nowhere\/r\.html/, one, "--report=nowhere/r.html");
  });
});

Deno.test("strategies are tested on what is stored as on its recording", async () => {
  await inFolder({ "waves.csv": WAVES }, async (folder) => {
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await marketd(folder, ["replay", ...args]);
      assertEquals(code, 0, stderr);
      return stdout;
    };
    const tests = ["--strategy=ema-cross", "--json"];
    const stored = "--store=sqlite:kept.db";
    await run("waves.csv", stored);
    const ofFile: Report = JSON.parse(await run("waves.csv", ...tests));
    const ofStore: Report = JSON.parse(await run("--stored=AAPL,MSFT", stored, ...tests));
    assertEquals(ofStore.runs, ofFile.runs);
    // From the middle on it says what it said there: what is stored before warms it.
    const from = "2024-03-05T15:30:00.000Z";
    const late: Report = JSON.parse(
      await run("--stored=AAPL,MSFT", stored, `--from=${from}`, ...tests),
    );
    for (const [i, { signals }] of late.runs.entries()) {
      assert(signals.length > 0);
      assertEquals(signals, ofFile.runs[i]!.signals.filter(({ time }) => time > from));
    }
    // And of the candles alone, which are shown by the same code.
    for (const span of [[], [`--from=${from}`]]) {
      const bars: Report = JSON.parse(
        await run("--stored=AAPL,MSFT", "--candles", stored, ...span, ...tests),
      );
      assertEquals(bars.runs, (span.length === 0 ? ofFile : late).runs);
    }
    const refused = async (words: RegExp, ...args: string[]) => {
      const { code, stderr } = await marketd(folder, [
        "replay",
        "--candles",
        stored,
        ...tests,
        ...args,
      ]);
      assertEquals(code, 1);
      assertMatch(stderr, words);
    };
    await refused(/of APPL: no candles of it are in .*; did you mean AAPL\?/, "--stored=APPL");
    await refused(/no candles are stored in that span/, "--stored=AAPL", "--from=2030-01-01");
    await refused(/stored on trade: name one with --basis/, "--stored=AAPL", "--basis=bid");
    // What was only tried is not among what is kept.
    const again: Report = JSON.parse(await run("--stored=AAPL,MSFT", stored, ...tests));
    assertEquals(again.runs, ofFile.runs);
  });
});
