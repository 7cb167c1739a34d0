/**
 * The overview left open while 200 instruments tick: how busy it keeps the browser, and how long a
 * key waits, by the browser's own trace; against a page that does nothing.
 *
 * @module
 */
import { inBrowser } from "../../browser/browser.ts";
import { Daemon } from "../daemon.ts";
import { type Measurement, pause, type Row } from "../harness.ts";
import { symbolsOf } from "../place.ts";
import { median, percentile } from "../statistics.ts";
import type { TraceSummary } from "../../browser/trace.ts";

const INSTRUMENTS = 200;
const RATE = 10_000;
/** What a page may take of one core, and how long a key may wait in milliseconds. */
const GOAL = { page: 0.3, delay: 60 };
/** Until the page is at rest, in milliseconds; keys pressed in a round, and the pause after each. */
const SETTLE = 6_000;
const KEYS = 30;
const PACE = 250;
const ROUNDS = 2;

/** Measures the overview. */
export const dashboard: Measurement = {
  name: "dashboard",
  async run(progress): Promise<Row[]> {
    const daemon = await Daemon.demo({
      providers: { demo: { rate: RATE } },
      instruments: symbolsOf(INSTRUMENTS),
    });
    const ours: TraceSummary[] = [];
    const limit: TraceSummary[] = [];
    const rates: number[] = [];
    try {
      await inBrowser(async (browser) => {
        const look = async (path: string) => {
          await browser.open(daemon.url + path);
          await pause(SETTLE);
          await browser.beginTrace();
          for (let key = 0; key < KEYS; key++) {
            await browser.press(key % 2 === 0 ? "j" : "k");
            await pause(PACE);
          }
          return await browser.endTrace();
        };
        for (let round = 1; round <= ROUNDS; round++) {
          progress(`round ${round} of ${ROUNDS}`);
          ours.push(await look("/"));
          rates.push(await rateOf(daemon));
          limit.push(await look("/signin"));
        }
      });
    } finally {
      await daemon.stop();
    }
    return [busy(ours, limit, rates), waiting(ours, limit)];
  },
};

/** How many ticks a second the daemon has heard of late. */
async function rateOf(daemon: Daemon): Promise<number> {
  const response = await fetch(`${daemon.url}/api/v1/providers`);
  const { data } = await response.json() as {
    data: { recent: { ticks: number; seconds: number } }[];
  };
  const { ticks, seconds } = data[0]!.recent;
  return ticks / seconds;
}

function busy(
  ours: readonly TraceSummary[],
  limit: readonly TraceSummary[],
  rates: readonly number[],
): Row {
  const share = (rounds: readonly TraceSummary[], of: "page" | "main" | "browser") =>
    median(rounds.map((round) => round[of]));
  const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
  const page = share(ours, "page");
  return {
    what: `overview, ${INSTRUMENTS} instruments at ${RATE.toLocaleString("en")} ticks/s`,
    goal: `< ${100 * GOAL.page} % of a core`,
    ours: percent(page),
    limit: `${percent(share(limit, "page"))} (a page at rest)`,
    ratio: null,
    met: page < GOAL.page,
    notes: [
      `its main thread ${percent(share(ours, "main"))}, the whole browser ` +
      `${percent(share(ours, "browser"))}, which draws in software here; ` +
      `${Math.round(median(rates)).toLocaleString("en")} ticks/s were heard`,
    ],
    figures: {
      pageShare: ours.map((round) => round.page),
      mainShare: ours.map((round) => round.main),
      browserShare: ours.map((round) => round.browser),
      ticksPerSecond: rates,
      restingShare: limit.map((round) => round.page),
    },
  };
}

function waiting(ours: readonly TraceSummary[], limit: readonly TraceSummary[]): Row {
  const all = (rounds: readonly TraceSummary[]) =>
    rounds.flatMap(({ delays }) => [...delays]).sort((a, b) => a - b);
  const told = (delays: readonly number[]) =>
    `p50 ${percentile(delays, 0.5).toFixed(1)}, max ${delays.at(-1)!.toFixed(1)} ms`;
  const [delays, resting] = [all(ours), all(limit)];
  return {
    what: "a key pressed there -> the page takes it up",
    goal: `max < ${GOAL.delay} ms`,
    ours: told(delays),
    limit: `${told(resting)} (a page at rest)`,
    ratio: null,
    met: delays.at(-1)! < GOAL.delay,
    notes: [],
    figures: { delayMilliseconds: delays, restingDelayMilliseconds: resting },
  };
}
