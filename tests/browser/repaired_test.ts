/**
 * The instrument's page beside a venue that breaks off: what was missed is marked, and what was
 * repaired, while one looks.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { browserTest, inBrowser } from "./browser.ts";
import {
  atLast,
  atVenue,
  breakOff,
  candlesOf,
  inMinute,
  live,
  untilFilled,
  whileOpen,
} from "../daemon/backfills.ts";

browserTest(
  "a bar that is repaired from history is marked as such while one looks, and its gap as refilled",
  () =>
    atVenue((simulator, begin) =>
      inBrowser(async (browser) => {
        const daemon = await begin();
        await live(daemon);
        await browser.open(`${daemon.url}/instruments/AAPL`);
        await browser.click("#bar-table summary");
        await browser.waitFor(`document.querySelector("#bar-table tbody tr") !== null`);
        await inMinute(20, 40);
        await breakOff(daemon, simulator, 5);
        const gaps = `[...document.querySelectorAll("#gaps tr")].map((row) => row.textContent)
          .filter((text) => text.includes("disconnect"))`;
        await browser.waitFor(`${gaps}.length === 1`);
        await untilFilled(daemon);
        await browser.waitFor(`${gaps}[0].endsWith("from history")`);
        // The status of each bar, as the table has it.
        const rows = `[...document.querySelectorAll("#bar-table tbody tr")].map((row) =>
          [row.dataset.start, row.querySelector("td:nth-of-type(7)").textContent])`;
        await atLast("the page has every bar in its status", async () => {
          const bars = await candlesOf(daemon, "1m");
          if (!bars.some(({ status }) => status === "repaired")) return false;
          const shown = await browser.evaluate<[string, string][]>(rows);
          const told = bars.toReversed().map(({ start, status }) => [start, status]);
          return JSON.stringify(shown) === JSON.stringify(told);
        });
        assertEquals(await browser.complaints(), []);
      })
    ),
  whileOpen("NASDAQ").ignore,
);
