/**
 * What holds for every page: on a phone and on a desk, by day and by night.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { browserTest, DESK, inBrowser, PHONE, type View } from "./browser.ts";
import { inFolder } from "../actors/commands/run.ts";
import { Daemon } from "../daemon/daemon.ts";

const PAGES = ["/", "/instruments/AAPL", "/providers", "/strategies", "/signin"];
const VIEWS: readonly View[] = [DESK, PHONE].flatMap((view) => [
  { ...view, scheme: "light" },
  { ...view, scheme: "dark" },
]);

/** What a reader stumbles over; runs within the page. */
const INSPECT = await Deno.readTextFile(new URL("inspect.js", import.meta.url));

interface Inspected {
  readonly text: string;
  readonly overflow: number;
  readonly broken: readonly string[];
  readonly faint: readonly string[];
}

/** Works with the demo. */
function onDemo(work: (daemon: Daemon) => Promise<void>): Promise<void> {
  return inFolder({}, async (folder) => {
    const daemon = await Daemon.start({ folder });
    try {
      await daemon.ready();
      await work(daemon);
    } finally {
      await daemon.stop();
    }
  });
}

browserTest(
  "every page can be read and used at any width, by day and by night",
  () =>
    onDemo((daemon) =>
      inBrowser(async (browser) => {
        for (const path of PAGES) {
          for (const view of VIEWS) {
            await browser.open(daemon.url + path, view);
            if (path !== "/signin") {
              await browser.waitFor(`document.querySelector("#stream").dataset.tone === "live"`);
            }
            const { overflow, broken, faint } = await browser.evaluate<Inspected>(INSPECT);
            const at = `${path}, ${view.width} px, ${view.scheme}`;
            const violations = await browser.violations();
            const complaints = await browser.complaints();
            assertEquals({ at, overflow, broken, faint, violations, complaints }, {
              at,
              overflow: 0,
              broken: [],
              faint: [],
              violations: [],
              complaints: [],
            });
          }
        }
      })
    ),
);

browserTest(
  "the first view of every page is light, and its first paint is told",
  () =>
    onDemo((daemon) =>
      inBrowser(async (browser) => {
        for (const path of PAGES) {
          await browser.open(daemon.url + path);
          await browser.waitFor(
            `performance.getEntriesByName("first-contentful-paint").length > 0`,
          );
          const paint = await browser.evaluate<number>(
            `performance.getEntriesByName("first-contentful-paint")[0].startTime`,
          );
          await browser.waitFor(`document.readyState === "complete"`);
          const bytes = await browser.received();
          console.log(
            `${path}: ${bytes} bytes on the wire, first paint at ${Math.round(paint)} ms`,
          );
          assert(bytes > 1_000 && bytes < 250_000, `${path} took ${bytes} bytes`);
        }
      })
    ),
);

browserTest(
  "the policy lets no script run that is written into a page",
  () =>
    onDemo((daemon) =>
      inBrowser(async (browser) => {
        for (const path of PAGES) {
          await browser.open(daemon.url + path);
          await browser.evaluate(`(() => {
          const script = document.createElement("script");
          script.textContent = "globalThis.ran = true";
          document.body.append(script);
          const image = document.createElement("img");
          image.setAttribute("onerror", "globalThis.ran = true");
          image.src = "/nowhere.png";
          document.body.append(image);
        })()`);
          await browser.waitFor(`document.images[0].complete`);
          assertEquals(await browser.evaluate(`globalThis.ran ?? null`), null);
          const complaints = (await browser.complaints()).join("\n");
          assert(/Content Security Policy/.test(complaints), complaints);
        }
      })
    ),
);
