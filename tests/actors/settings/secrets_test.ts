import { assertEquals } from "@std/assert";
import { maskSecret } from "../../../actors/settings/secrets.ts";
import { load, venueCatalog } from "./world.ts";

Deno.test("at most the last four characters of a secret are shown, and none of a short one", () => {
  assertEquals(maskSecret("0123456789abcdef"), "****cdef");
  assertEquals(maskSecret("0123456789abcde"), "****");
  assertEquals(maskSecret(""), "****");
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
