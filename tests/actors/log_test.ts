import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { addSecrets, configureLogging, logger, type LogSettings } from "../../actors/log.ts";

/** The lines that `work` logs. */
function logged(settings: LogSettings, work: () => void): string[] {
  const lines: string[] = [];
  configureLogging(settings, (line) => lines.push(line));
  work();
  return lines;
}

const TEXT: LogSettings = { level: "info", format: "text" };
const JSON_LINES: LogSettings = { level: "info", format: "json" };
const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;

Deno.test("a line of text has time, level, component, message and fields", () => {
  const [line] = logged(TEXT, () => {
    logger("recorder").warning("store is back", { spooled: 120, by: "sqlite", note: 'a "b" c' });
  });
  assertMatch(
    line!,
    new RegExp(
      String.raw`^${TIME} WARN  recorder store is back spooled=120 by=sqlite ` +
        String.raw`note="a \\"b\\" c"\n$`,
    ),
  );
});

Deno.test("a line of JSON has the same", () => {
  const [line] = logged(JSON_LINES, () => {
    logger("routing").info("{provider} leads", { provider: "demo", error: new Error("boom") });
  });
  const { time, ...rest } = JSON.parse(line!);
  assertMatch(time, new RegExp(`^${TIME}$`));
  assertEquals(rest, {
    level: "info",
    component: "routing",
    message: "demo leads",
    provider: "demo",
    error: "boom",
  });
});

Deno.test("what is below the level is not told", () => {
  const work = () => {
    logger("x").debug("d");
    logger("x").info("i");
    logger("x").warning("w");
    logger("x").error("e");
  };
  assertEquals(logged({ ...TEXT, level: "debug" }, work).length, 4);
  assertEquals(logged({ ...TEXT, level: "warning" }, work).length, 2);
  assertEquals(logged({ ...TEXT, level: "error" }, work).length, 1);
});

Deno.test("fields that are named as secrets are masked, deep inside too", () => {
  for (const settings of [TEXT, JSON_LINES]) {
    const [line] = logged(settings, () => {
      logger("x").info("signed in with {password}", {
        password: "pw-one",
        apiKey: "pw-two",
        request: { headers: { authorization: "pw-three", accept: "json" } },
        symbol: "AAPL",
      });
    });
    assert(!line!.includes("pw-"), line);
    assertMatch(line!, /AAPL/);
    assertMatch(line!, /accept/);
  }
});

Deno.test("a registered secret is masked wherever it stands", () => {
  const secret = 'q"w e\\r&t';
  addSecrets([secret, "abc"]);
  for (const settings of [TEXT, JSON_LINES]) {
    const lines = logged(settings, () => {
      logger("x").info(`refused ${secret}`, { url: `http://h/?t=${encodeURIComponent(secret)}` });
      logger("x").error("failed", { error: new Error(`bad ${secret}!`), list: [secret] });
    });
    const text = lines.join("");
    for (const form of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]) {
      assert(!text.includes(form), text);
    }
    // Too short to be a secret that can be told from words.
    assertMatch(logged(settings, () => logger("x").info("abc")).join(""), /abc/);
  }
});

Deno.test("one record is one line, whatever it says", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "\n", "\r", "\u2028", "\0", '"') }),
      (text) => {
        for (const settings of [TEXT, JSON_LINES]) {
          const lines = logged(settings, () => logger("x").info("{text}", { text }));
          assertEquals(lines.length, 1);
          assertEquals(lines[0]!.split(/[\n\r]/).length, 2);
        }
      },
    ),
  );
});

Deno.test("a field that says nothing is left out", () => {
  const empty = { reason: "", applied: [], cause: undefined, rows: 0, done: false, next: null };
  const [text] = logged(TEXT, () => logger("x").info("moved on", empty));
  assertMatch(text!, /moved on rows=0 done=false next=null\n$/);
  const [json] = logged(JSON_LINES, () => logger("x").info("moved on", empty));
  const { time: _, ...rest } = JSON.parse(json!);
  assertEquals(rest, {
    level: "info",
    component: "x",
    message: "moved on",
    rows: 0,
    done: false,
    next: null,
  });
});
