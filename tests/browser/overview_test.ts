/**
 * The overview in a browser: what is seen is what the API says, and what is well can be told from
 * what is not.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Browser, browserTest, DESK, inBrowser } from "./browser.ts";
import { cellsOf, type Snapshot } from "../../actors/http/dashboard/assets/rows.js";
import { inFolder } from "../actors/commands/run.ts";
import { Daemon, eventually } from "../daemon/daemon.ts";
import { inOpenMarket } from "../daemon/openmarket.ts";

/** Few enough ticks that the page and the API are of one mind between two. */
const CALM = "providers: { demo: { rate: 4 } }\ninstruments: [AAPL, VOD.L, ^FTSE, EURUSD]\n";

const tone = `document.querySelector("#stream").dataset.tone`;
const LIVE = `${tone} === "live"`;
/** The texts of a row's cells, by their names. */
const cellsIn = (symbol: string) =>
  `Object.fromEntries([...document.querySelectorAll('tr[data-symbol="${symbol}"] [data-cell]')]
    .map((cell) => [cell.dataset.cell, cell.textContent]))`;
const ALL_CELLS = `Object.fromEntries([...document.querySelectorAll("tr[data-symbol]")].map((row) =>
  [row.dataset.symbol, Object.fromEntries([...row.querySelectorAll("[data-cell]")]
    .map((cell) => [cell.dataset.cell, cell.textContent]))]))`;
const shownRows = `[...document.querySelectorAll("tr[data-symbol]")]
  .filter((row) => row.offsetParent !== null).map((row) => row.dataset.symbol)`;
const focused = `document.activeElement.closest("tr")?.dataset.symbol ?? document.activeElement.id`;

function onDemo(config: string, work: (daemon: Daemon, folder: string) => Promise<void>) {
  return inFolder({ "marketd.yaml": config }, async (folder) => {
    const daemon = await Daemon.start({ folder });
    try {
      await daemon.ready();
      await work(daemon, folder);
    } finally {
      await daemon.stop();
    }
  });
}

async function snapshotsOf(daemon: Pick<Daemon, "json">): Promise<Snapshot[]> {
  return (await daemon.json<{ data: Snapshot[] }>("/api/v1/snapshots")).data;
}

/** Waits until each row has said what the API says of it at that moment. */
async function agree(daemon: Daemon, browser: Browser): Promise<void> {
  const apart = new Map<string, string>();
  for (const { symbol } of await snapshotsOf(daemon)) apart.set(symbol, "not looked at");
  const told = () => [...apart].map(([symbol, wrong]) => `${symbol}: ${wrong}`).join("; ");
  const end = performance.now() + 30_000;
  while (apart.size > 0) {
    assert(performance.now() < end, `The rows never said what the API does: ${told()}`);
    const rows = await browser.evaluate<Record<string, Record<string, string>>>(ALL_CELLS);
    for (const snapshot of await snapshotsOf(daemon)) {
      const { symbol, price, provider } = snapshot;
      const cells = rows[symbol] ?? {};
      const wanted = { ...cellsOf(snapshot), provider: { text: provider } };
      const wrong = Object.entries(wanted).filter(([name, { text }]) => cells[name] !== text)
        .map(([name, { text }]) => `${name} ${cells[name]} for ${text}`);
      if (price !== null && wrong.length === 0) apart.delete(symbol);
      else if (apart.has(symbol)) apart.set(symbol, wrong.join(", "));
    }
  }
}

browserTest(
  "each row says what the API says, and goes on saying it",
  () =>
    onDemo(CALM, (daemon) =>
      inBrowser(async (browser) => {
        await browser.open(daemon.url);
        await browser.waitFor(LIVE);
        assertEquals(await browser.evaluate(shownRows), ["AAPL", "VOD.L", "^FTSE", "EURUSD"]);
        await agree(daemon, browser);
        const price = `(${cellsIn("EURUSD")}).price`;
        const before = await browser.evaluate<string>(price);
        await browser.waitFor(`${price} !== ${JSON.stringify(before)}`);
        await agree(daemon, browser);
        await browser.waitFor(
          `document.querySelector('tr[data-symbol="EURUSD"] polyline').getAttribute("points") !== ""`,
        );
        assertEquals(await browser.complaints(), []);
      })),
);

browserTest(
  "an instrument that is added or removed comes and goes by itself",
  () =>
    onDemo(CALM, (daemon, folder) =>
      inBrowser(async (browser) => {
        await browser.open(daemon.url);
        await browser.waitFor(LIVE);
        const token = (await Deno.readTextFile(`${folder}/data/demo.db.token`)).trim();
        const change = async (method: string, path: string, body?: unknown) => {
          const response = await fetch(`${daemon.url}/api/v1/instruments${path}`, {
            method,
            headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          });
          assert(response.ok, await response.text());
        };
        await change("POST", "", { symbol: "MSFT" });
        await change("DELETE", "/VOD.L");
        await browser.waitFor(`${shownRows}.join() === "AAPL,MSFT,^FTSE,EURUSD"`);
        await agree(daemon, browser);
      })),
);

browserTest("what is live, stale and wrong is told in the accessibility tree", () =>
  inOpenMarket(
    (market) =>
      inBrowser(async (browser) => {
        const { alpaca, ig } = market;
        await browser.open(market.url);
        const row = async (symbol: string) => {
          const tree = await browser.aria("#markets");
          return tree.split("\n").find((line) => line.includes(`row "Watch ${symbol} `)) ?? "";
        };
        const becomes = (symbol: string, what: RegExp) =>
          market.until(`${symbol} is ${what}`, async () => what.test(await row(symbol)));
        await becomes("AAPL", / live"?/);
        await becomes("VOD.L", / live"?/);
        // IG's stream falls silent, and IG cannot be asked whether it has anything to say.
        ig.command({ fault: "mute" });
        ig.command({
          fault: "allowance",
          errorCode: "error.public-api.exceeded-api-key-allowance",
        });
        await becomes("VOD.L", / stale/);
        await becomes("EURUSD", / stale/);
        assertMatch(await row("AAPL"), / live/);
        // It has no market of that name.
        assertMatch(await row("HSBA.L"), / wrong .*HSBA\.L/);
        const tally = await browser.aria("#tally");
        assertMatch(tally, /1 wrong.*2 stale.*2 live/s);
        await browser.screenshot("overview-live-stale-wrong");
        // The keys are revoked: nobody can do anything about that but its owner.
        alpaca.command({ fault: "expire" });
        alpaca.command({ fault: "drop" });
        await becomes("AAPL", / wrong .*alpaca is faulted/);
        assertMatch(await row("VOD.L"), / stale/);
      }),
    { instruments: "[AAPL, MSFT, VOD.L, HSBA.L, EURUSD]" },
  ));

browserTest(
  "keys go from row to row, search, and open; the watchlist is kept",
  () =>
    onDemo(CALM, (daemon) =>
      inBrowser(async (browser) => {
        await browser.open(daemon.url);
        await browser.waitFor(LIVE);
        await browser.press("j");
        await browser.press("j");
        assertEquals(await browser.evaluate(focused), "VOD.L");
        await browser.press("w");
        assertEquals(await browser.evaluate(shownRows), ["VOD.L", "AAPL", "^FTSE", "EURUSD"]);
        assertEquals(await browser.evaluate(focused), "VOD.L");
        const watchlist = await browser.aria("#watchlist");
        assertMatch(watchlist, /heading "Watchlist"/);
        assertMatch(watchlist, /button "Watch VOD\.L" \[pressed\]/);
        await browser.press("j");
        assertEquals(await browser.evaluate(focused), "AAPL");
        await browser.press("k");
        assertEquals(await browser.evaluate(focused), "VOD.L");
        await browser.press("/");
        assertEquals(await browser.evaluate(focused), "search");
        await browser.fill("#search", "ftse");
        assertEquals(await browser.evaluate(shownRows), ["^FTSE"]);
        const noHit = `document.querySelector("#no-hit:not([hidden])")?.textContent ?? null`;
        assertEquals(await browser.evaluate(noHit), null);
        await browser.fill("#search", "nope");
        assertEquals(await browser.evaluate(shownRows), []);
        assertEquals(
          await browser.evaluate(noHit),
          "No symbol has “NOPE” in it. Escape clears the search.",
        );
        await browser.press("Escape");
        assertEquals((await browser.evaluate<string[]>(shownRows)).length, 4);
        assertEquals(await browser.evaluate(noHit), null);
        await browser.press("?");
        assertEquals(await browser.evaluate(`document.querySelector("#help").open`), true);
        await browser.press("Escape");
        await browser.reload();
        await browser.waitFor(LIVE);
        assertEquals(await browser.evaluate(shownRows), ["VOD.L", "AAPL", "^FTSE", "EURUSD"]);
        await browser.press("j");
        await browser.press("Enter");
        await browser.waitFor(`location.pathname === "/instruments/VOD.L"`);
      })),
);

browserTest(
  "times are told in the zone that was chosen, which is kept",
  () =>
    onDemo(CALM, (daemon) =>
      inBrowser(async (browser) => {
        const { data } = await daemon.json<
          { data: { id: string; zone: string; next: { time: string } }[] }
        >("/api/v1/markets");
        const { zone, next } = data.find(({ id }) => id === "NASDAQ")!;
        const told = (timeZone: string) =>
          new Date(next.time).toLocaleTimeString("en-GB", {
            timeZone,
            hour: "2-digit",
            minute: "2-digit",
          });
        const shown = `document.querySelector("#us .phase time").textContent.trim()`;
        await browser.open(daemon.url);
        await browser.waitFor(`${shown} === ${JSON.stringify(told(zone))}`);
        await browser.select("#zone", "utc");
        assertEquals(await browser.evaluate(shown), told("UTC"));
        await browser.reload();
        await browser.waitFor(`${shown} === ${JSON.stringify(told("UTC"))}`);
      })),
);

browserTest(
  "all tabs share one stream",
  () =>
    onDemo(CALM, (daemon) =>
      inBrowser(async (browser) => {
        const clients = async () =>
          (await daemon.json<{ stream: { clients: number } }>("/api/v1/status")).stream.clients;
        await browser.open(daemon.url);
        await browser.waitFor(LIVE);
        await browser.tab(`${daemon.url}/instruments/AAPL`);
        await browser.waitFor(LIVE);
        await browser.tab(`${daemon.url}/providers`);
        await browser.waitFor(LIVE);
        await eventually("there is one client", async () => await clients() === 1);
        // Each is told what it asked for all the same.
        await browser.closeTab();
        await browser.waitFor(`Number(document.querySelector("#chart").dataset.bars ?? 0) > 0`);
        await browser.closeTab();
        await agree(daemon, browser);
        assertEquals(await browser.complaints(), []);
      })),
);

browserTest(
  "where there are no shared workers, a tab has a stream of its own",
  () =>
    onDemo(CALM, (daemon) =>
      inBrowser(async (browser) => {
        await browser.open(daemon.url, { ...DESK, lacks: "SharedWorker" });
        assertEquals(await browser.evaluate(`typeof SharedWorker`), "undefined");
        await browser.waitFor(LIVE);
        await agree(daemon, browser);
        assertEquals(await browser.complaints(), []);
      })),
);

browserTest(
  "after a kill of the daemon the page says so, comes back, and tells what it missed",
  () =>
    onDemo(CALM, async (first, folder) => {
      const port = Number(new URL(first.url).port);
      await inBrowser(async (browser) => {
        await browser.open(first.url);
        await browser.waitFor(LIVE);
        await first.stop("SIGKILL");
        await browser.waitFor(`${tone} === "cut"`);
        const line = `document.querySelector("#stream-words").textContent`;
        assertMatch(await browser.evaluate<string>(line), /^cut off since \d\d:\d\d:\d\d: /);
        // What the page cannot know, it does not claim.
        await browser.waitFor(`(${cellsIn("AAPL")}).fresh.startsWith("unknown")`);
        assertMatch(await browser.aria("#tally"), /4 unknown/);
        const second = await Daemon.start({ folder, port });
        try {
          await second.ready();
          await browser.waitFor(`${tone} === "warn"`);
          assertMatch(
            await browser.evaluate<string>(line),
            /^live, resumed after \d+ s: what happened meanwhile was missed/,
          );
          await agree(second, browser);
          await browser.waitFor(`(${cellsIn("AAPL")}).fresh.startsWith("live")`);
        } finally {
          await second.stop();
        }
      });
    }),
);
