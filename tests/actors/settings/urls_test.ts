import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { flagsOf } from "../../../actors/settings/sources.ts";
import { maskText, maskUrl, secretsOfUrl } from "../../../actors/settings/urls.ts";
import { load, problemsIn } from "./world.ts";

Deno.test("a URL is shown without its password", () => {
  assertEquals(maskUrl("postgres://me:pw@host:5432/db"), "postgres://me:****@host:5432/db");
  assertEquals(maskUrl("postgres://me:p@ss@host/db"), "postgres://me:****@host/db");
  assertEquals(
    maskUrl("postgres://me@/db?host=/run/postgresql&password=pw&x=1"),
    "postgres://me@/db?host=/run/postgresql&password=****",
  );
  for (
    const url of [
      "sqlite:data/demo.db",
      "sqlite:a # b.db",
      "postgres://me@host/db",
      "postgres://market%20d@[::1]:5432/db?sslmode=require",
      "http://127.0.0.1:9000/v2",
      "wss://stream.example:443",
    ]
  ) {
    assertEquals(maskUrl(url), url);
    assertEquals(maskText(url), url);
  }
});

Deno.test("a text that is no URL, or none whose parts are sure, is not shown", () => {
  const shown: [url: string, as: string][] = [
    ["postgres://u:hunter2", "postgres://****"],
    ["postgres://u:12345", "postgres://****"],
    ["postgres://u:hunter2/db", "postgres://****"],
    ["postgres://me:p@ss:w/rd@host/db", "postgres://****"],
    ["postgres://u%3Ahunter2@h/db", "postgres://****"],
    ["postgres:u:hunter2@h/db", "postgres:****"],
    ["host=h password=hunter2 user=u", "****"],
    ["u:hunter2@h/db", "****"],
    ["jdbc:postgresql://h/db?password=hunter2", "****"],
    ["hunter2", "****"],
    // What is surely a file's name helps who forgot the scheme.
    ["data/x.db", "data/x.db"],
  ];
  for (const [url, as] of shown) assertEquals(maskUrl(url), as);
});

Deno.test("other texts are shown but for what may be a secret in them", () => {
  for (const text of ["AAPL", "^FTSE", "KA.D.VOD.DAILY.IP", "2s", "me@example.org", "a: b"]) {
    assertEquals(maskText(text), text);
  }
  assertEquals(maskText("host=h password=hunter2 user=u"), "host=h password=****");
  assertEquals(maskText("u:hunter2@h/db"), "****");
  assertEquals(maskText("see postgres://u:hunter2@h/db"), "****");
});

/** Ways to write a URL, and to get it wrong, in none of whose words a `J` or `Z` stands. */
const FORMS: readonly ((secret: string) => string)[] = [
  (s) => `postgres://u:${s}@h/db`,
  (s) => `postgresql://u:${s}@h:5432/db?sslmode=require`,
  (s) => `POSTGRES://u:${s}@h/db`,
  (s) => `postgres://:${s}@h/db`,
  (s) => `postgres://u:${s}@`,
  (s) => `postgres://u:${s}@/db?host=/run`,
  (s) => `postgres://u:${s}@[::1]/db`,
  (s) => `postgres://u%3A${s}@h/db`,
  (s) => `postgres://u:${s}@h/db@h/db`,
  (s) => `postgres:/u:${s}@h/db`,
  (s) => `postgres:u:${s}@h/db`,
  (s) => `postgres//u:${s}@h/db`,
  (s) => ` postgres://u:${s}@h/db`,
  (s) => `"postgres://u:${s}@h/db"`,
  (s) => `//u:${s}@h/db`,
  (s) => `u:${s}@h/db`,
  (s) => `mysql://u:${s}@h/db`,
  (s) => `http://u:${s}@h/db`,
  (s) => `sqlite://u:${s}@h/db`,
  (s) => `sqlite:u:${s}@h/db`,
  (s) => `sqlite:data/m.db?password=${s}`,
  (s) => `postgres://u@h/db?password=${s}`,
  (s) => `postgres://u@h/db?PASSWORD=${s}&sslmode=require`,
  (s) => `postgres://u@h/db?sslmode=require&password=${s}`,
  (s) => `postgres://h/db?user=u&password=${s}`,
  (s) => `postgres://u@h/db?pass%77ord=${s}`,
  (s) => `postgres://u@h/db#${s}`,
  (s) => `postgres://u@h/db password=${s}`,
  (s) => `jdbc:postgresql://h/db?user=u&password=${s}`,
  (s) => `host=h password=${s} user=u`,
  (s) => `host=h password = '${s}' user=u`,
  (s) => `host=h\tpwd=${s}`,
  (s) => `password: ${s}`,
];
/** Those where a secret with an `@` of its own is one that names a host. */
const BARE: readonly ((secret: string) => string)[] = [
  (s) => `postgres://u:${s}`,
  (s) => `postgres://u:${s}/db`,
  (s) => `postgresql://u:${s}?sslmode=require`,
  (s) => `mysql://u:${s}`,
];

function secretOf(letters: string): fc.Arbitrary<string> {
  const unit = fc.constantFrom(...letters);
  return fc.string({ unit, maxLength: 24 }).map((text) => `J${text}Z`);
}

/** Fails where any letter of a secret is shown. */
function assertHidden(shown: string): void {
  assert(!/[JZ]/.test(shown), shown);
}

Deno.test("no letter of a password survives in a masked URL, however it is mangled", () => {
  const cases = fc.oneof(
    fc.tuple(fc.constantFrom(...FORMS), secretOf("JZ@/:?#%&=;1 \\[]'\"")),
    fc.tuple(fc.constantFrom(...BARE), secretOf("JZ/:?#%&=;1 \\[]'\"")),
    fc.tuple(fc.constantFrom(...BARE), fc.constantFrom("1/J", "1?host=J", "65535/JZ", "/J")),
  );
  fc.assert(
    fc.property(cases, ([form, secret]) => {
      assertHidden(maskUrl(form(secret)));
      assertHidden(maskText(form(secret)));
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("no problem shows a password, wherever its URL was put", async () => {
  for (const form of [...FORMS, ...BARE]) {
    const url = form("JZJJZZJZ");
    const text = JSON.stringify(url);
    for (
      const yaml of [
        `store: ${text}\n`,
        `store: [${text}]\n`,
        `store: { url: ${text}, flush: { rows: 0 } }\n`,
        `store: { ${text}: 1 }\n`,
        `${text}: 1\n`,
        `server: { host: ${text}, port: ${text}, hosts: [${text}], origins: [${text}] }\n`,
        `log: { level: ${text} }\n`,
        `routes: [{ market: ${text}, providers: [${text}] }]\n`,
        `instruments: [{ symbol: ${text}, market: ${text}, providers: { ${text}: {} } }]\n`,
        `candles: { intervals: [${text}], grace: ${text} }\n`,
        `store: {\n  ${url}\n`,
      ]
    ) (await problemsIn({ yaml })).forEach(assertHidden);
    for (const flags of [{ store: url }, { host: url }, { port: url }]) {
      (await problemsIn({ flags })).forEach(assertHidden);
    }
    (await problemsIn({ env: { DATABASE_URL: url } })).forEach(assertHidden);
  }
});

Deno.test("a URL's passwords are known as written and as decoded", () => {
  assertEquals(secretsOfUrl("postgres://me:a%40b@host/db?password=c"), ["a%40b", "a@b", "c"]);
  assertEquals(secretsOfUrl("sqlite:data/demo.db"), []);
});

Deno.test("the effective configuration shows a URL without its password", async () => {
  const { shown, secrets } = await load({
    flags: { store: "postgres://me:swordfishswordfish@host/db" },
  });
  assertEquals((shown["store"] as { url: string }).url, "postgres://me:****@host/db");
  assertEquals(secrets, ["swordfishswordfish"]);
});

Deno.test("the flags of a command beside the daemon name its store, and never its password", () => {
  const open = "sqlite:data/x.db";
  const secret = "postgres://me:pw@host/db";
  assertEquals(flagsOf({}, open), ["--store", open]);
  assertEquals(flagsOf({ config: "x.yaml" }, open), ["--config", "x.yaml", "--store", open]);
  // What the configuration says it says to the other command, too.
  assertEquals(flagsOf({ config: "x.yaml" }, secret), ["--config", "x.yaml"]);
  assertEquals(flagsOf({ store: secret }, secret), ["--store", "postgres://me:****@host/db"]);
});
