/**
 * The providers page in a browser: what is seen is what the API says, and what is asked there is
 * done.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Browser, browserTest, inBrowser } from "./browser.ts";
import { inOpenMarket, type OpenMarket, TOKEN } from "../daemon/openmarket.ts";

const text = (selector: string) =>
  `(document.querySelector(${JSON.stringify(selector)})?.textContent.trim() ?? "")`;
const stateOf = (id: string) => text(`#provider-${id} [data-field="state"]`);
const drawnOf = (id: string) => text(`#provider-${id} .machine .now text`);
/** The texts of a table's rows. */
const rowsOf = (id: string) =>
  `[...document.querySelectorAll("#${id} tbody tr[data-key]")].map((row) =>
    [...row.querySelectorAll("td")].map((cell) => cell.textContent.trim()))`;

async function open(browser: Browser, market: OpenMarket): Promise<void> {
  await browser.open(`${market.url}/providers`);
  await browser.waitFor(`document.querySelector("#stream").dataset.tone === "live"`);
}

browserTest(
  "each connection is drawn as it stands, and told as the API tells it",
  () =>
    inOpenMarket((market) =>
      inBrowser(async (browser) => {
        await market.inState("alpaca", "live");
        await market.inState("ig", "live");
        await open(browser, market);
        await browser.waitFor(`${stateOf("alpaca")} === "live" && ${drawnOf("alpaca")} === "live"`);
        await browser.waitFor(`${stateOf("ig")} === "live" && ${drawnOf("ig")} === "live"`);
        const { quotas } = await market.provider("ig");
        const meters = `document.querySelectorAll("#provider-ig meter").length`;
        await browser.waitFor(`${meters} === ${quotas.length}`);
        const { data: actors } = await market.json<{ data: { id: string }[] }>("/api/v1/actors");
        await browser.waitFor(`${rowsOf("actors")}.length === ${actors.length}`);
        const shown = await browser.evaluate<string[][]>(rowsOf("actors"));
        assertEquals(shown.map(([id]) => id), actors.map(({ id }) => id));
        const { stages } = await market.json<{ stages: unknown[] }>("/api/v1/status");
        assertEquals((await browser.evaluate<string[][]>(rowsOf("stages"))).length, stages.length);
        await browser.screenshot("providers-live");
        market.alpaca.command({ fault: "maintenance" });
        await browser.waitFor(`${drawnOf("alpaca")} === "backoff"`);
        await browser.waitFor(`${text('#provider-alpaca [data-field="error"]')}.length > 0`);
        assert((await market.provider("alpaca")).lastError !== null);
        const strip =
          `document.querySelector("#provider-alpaca .strip").getAttribute("aria-label")`;
        assertMatch(await browser.evaluate<string>(strip), /^The last hour: .*live .*backoff/);
        assertEquals(await browser.complaints(), []);
      })
    ),
);

browserTest(
  "who is signed in has a faulted provider connect anew, and a route switched",
  () =>
    inOpenMarket(
      (market) =>
        inBrowser(async (browser) => {
          await market.inState("alpaca", "live");
          await open(browser, market);
          const lead = async () => {
            const { data } = await market.json<
              { data: { name: string; lead: { provider: string; held: boolean } | null }[] }
            >("/api/v1/routes");
            return data.find(({ name }) => name === "us")!.lead;
          };
          await browser.waitFor(`document.querySelector("#routes select") !== null`);
          // Without a session a change leads to the form, and from there back.
          await browser.select("#routes select", "ig");
          await browser.click("#routes button");
          await browser.waitFor(`location.pathname === "/signin"`);
          assertEquals((await lead())!.provider, "alpaca");
          await browser.fill("#token", "not-the-token-of-this-daemon");
          await browser.click(".signin button");
          await browser.waitFor(`${text("#trouble")} === "That is not this daemon's token."`);
          await browser.fill("#token", TOKEN);
          await browser.click(".signin button");
          await browser.waitFor(`location.pathname === "/providers"`);
          await browser.waitFor(`document.querySelector("#routes select") !== null`);
          await browser.select("#routes select", "ig");
          await browser.click("#routes button");
          await market.until("ig leads", async () => (await lead())!.provider === "ig");
          assertEquals((await lead())!.held, true);
          await browser.waitFor(`${rowsOf("routes")}[0][3] === "ig, held by hand"`);

          market.alpaca.command({ fault: "expire" });
          market.alpaca.command({ fault: "drop" });
          await browser.waitFor(`${drawnOf("alpaca")} === "faulted"`);
          market.alpaca.command({ fault: "none" });
          await browser.click("[data-reset=alpaca]");
          await browser.waitFor(`${drawnOf("alpaca")} === "live"`);
          // No script can read what lets it do so.
          assertEquals(await browser.evaluate(`document.cookie`), "");
          await browser.click("form[action='/signout'] button");
          await browser.waitFor(`document.querySelector("a[href^='/signin']") !== null`);
        }),
      {
        instruments: "[AAPL, MSFT]",
        routes: `
  - { name: us, match: AAPL, providers: [alpaca, ig], failover: { delay: 60s, failback: 60s } }
  - { match: "*", providers: [alpaca] }`,
      },
    ),
);

browserTest(
  "what a venue says stays text, whatever is in it",
  () =>
    inOpenMarket((market) =>
      inBrowser(async (browser) => {
        const evil =
          `<img src=x onerror="globalThis.ran=true"><script>globalThis.ran=true</script>`;
        await market.inState("ig", "live");
        await open(browser, market);
        market.ig.command({ fault: "end", code: 40, message: evil });
        await market.until(
          "the history has it",
          async () =>
            (await market.provider("ig")).events.some(({ reason }) => reason.includes("<img")),
        );
        await browser.waitFor(
          `${text('#provider-ig [data-field="history"]')}.includes("<img src=x")`,
        );
        // What the daemon draws is escaped, too.
        await browser.reload();
        await browser.waitFor(
          `${text('#provider-ig [data-field="history"]')}.includes("<img src=x")`,
        );
        assertEquals(await browser.evaluate(`document.images.length`), 0);
        assertEquals(await browser.evaluate(`globalThis.ran ?? null`), null);
        assertEquals(await browser.complaints(), []);
      })
    ),
);
