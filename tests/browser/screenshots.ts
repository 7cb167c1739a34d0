/**
 * Makes the pictures that the README shows: `deno task screenshots [URL]`, of the daemon at the URL
 * or, without one, of a demo that is left to run for a while first.
 *
 * @module
 */
import { Browser, PHONE, type View } from "./browser.ts";
import { inFolder } from "../actors/commands/run.ts";
import { Daemon, pause } from "../daemon/daemon.ts";

const PAGES: Readonly<Record<string, string>> = {
  overview: "/",
  instrument: "/instruments/AAPL",
  providers: "/providers",
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

async function look(url: string): Promise<void> {
  await Deno.mkdir(FOLDER, { recursive: true });
  const browser = new Browser();
  for (const [page, path] of Object.entries(PAGES)) {
    for (const [name, view] of Object.entries(VIEWS)) {
      await browser.open(url + path, view);
      await pause(SETTLE);
      await browser.picture(`${FOLDER}/${page}-${name}.png`);
    }
  }
  await browser.close();
}

const [url] = Deno.args;
if (url !== undefined) await look(url);
else {
  await inFolder({ "marketd.yaml": DEMO }, async (folder) => {
    const daemon = await Daemon.start({ folder });
    try {
      await daemon.ready();
      console.log(`The demo runs for ${RUN / 60_000} min first.`);
      await pause(RUN);
      await look(daemon.url);
    } finally {
      await daemon.stop();
    }
  });
}
