import { assertEquals, assertMatch } from "@std/assert";
import { maskSecret } from "../../../actors/settings/secrets.ts";
import { load, problemsIn, venueCatalog } from "./world.ts";

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

Deno.test("a webhook's URL is a secret: it is masked, never named by a problem, and known to the log", async () => {
  const url = "https://hooks.slack.com/services/T0123/B0123/VERYSECRET0123";
  const { shown, secrets } = await load({ yaml: `notifications: { ops: { url: "${url}" } }\n` });
  assertEquals(secrets, [url]);
  assertEquals((shown["notifications"] as { ops: { url: string } }).ops.url, "****0123");
  for (
    const [bad, message] of [
      ["http://hooks.slack.com/VERYSECRET", /must begin with https:\/\/: http:\/\/ would send/],
      ["hooks.slack.com/VERYSECRET", /must be a URL that begins with https:\/\//],
      ["ftp://example.org/VERYSECRET", /must be a URL that begins with https:\/\//],
      ["https://me:VERYSECRET@example.org/", /must hold no user and password/],
    ] as const
  ) {
    const problems = await problemsIn({ yaml: `notifications: { ops: { url: "${bad}" } }\n` });
    assertEquals(problems.length, 1);
    assertMatch(problems[0]!, message);
    assertEquals(problems[0]!.includes("VERYSECRET"), false);
  }
  await load({ yaml: 'notifications: { a: { url: "http://127.0.0.1:8080/x" } }\n' });
  await load({ yaml: 'notifications: { a: { url: "http://[::1]:8080/x" } }\n' });
});

Deno.test("an unknown event of a webhook is told with those that there are", async () => {
  const yaml = 'notifications: { a: { url: "https://example.org/x", events: [gaps] } }\n';
  const [problem] = await problemsIn({ yaml });
  assertMatch(problem!, /notifications\.a\.events\[0\].*connection.*failover.*gap/);
});
