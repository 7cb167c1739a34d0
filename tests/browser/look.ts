/**
 * Looks at a page with Chromium, as `look.ts CHROMIUM URL [FOLDER]`: says as JSON what a reader
 * could stumble over at each width and in each colour scheme; with a folder, leaves screenshots.
 * A process of its own, since the browser's driver asks for every permission.
 *
 * @module
 */
import { chromium } from "playwright-core";

/** What was found at one width in one colour scheme. */
export interface Look {
  readonly width: number;
  readonly scheme: "light" | "dark";
  readonly text: string;
  /** By how many pixels the page is wider than the window. */
  readonly overflow: number;
  /** Words that go over more than one line. */
  readonly broken: readonly string[];
  /** Texts whose contrast is below 4.5 to 1, each with its own. */
  readonly faint: readonly string[];
  /** What the browser complained of. */
  readonly complaints: readonly string[];
}

type Seen = Pick<Look, "text" | "overflow" | "broken" | "faint">;

const WIDTHS = [390, 1280];
const SCHEMES = ["light", "dark"] as const;

/** Runs within the page. */
const INSPECT = await Deno.readTextFile(new URL("inspect.js", import.meta.url));

if (import.meta.main) {
  const [executablePath, url, folder] = Deno.args;
  const browser = await chromium.launch({
    executablePath: executablePath!,
    args: ["--no-sandbox"],
  });
  const looks: Look[] = [];
  for (const width of WIDTHS) {
    for (const scheme of SCHEMES) {
      const page = await browser.newPage({
        viewport: { width, height: 844 },
        colorScheme: scheme,
      });
      const complaints: string[] = [];
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(error.message));
      await page.goto(url!);
      looks.push({ width, scheme, ...await page.evaluate<Seen>(INSPECT), complaints });
      if (folder !== undefined) {
        await page.screenshot({ path: `${folder}/${width}-${scheme}.png`, fullPage: true });
      }
      await page.close();
    }
  }
  await browser.close();
  console.log(JSON.stringify(looks));
}
