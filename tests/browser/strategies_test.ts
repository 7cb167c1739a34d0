/**
 * The strategies' page in a browser: switching and tuning, in the schema's words; and signals, there
 * and on the instrument's page.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { type Browser, browserTest, DESK, inBrowser, PHONE } from "./browser.ts";
import { inFolder, marketd } from "../actors/commands/run.ts";
import { Daemon, eventually, RECORDINGS } from "../daemon/daemon.ts";

const TOKEN = "the-token-of-a-test-0123456789";
const CONFIG = `
server: { token: ${TOKEN} }
strategies:
  ema-cross:
    SPY: { interval: 5m }
`;

interface Signal {
  readonly id: string;
  readonly reasons: readonly string[];
}

interface Setup {
  readonly enabled: boolean;
  readonly interval: string;
  readonly origin: string;
  readonly parameters: Record<string, number>;
}

const PATH = "/api/v1/strategies/ema-cross/SPY";

/** A day that was played out, with a strategy on it. */
async function onPlayed(work: (daemon: Daemon, browser: Browser) => Promise<void>): Promise<void> {
  await inFolder({ "marketd.yaml": CONFIG }, async (folder) => {
    const args = ["replay", `${RECORDINGS}/spy-20131007-trades.csv.gz`, "--serve"];
    const daemon = await Daemon.start({ folder, args });
    try {
      await eventually("the recording is played out", async () => {
        const { data } = await daemon.json<{ data: { state: string }[] }>("/api/v1/instruments");
        return data.length > 0 && data.every(({ state }) => state === "finished");
      });
      await inBrowser((browser) => work(daemon, browser));
    } finally {
      await daemon.stop();
    }
  });
}

async function signIn(daemon: Daemon, browser: Browser, to: string): Promise<void> {
  await browser.open(`${daemon.url}/signin?to=${encodeURIComponent(to)}`);
  await browser.fill("#token", TOKEN);
  await browser.click("main button[type=submit]");
  await browser.waitFor(`location.pathname === "${to}"`);
}

const text = (selector: string) =>
  `document.querySelector(${JSON.stringify(selector)}).textContent.trim()`;
const SHOWN = `[...document.querySelectorAll("[data-signal]")].map((item) => item.dataset.signal)`;

const recordedTest = (name: string, fn: () => Promise<void>) =>
  browserTest(name, fn, RECORDINGS === undefined);

recordedTest(
  "a strategy is tuned and switched; what is wrong is said at its field, as the API says it",
  () =>
    onPlayed(async (daemon, browser) => {
      await signIn(daemon, browser, "/strategies");
      await browser.click("tr[data-key=SPY] button[aria-label='Tune for SPY']");
      await browser.fill("[name='parameters.fast']", "50");
      await browser.fill("[name='parameters.stop']", "0");
      await browser.click("#setup button[type=submit]");
      await browser.waitFor(`${text("#field-parameters-fast-error")} === "must be less than slow"`);
      assertEquals(
        await browser.evaluate(text("#field-parameters-stop-error")),
        "must be at least 0.1",
      );
      assertEquals(await browser.violations(), []);
      // Nothing of it was taken.
      const before = await daemon.json<Setup>(PATH);
      assertEquals([before.parameters["fast"], before.parameters["stop"]], [9, 2]);

      await browser.fill("[name='parameters.fast']", "5");
      await browser.fill("[name='parameters.stop']", "1.5");
      await browser.select("[name=interval]", "15m");
      const command = await browser.evaluate<string>(`${text("#setup pre")}.replace(/\\s+/g, " ")`);
      assert(command.includes("--param fast=5 "), command);
      await browser.click("#setup button[type=submit]");
      await browser.waitFor(`!document.querySelector("#setup").open`);
      const tuned = await daemon.json<Setup>(PATH);
      assertEquals([tuned.interval, tuned.origin], ["15m", "api"]);
      assertEquals([tuned.parameters["fast"], tuned.parameters["stop"]], [5, 1.5]);

      await browser.waitFor(`${text("tr[data-key=SPY] td:nth-child(3)")} === "15m"`);
      await browser.click("tr[data-key=SPY] [role=switch]");
      await browser.waitFor(
        `document.querySelector("tr[data-key=SPY] [role=switch]").ariaChecked === "false"`,
      );
      const off = await daemon.json<Setup>(PATH);
      assertEquals([off.enabled, off.interval, off.parameters["fast"]], [false, "15m", 5]);
      assertEquals(await browser.violations(), []);
      await browser.screenshot("strategies-1440-light");

      // The command works as it is copied, wherever that is.
      const words = command.split(" ").filter((word) => word !== "\\").slice(1);
      await inFolder({}, async (elsewhere) => {
        const { code, stderr } = await marketd(elsewhere, words);
        assertEquals(code, 0, stderr);
      });
      await browser.reload();
      await browser.waitFor(`${text("#backtests")}.includes("ema-cross-SPY-15m.html")`);
    }),
);

recordedTest(
  "a setup is removed once that is confirmed, and one is told how to have it again",
  () =>
    onPlayed(async (daemon, browser) => {
      await signIn(daemon, browser, "/strategies");
      const remove = "tr[data-key=SPY] button[aria-label='Remove for SPY']";
      const isOpen = `document.querySelector("#removal").open`;
      for (const leave of ["Escape", "Cancel"]) {
        await browser.click(remove);
        await browser.waitFor(isOpen);
        const said = await browser.evaluate<string>(text("#removal"));
        assert(said.includes("5m, fast 9, slow 21"), said);
        assert(said.includes("The configuration still has it"), said);
        assert(said.includes("choose SPY at “Set it up for”"), said);
        assertEquals(await browser.violations(), []);
        if (leave === "Escape") await browser.press("Escape");
        else await browser.click("#removal button[value='']");
        await browser.waitFor(`!${isOpen}`);
        assertEquals((await daemon.json<Setup>(PATH)).origin, "configuration");
      }

      await browser.click(remove);
      await browser.click("#removal button[value=remove]");
      await browser.waitFor(`document.querySelector("tr[data-key=SPY]") === null`);
      type Strategy = { id: string; setups: Setup[] };
      const { data } = await daemon.json<{ data: Strategy[] }>("/api/v1/strategies");
      assertEquals(data.find(({ id }) => id === "ema-cross")!.setups, []);
      assertEquals(await browser.complaints(), []);
    }),
);

recordedTest(
  "signals are shown with their reasons, by strategy, and on the chart's own page",
  () =>
    onPlayed(async (daemon, browser) => {
      const { data } = await daemon.json<{ data: Signal[] }>(
        "/api/v1/signals?symbol=SPY&order=desc&limit=200",
      );
      assert(data.length > 5, `there are ${data.length}`);
      const reason = data[0]!.reasons[0]!;
      // The chart loads five hundred bars at first, and has the signals among them.
      const loaded = await daemon.json<{ data: { start: string }[] }>(
        "/api/v1/candles?symbol=SPY&interval=1m&limit=500",
      );
      const from = loaded.data[0]!.start;
      const among = await daemon.json<{ data: Signal[] }>(
        `/api/v1/signals?symbol=SPY&from=${from}`,
      );
      const pages = [["/strategies", 10], ["/instruments/SPY", among.data.length]] as const;
      for (const [path, most] of pages) {
        for (const view of [DESK, PHONE]) {
          await browser.open(daemon.url + path, view);
          await browser.waitFor(`${SHOWN}.length > 0`);
          assertEquals(await browser.evaluate(SHOWN), data.slice(0, most).map(({ id }) => id));
          assert((await browser.evaluate<string>(text("[data-signal]"))).includes(reason));
          const width = "document.documentElement.scrollWidth - innerWidth";
          assertEquals(await browser.evaluate(width), 0);
          assertEquals(await browser.violations(), []);
          assertEquals(await browser.complaints(), []);
        }
      }
      // From the list one comes to the bar, which says why.
      await browser.open(`${daemon.url}/instruments/SPY`);
      await browser.waitFor(`${SHOWN}.length > 0`);
      await browser.click("[data-signal] button");
      await browser.waitFor(`${text("#readout")}.includes(${JSON.stringify(reason)})`);
      // Who is not signed in can look, and is told where to sign in.
      await browser.open(`${daemon.url}/strategies`);
      await browser.waitFor(`document.querySelector("tr[data-key=SPY] [role=switch]")?.disabled`);
      assertEquals(
        await browser.evaluate(`document.querySelector("main .bar a").getAttribute("href")`),
        "/signin?to=%2Fstrategies",
      );
    }),
);

recordedTest(
  "the page of a backtest that is kept is linked, and opens",
  () =>
    inFolder({}, async (folder) => {
      const daemon = await Daemon.start({ folder });
      try {
        await daemon.ready();
        const args = ["replay", `${RECORDINGS}/spy-20131007-trades.csv.gz`];
        args.push("--strategy", "ema-cross", "--interval", "5m");
        const { code, stderr } = await marketd(folder, [
          ...args,
          "--report",
          "data/backtests/spy.html",
        ]);
        assertEquals(code, 0, stderr);
        await inBrowser(async (browser) => {
          await browser.open(`${daemon.url}/strategies`);
          await browser.waitFor(`document.querySelector("#backtests a") !== null`);
          assertEquals(await browser.evaluate(text("#backtests a")), "spy.html");
          await browser.click("#backtests a");
          await browser.waitFor(`location.pathname === "/backtests/spy.html"`);
          await browser.waitFor(`document.body?.textContent.includes("EMA cross") ?? false`);
          assertEquals(await browser.complaints(), []);
        });
      } finally {
        await daemon.stop();
      }
    }),
);
