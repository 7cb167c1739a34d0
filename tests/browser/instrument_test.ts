/**
 * The instrument's page in a browser: what is seen is what the API says.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { type Browser, browserTest, DESK, inBrowser, PHONE } from "./browser.ts";
import { inFolder } from "../actors/commands/run.ts";
import { Daemon, eventually, RECORDINGS } from "../daemon/daemon.ts";

interface Bar {
  readonly start: string;
  readonly end: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly realVolume: number;
  readonly tickVolume: number;
  readonly status: string;
}

/** Works with a daemon in a folder of its own, and a browser. */
async function onDaemon(
  options: { args?: readonly string[]; config?: string },
  work: (daemon: Daemon, browser: Browser, folder: string) => Promise<void>,
): Promise<void> {
  const files: Record<string, string> = options.config === undefined
    ? {}
    : { "marketd.yaml": options.config };
  await inFolder(files, async (folder) => {
    const daemon = await Daemon.start({ folder, args: options.args ?? [] });
    try {
      await daemon.ready();
      await inBrowser((browser) => work(daemon, browser, folder));
    } finally {
      await daemon.stop();
    }
  });
}

/** A recorded day, played out and served. */
const day = (name: string, ...more: string[]) => ({
  args: ["replay", `${RECORDINGS}/${name}.csv.gz`, "--serve", ...more],
});

async function playedOut(daemon: Daemon): Promise<void> {
  await eventually("the recording is played out", async () => {
    const { data } = await daemon.json<{ data: { state: string }[] }>("/api/v1/instruments");
    return data.every(({ state }) => state === "finished");
  });
}

async function barsOf(daemon: Daemon, query: string): Promise<Bar[]> {
  const path = `/api/v1/candles?limit=10000&${query}`;
  return (await daemon.json<{ data: Bar[] }>(path)).data;
}

/** How many bars the chart has. */
const SHOWN = `Number(document.querySelector("#chart").dataset.bars ?? 0)`;
/** The rows of the table: the newest bars, in the words of the page. */
const ROWS = `[...document.querySelectorAll("#bar-table tbody tr")].map((row) =>
  [row.dataset.start, ...[...row.querySelectorAll("td")].map((cell) => cell.textContent)])`;
const text = (selector: string) =>
  `document.querySelector(${JSON.stringify(selector)}).textContent.trim()`;

/** A bar as the table has it. */
function rowOf(bar: Bar, places: number): string[] {
  const figure = (value: number, digits: number) =>
    value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return [
    bar.start,
    ...[bar.open, bar.high, bar.low, bar.close].map((value) => figure(value, places)),
    figure(bar.realVolume, 0),
    figure(bar.tickVolume, 0),
    bar.status,
  ];
}

const recordedTest = (name: string, fn: () => Promise<void>) =>
  browserTest(name, fn, RECORDINGS === undefined);

recordedTest(
  "the chart has the bars of the API, and loads all of them as one scrolls back",
  () =>
    onDaemon(day("eurusd-20140501-quotes", "--basis", "bid"), async (daemon, browser) => {
      await playedOut(daemon);
      const bars = await barsOf(daemon, "symbol=EURUSD&interval=1m");
      // The recorded day has 14 minutes without a quote.
      assertEquals(bars.length, 1_426);
      await browser.open(`${daemon.url}/instruments/EURUSD`);
      await browser.waitFor(`${SHOWN} >= 500`);
      assertEquals(await browser.evaluate(SHOWN), 500);

      await browser.click("#bar-table summary");
      await browser.waitFor(`${ROWS}.length === 30`);
      const rows = await browser.evaluate<string[][]>(ROWS);
      assertEquals(
        rows.map((row) => row.slice(0, -1)),
        bars.slice(-30).reverse().map((bar) => rowOf(bar, 5)),
      );

      await browser.focus("#chart");
      for (const shown of [1_000, 1_426]) {
        for (let at = 0; at < 12; at++) await browser.press("PageUp");
        await browser.waitFor(`${SHOWN} >= ${shown}`);
      }
      // By keyboard one comes to the very first bar.
      await browser.press("Home");
      const first = rowOf(bars[0]!, 5);
      const said = await browser.evaluate<string>(text("#chart-said"));
      assert(
        said.includes(`open ${first[1]}, high ${first[2]}, low ${first[3]}, close ${first[4]}`),
      );
      assertEquals(await browser.complaints(), []);
    }),
);

recordedTest(
  "on every interval the chart has as many bars as the API",
  () =>
    onDaemon(day("spy-20131007-trades"), async (daemon, browser) => {
      await playedOut(daemon);
      await browser.open(`${daemon.url}/instruments/SPY`);
      for (const interval of ["5m", "15m", "1h", "1d"]) {
        const { length } = await barsOf(daemon, `symbol=SPY&interval=${interval}`);
        await browser.check(`input[name=interval][value="${interval}"]`);
        await browser.waitFor(`${SHOWN} === ${length}`);
      }
      // The profile of the session, and that of what is in sight, which is less.
      type Profile = { poc: number; vah: number; val: number; status: string };
      const path = "/api/v1/profile?symbol=SPY";
      const { data: [profile] } = await daemon.json<{ data: Profile[] }>(path);
      const said = text("#profile-said");
      const [poc, vah, val] = [profile!.poc, profile!.vah, profile!.val].map((one) =>
        one.toFixed(2)
      );
      assertEquals(
        await browser.evaluate(said),
        // The recording ends within it.
        `Profile of volume: POC ${poc}, VAH ${vah}, VAL ${val}, ${profile!.status}`,
      );
      await browser.check("input[name=span][value=none]");
      await browser.waitFor(`${said} === ""`);
      await browser.check("input[name=span][value=sight]");
      await browser.waitFor(`${said}.startsWith("Profile of volume: POC ")`);
      // Times are the market's or, where that is chosen, UTC.
      const start = text("#readout b");
      await browser.check(`input[name=interval][value="1m"]`);
      await browser.waitFor(`${start} === "07 Oct 2013, 19:59"`);
      await browser.select("#zone", "utc");
      await browser.waitFor(`${start} === "07 Oct 2013, 23:59"`);
      // The tape is the last trades, the newest first.
      const trades = await daemon.json<{ data: { id: string }[] }>(
        "/api/v1/ticks?symbol=SPY&kinds=trade&limit=40",
      );
      const tape = `[...document.querySelectorAll("#tape tr")].map((row) => row.dataset.id)`;
      assertEquals(
        new Set(await browser.evaluate<string[]>(tape)),
        new Set(trades.data.map(({ id }) => id)),
      );
      assertEquals(await browser.complaints(), []);
    }),
);

recordedTest(
  "live bars are stitched to the stored ones without a hole and without a bar twice",
  () =>
    onDaemon(
      day("eurusd-20140501-quotes", "--basis", "bid", "--speed", "120"),
      async (daemon, browser) => {
        await eventually(
          "some bars are stored",
          async () => (await barsOf(daemon, "symbol=EURUSD&interval=1m")).length > 4,
        );
        await browser.open(`${daemon.url}/instruments/EURUSD`);
        await browser.click("#bar-table summary");
        await browser.waitFor(`${SHOWN} > 4`);
        // So many close while the page looks on.
        const shown = await browser.evaluate<number>(SHOWN);
        await browser.waitFor(`${SHOWN} >= ${shown + 8} && ${ROWS}.length >= ${shown + 8}`);
        const rows = await browser.evaluate<string[][]>(ROWS);
        const closed = rows.filter((row) => row[7] !== "forming").reverse();
        const from = closed[0]![0]!;
        const stored = await barsOf(daemon, `symbol=EURUSD&interval=1m&from=${from}`);
        assertEquals(
          closed.map((row) => row.slice(0, -1)),
          stored.slice(0, closed.length).map((bar) => rowOf(bar, 5)),
        );
        assertEquals(await browser.complaints(), []);
      },
    ),
);

const DEMO = `
providers:
  demo: { rate: 200, seed: 7, symbols: [AAPL, EURUSD] }
instruments:
  - { symbol: AAPL, level: 2 }
  - EURUSD
`;

browserTest(
  "order book, tape, state and profile are what the API says; all is within reach",
  () =>
    onDaemon({ config: DEMO }, async (daemon, browser) => {
      for (const view of [DESK, PHONE]) {
        await browser.open(`${daemon.url}/instruments/AAPL`, view);
        await browser.waitFor(`${SHOWN} > 0 && document.querySelector("#tape tr").dataset.id`);
        const ladder =
          `[...document.querySelectorAll("#ladder tr.ask:not([hidden]), #ladder tr.bid")]
        .filter((row) => !row.hidden).map((row) => Number(row.lastElementChild.textContent))`;
        // Both move all the time: once they are caught at the same moment.
        await eventually("the ladder is the book of the API", async () => {
          type Book = { bids: { price: number }[]; asks: { price: number }[] };
          const path = "/api/v1/book?symbol=AAPL&order=desc&limit=1";
          const { data: [book] } = await daemon.json<{ data: Book[] }>(path);
          const prices = [...book!.asks.toReversed(), ...book!.bids].map(({ price }) => price);
          return prices.join() === (await browser.evaluate<number[]>(ladder)).join();
        });
        assert((await browser.evaluate<string>(text("[data-fact=state]"))).includes("% sure"));
        assertEquals(await browser.evaluate(text("[data-fact=provider]")), "demo");
        await browser.waitFor(`${text("[data-fact=fresh]")} === "live"`);
        assertEquals(await browser.violations(), []);
        const width = "document.documentElement.scrollWidth - innerWidth";
        assertEquals(await browser.evaluate(width), 0);
        assertEquals(await browser.complaints(), []);
        await browser.screenshot(`instrument-${view.width}-${view.scheme}`);
      }
    }),
);

browserTest(
  "an indicator is chosen, told for each bar as the API tells it, and remembered",
  () =>
    onDaemon({ config: DEMO }, async (daemon, browser) => {
      await browser.open(`${daemon.url}/instruments/AAPL`);
      await browser.waitFor(`${SHOWN} > 0`);
      await browser.click(".indicators summary");
      await browser.select("#indicator-form select", "vwap");
      await browser.click("#indicator-form button");
      await browser.select("#indicator-form select", "sma");
      await browser.fill("[name='parameter.period']", "1");
      await browser.click("#indicator-form button");
      const reading = (name: string) => text(`[data-reading="${name}"] b`);
      await browser.waitFor(`/^[0-9.,]+$/.test(${reading("sma:period=1")})`);
      // The mean of one candle is its close.
      await browser.waitFor(
        `${reading("sma:period=1")} === document.querySelectorAll("#readout b")[4].textContent`,
      );
      // The box lies over the chart: Escape closes it, whatever has the focus.
      const isOpen = `document.querySelector("details.indicators").open`;
      await browser.press("Escape");
      assertEquals(await browser.evaluate(isOpen), false);
      assertEquals(await browser.evaluate(`document.activeElement.textContent`), "Indicators");
      await browser.click(".indicators summary");
      await browser.focus("#chart");
      await browser.press("Escape");
      assertEquals(await browser.evaluate(isOpen), false);
      await browser.reload();
      await browser.waitFor(`document.querySelector('[data-reading="vwap"]') !== null`);
      assertEquals(await browser.complaints(), []);
    }),
);

browserTest(
  "after a kill of the daemon the page says so, comes back, and marks what was missed",
  () =>
    inFolder({ "marketd.yaml": DEMO }, async (folder) => {
      let daemon = await Daemon.start({ folder });
      try {
        await daemon.ready();
        const { port } = new URL(daemon.url);
        await inBrowser(async (browser) => {
          await browser.open(`${daemon.url}/instruments/AAPL`);
          await browser.waitFor(`${SHOWN} > 0`);
          await browser.waitFor(`document.querySelector("#stream").dataset.tone === "live"`);
          await daemon.stop("SIGKILL");
          await browser.waitFor(`document.querySelector("#stream").dataset.tone === "cut"`);
          daemon = await Daemon.start({ folder, port: Number(port) });
          await daemon.ready();
          await browser.waitFor(
            `["live", "warn"].includes(document.querySelector("#stream").dataset.tone)`,
          );
          // The gap of the restart is on the page, and the bars are those of the API again.
          await browser.waitFor(`document.querySelector("#gaps").textContent.includes("restart")`);
          await browser.click("#bar-table summary");
          await browser.waitFor(`${ROWS}.length > 0`);
          await eventually("the table has the bars of the API", async () => {
            const bars = await barsOf(daemon, "symbol=AAPL&interval=1m");
            const rows = await browser.evaluate<string[][]>(ROWS);
            const closed = bars.filter(({ status }) => status !== "forming");
            const starts = rows.map(([start]) => start);
            return starts.length === bars.length &&
              closed.every((bar) =>
                rows.some((row) => row.slice(0, -1).join("|") === rowOf(bar, 2).join("|"))
              );
          });
        });
      } finally {
        await daemon.stop();
      }
    }),
);
