/**
 * The page as a reader sees it: in a browser, on a phone and on a desk, by day and by night.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { inFolder } from "../actors/commands/run.ts";
import { Daemon } from "../daemon/daemon.ts";
import type { Look } from "./look.ts";

const CHROMIUM = "/usr/bin/chromium";
const LOOK = new URL("look.ts", import.meta.url).pathname;

const isThere = await Deno.stat(CHROMIUM).then(() => true, () => false);
/** Where CI=true nothing is skipped: it fails instead. */
const skip = !isThere && Deno.env.get("CI") !== "true";

Deno.test({
  name: skip
    ? `the page is not looked at: there is no Chromium at ${CHROMIUM}`
    : "on a phone and on a desk the page breaks no word, runs off no side and can be read",
  ignore: skip,
  fn: () =>
    inFolder({}, async (folder) => {
      const daemon = await Daemon.start({ folder });
      try {
        await daemon.ready();
        const looks = await lookAt(daemon.url);
        assertEquals(looks.length, 4);
        for (const { width, scheme, text, overflow, broken, faint, complaints } of looks) {
          const at = `${width} px, ${scheme}`;
          assert(text.includes("EURUSD"), at);
          assert(text.includes("The market is made up"), at);
          assertEquals({ at, overflow, broken, faint, complaints }, {
            at,
            overflow: 0,
            broken: [],
            faint: [],
            complaints: [],
          });
        }
      } finally {
        assertEquals(await daemon.stop(), 0);
      }
    }),
});

/** Looks at a page; leaves screenshots in the folder that `MARKETD_SCREENSHOTS` names. */
async function lookAt(url: string): Promise<Look[]> {
  const folder = Deno.env.get("MARKETD_SCREENSHOTS");
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", LOOK, CHROMIUM, url]
      .concat(folder === undefined ? [] : [folder]),
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}
