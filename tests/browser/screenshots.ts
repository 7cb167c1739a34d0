/**
 * Makes the pictures that the README shows: `deno task screenshots [URL]`, of the daemon at the URL
 * or, without one, of a demo that is left to run for a while first; of the providers between the
 * simulated venues, one of which is down.
 *
 * @module
 */
import { type Browser, inBrowser, PHONE, type View } from "./browser.ts";
import { inFolder } from "../actors/commands/run.ts";
import { Daemon, pause } from "../daemon/daemon.ts";
import { inOpenMarket } from "../daemon/openmarket.ts";

const PAGES: Readonly<Record<string, string>> = {
  overview: "/",
  instrument: "/instruments/AAPL",
  strategies: "/strategies",
  signin: "/signin",
};
/** As wide as the README shows it well. */
const WIDE = { width: 1240, height: 820 };
const VIEWS: Readonly<Record<string, View>> = {
  "wide-light": { ...WIDE, scheme: "light" },
  "wide-dark": { ...WIDE, scheme: "dark" },
  "phone-light": { ...PHONE, scheme: "light" },
  "phone-dark": { ...PHONE, scheme: "dark" },
};
const FOLDER = new URL("screenshots", import.meta.url).pathname;
/** How long the demo runs first, and each page until it is looked at: milliseconds. */
const RUN = 20 * 60_000;
const SETTLE = 4_000;
/** How long the venues are well, and one is then down, before the providers are looked at. */
const TROUBLE = 20_000;

const DEMO = `
providers: { demo: { rate: 60 } }
instruments:
  - { symbol: AAPL, level: 2 }
  - MSFT
  - NVDA
  - SPY
  - TSLA
  - BP.L
  - HSBA.L
  - { symbol: VOD.L, level: 2 }
  - SAP.DE
  - ^FTSE
  - ^GDAXI
  - ^GSPC
  - EURUSD
  - GBPUSD
  - USDJPY
strategies:
  ema-cross:
    AAPL: { interval: 1m, parameters: { fast: 3, slow: 8 } }
`;

/** Looks at a page at each width, by day and by night. */
async function lookAt(browser: Browser, url: string, page: string): Promise<void> {
  for (const [name, view] of Object.entries(VIEWS)) {
    await browser.open(url, view);
    await pause(SETTLE);
    await browser.picture(`${FOLDER}/${page}-${name}.png`);
  }
}

/** Looks at the pages that show a market. */
async function lookAtMarket(url: string): Promise<void> {
  await inBrowser(async (browser) => {
    for (const [page, path] of Object.entries(PAGES)) await lookAt(browser, url + path, page);
  });
}

/** Looks at the providers page while one of two venues is down. */
async function lookAtVenues(): Promise<void> {
  await inOpenMarket(async (market) => {
    await market.inState("alpaca", "live");
    await market.inState("ig", "live");
    await pause(TROUBLE);
    market.alpaca.command({ fault: "maintenance" });
    await pause(TROUBLE);
    await inBrowser((browser) => lookAt(browser, `${market.url}/providers`, "providers"));
  }, {
    rate: 20,
    routes: `
  - { name: us, match: AAPL, providers: [alpaca, ig], failover: { delay: 5s, failback: 60s } }
  - { match: "*.L", providers: [ig] }
  - { market: FX, providers: [ig] }
  - { match: "*", providers: [alpaca] }`,
  });
}

const [url] = Deno.args;
await Deno.mkdir(FOLDER, { recursive: true });
await lookAtVenues();
if (url !== undefined) await lookAtMarket(url);
else {
  await inFolder({ "marketd.yaml": DEMO }, async (folder) => {
    const daemon = await Daemon.start({ folder });
    try {
      await daemon.ready();
      console.log(`The demo runs for ${RUN / 60_000} min first.`);
      await pause(RUN);
      await lookAtMarket(daemon.url);
    } finally {
      await daemon.stop();
    }
  });
}
