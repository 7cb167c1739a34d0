/**
 * The page of a backtest in a browser: from a file, with nothing beside it.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { browserTest, DESK, inBrowser, PHONE } from "./browser.ts";
import { reportOf, runOf } from "../actors/commands/backtest/report.ts";
import { inFolder } from "../actors/commands/run.ts";
import { pageOf } from "../../actors/commands/backtest/html/page.tsx";

browserTest("a backtest's page can be read by day and by night, and asks nobody", async () => {
  const page = await pageOf(reportOf(runOf(), runOf({ symbol: "MSFT", results: [] })));
  await inFolder({ "report.html": page }, (folder) =>
    inBrowser(async (browser) => {
      for (const scheme of ["light", "dark"] as const) {
        for (const view of [{ ...DESK, scheme }, { ...PHONE, scheme }]) {
          await browser.open(`file://${folder}/report.html`, view);
          await browser.screenshot(`backtest-${view.width}-${scheme}`);
          const [overflow, asked, charts] = await browser.evaluate<number[]>(
            "[document.documentElement.scrollWidth - document.documentElement.clientWidth, " +
              "performance.getEntriesByType('resource').length, " +
              "document.querySelectorAll('svg[role=img]').length]",
          );
          const found = { view, overflow, asked, charts };
          assertEquals(found, { view, overflow: 0, asked: 0, charts: 6 });
          assertEquals(await browser.complaints(), []);
          assertEquals(await browser.violations(), []);
        }
      }
    }));
});
