import { assertEquals, assertMatch } from "@std/assert";
import { describeFailure } from "../../../actors/commands/failure.ts";
import { ConfigError } from "../../../actors/settings/problems.ts";
import { StoreError } from "../../../db/store.ts";
import { addSecrets } from "../../../actors/log.ts";

Deno.test("what marketd says on purpose is one line, and ends with 1", async () => {
  const error = new StoreError("locked", "Cannot open the store:\n  it is in use.");
  assertEquals(await describeFailure(error, false), {
    text: "marketd: Cannot open the store: it is in use.\n",
    code: 1,
  });
});

Deno.test("a configuration's problems are listed", async () => {
  const error = new ConfigError([
    { path: "a.b", origin: "m.yaml:1:2", message: "is bad", hint: "mend it" },
    { path: "", origin: "flag --x", message: "is odd" },
  ]);
  assertEquals(await describeFailure(error, false), {
    text: "marketd: the configuration has 2 problems:\n" +
      "  m.yaml:1:2: a.b is bad; mend it\n  flag --x: is odd\n",
    code: 1,
  });
});

Deno.test("what nobody foresaw is one line without a stack, and ends with 3", async () => {
  assertEquals(await describeFailure(new TypeError("x is not\na function"), false), {
    text: "marketd: unexpected: x is not a function\n",
    code: 3,
  });
  assertEquals((await describeFailure("thrown text", false)).code, 3);
});

Deno.test("a stack is shown to whoever debugs", async () => {
  const { text } = await describeFailure(new TypeError("boom"), true);
  assertMatch(text, /^marketd: unexpected: boom\nTypeError: boom\n {4}at /);
});

Deno.test("a reader that has gone away is no failure", async () => {
  assertEquals(await describeFailure(new Deno.errors.BrokenPipe("gone"), false), {
    text: "",
    code: 0,
  });
});

Deno.test("no failure shows a registered secret", async () => {
  addSecrets(["failing-secret-1"]);
  const { text } = await describeFailure(new Error("bad failing-secret-1"), true);
  assertEquals(text.includes("failing-secret-1"), false);
  assertMatch(text, /^marketd: unexpected: bad \*{4}\n/);
});
