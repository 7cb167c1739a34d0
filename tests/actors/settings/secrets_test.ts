import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { maskSecret, maskUrl, secretsOfUrl } from "../../../actors/settings/secrets.ts";
import { load, venueCatalog } from "./world.ts";

Deno.test("at most the last four characters of a secret are shown, and none of a short one", () => {
  assertEquals(maskSecret("0123456789ab"), "****89ab");
  assertEquals(maskSecret("0123456789a"), "****");
  assertEquals(maskSecret(""), "****");
});

Deno.test("a URL is shown without its password", () => {
  assertEquals(maskUrl("postgres://me:pw@host:5432/db"), "postgres://me:****@host:5432/db");
  assertEquals(maskUrl("postgres://me:p@ss:w/rd@host/db"), "postgres://me:****@host/db");
  assertEquals(
    maskUrl("postgres://host/db?user=me&password=pw&x=1"),
    "postgres://host/db?user=me&password=****&x=1",
  );
  for (const url of ["sqlite:data/demo.db", "postgres://me@host/db", "http://[::1]:80/a:b@c"]) {
    assertEquals(maskUrl(url), url);
  }
});

Deno.test("no password survives in a masked URL", () => {
  // Of letters that the rest of the URL does not have.
  const password = fc.string({
    unit: fc.constantFrom(..."QWXYZ@/:?#%"),
    minLength: 1,
    maxLength: 11,
  })
    .map((text) => `Q${text}Q`);
  fc.assert(fc.property(password, (secret) => {
    assert(!maskUrl(`postgres://me:${secret}@host/db`).includes(secret));
  }));
});

Deno.test("a URL's passwords are known as written and as decoded", () => {
  assertEquals(secretsOfUrl("postgres://me:a%40b@host/db?password=c"), ["a%40b", "a@b", "c"]);
  assertEquals(secretsOfUrl("sqlite:data/demo.db"), []);
});

Deno.test("a loaded configuration shows masks and knows its secrets", async () => {
  const { shown, secrets } = await load({
    catalog: venueCatalog,
    yaml: [
      "server: { token: 0123456789abcdefXYZ }",
      "store: { url: postgres://me:swordfish@host/db }",
      'providers: { alpaca: { keyId: AKAKAKAKAKAK1234, secret: "98765432" } }',
    ].join("\n"),
  });
  assertEquals(secrets.toSorted(), [
    "0123456789abcdefXYZ",
    "98765432",
    "AKAKAKAKAKAK1234",
    "swordfish",
  ]);
  assertEquals((shown["server"] as { token: string }).token, "****fXYZ");
  assertEquals((shown["store"] as { url: string }).url, "postgres://me:****@host/db");
  assertEquals(shown["providers"], {
    alpaca: { keyId: "****1234", secret: "****", environment: "paper", retries: 3 },
  });
});
