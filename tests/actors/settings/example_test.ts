import { assert, assertEquals } from "@std/assert";
import { NOTICE_EVENTS } from "../../../domain/notice.ts";
import { load } from "./world.ts";

const EXAMPLE = new URL("../../../marketd.example.yaml", import.meta.url);

Deno.test("the example configuration loads, and says what holds anyway", async () => {
  const example = await load({ yaml: await Deno.readTextFile(EXAMPLE) });
  const nothing = await load({});
  assertEquals(example.settings, nothing.settings);
});

Deno.test("the example configuration names every setting", async () => {
  const yaml = await Deno.readTextFile(EXAMPLE);
  const { origins } = await load({ yaml });
  const unsaid = Object.keys(origins).filter((path) => origins[path] === "default");
  // The store's place depends on the providers; it is there as a comment.
  assertEquals(unsaid, ["store.url"]);
  for (const commented of ["# url:", "# token:"]) assert(yaml.includes(commented));
});

Deno.test("the example's commented parts are good, too", async () => {
  const yaml = (await Deno.readTextFile(EXAMPLE))
    .replaceAll(/^(instruments|routes|exchanges|notifications|strategies): (\[\]|\{\})$/gm, "$1:")
    // A made-up market cannot stand beside the venues.
    .replace(/^ {2}demo:\n(?: {4}.*\n)+/m, "")
    .replaceAll(/\bdemo\b(?=[:\]]|$)/gm, "ig")
    .replaceAll(/^# {2}(?=\S| )/gm, "  ")
    .replaceAll(/^( *)# (token|url): /gm, "$1$2: ");
  const env = {
    MARKETD_TOKEN: "0123456789abcdef",
    APCA_API_KEY_ID: "PK0123456789",
    APCA_API_SECRET_KEY: "0123456789",
    IG_API_KEY: "0123456789",
    IG_USERNAME: "somebody",
    IG_PASSWORD: "0123456789",
    SLACK_WEBHOOK_URL: "https://hooks.slack.com/services/T0/B0/0123456789",
    WEBHOOK_TOKEN: "0123456789",
  };
  const { settings } = await load({ yaml, env });
  assertEquals(settings.instruments.map(({ symbol }) => symbol), ["AAPL", "^FTSE", "VOD.L"]);
  assertEquals(settings.routes.length, 2);
  assertEquals(settings.notifications["ops"]?.events, [...NOTICE_EVENTS]);
  assertEquals(Object.keys(settings.strategies["ema-cross"] ?? {}), ["*", "AAPL"]);
  assertEquals(settings.server.token, "0123456789abcdef");
});
