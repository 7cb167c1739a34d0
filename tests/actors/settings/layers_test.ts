/**
 * What one source says is checked before another is laid over it.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { load, problemsIn, venueCatalog, type World } from "./world.ts";

/** What makes a map of the section, in place of what the file says of it. */
const OVERLAYS: readonly Partial<World>[] = [
  {},
  { files: { "marketd.local.yaml": "server: { port: 9 }\nstore: { flush: { rows: 9 } }\n" } },
  { env: { MARKETD_SERVER_PORT: "9", MARKETD_STORE_FLUSH_ROWS: "9" } },
  { flags: { port: "9", store: "sqlite:x.db" } },
];

Deno.test("a value where a map belongs is told, whatever is laid over it", async () => {
  for (const overlay of OVERLAYS) {
    assertEquals(
      await problemsIn({ yaml: "store: postgres://u:hunter2@h/db\nserver: 8080\n", ...overlay }),
      [
        'marketd.yaml:1:8: store must be a map (was "postgres://u:****@h/db"); ' +
        "it has url, flush, spool, retention",
        "marketd.yaml:2:9: server must be a map (was 8080); " +
        "it has host, port, token, hosts, origins",
      ],
    );
  }
});

Deno.test("a list where a map belongs is told, whatever is laid over it", async () => {
  for (const overlay of OVERLAYS) {
    const problems = await problemsIn({ yaml: "server: [8080]\nstore:\n- url: x\n", ...overlay });
    assertEquals(problems.length, 2);
    assertMatch(problems[0]!, /^marketd\.yaml:1:9: server must be a map \(was a list\)/);
    assertMatch(problems[1]!, /^marketd\.yaml:3:1: store must be a map \(was a list\)/);
  }
});

Deno.test("a map or a text where a list belongs is told, whatever is laid over it", async () => {
  const problems = await problemsIn({
    yaml: "instruments: AAPL\nroutes: { a: 1 }\ncandles: { intervals: 5m }\n",
    files: { "marketd.local.yaml": "instruments: []\nroutes: []\ncandles: { intervals: [1m] }\n" },
  });
  assertEquals(problems, [
    'marketd.yaml:1:14: instruments must be a list (was "AAPL")',
    "marketd.yaml:2:9: routes must be a list (was a map)",
    'marketd.yaml:3:23: candles.intervals must be a list (was "5m")',
  ]);
});

Deno.test("each source's own problems are told at once, each with its place", async () => {
  assertEquals(
    await problemsIn({
      yaml: "server: { port: http }\nlog: 5\n",
      files: { "marketd.local.yaml": "server: { port: 70000 }\n" },
      env: { MARKETD_PORT: "x", MARKETD_LOG_LEVEL: "error" },
      flags: { port: "y", logFormat: "json" },
    }),
    [
      'marketd.yaml:1:17: server.port must be a number (was "http")',
      "marketd.yaml:2:6: log must be a map (was 5); it has level, format",
      "marketd.local.yaml:1:17: server.port must be at most 65535 (was 70000)",
      'environment MARKETD_PORT: server.port must be a number (was "x")',
      'flag --port: server.port must be a number (was "y")',
    ],
  );
});

Deno.test("a text where a provider's options belong is told, whatever is laid over it", async () => {
  const problems = await problemsIn({
    yaml: "providers: { demo: fast }\n",
    env: { MARKETD_PROVIDERS_DEMO_RATE: "9" },
  });
  assertEquals(problems, [
    'marketd.yaml:1:20: providers.demo must be a map (was "fast"); it has rate, seed, symbols',
  ]);
});

Deno.test("what one source leaves out another may say", async () => {
  const { settings } = await load({
    yaml: "providers: { alpaca: { keyId: AKEY } }\n",
    files: { "marketd.local.yaml": "providers: { alpaca: { secret: '0123456789' } }\n" },
    catalog: venueCatalog,
  });
  assertEquals(Object.keys(settings.providers), ["alpaca"]);
  // What nobody says is told once.
  const problems = await problemsIn({
    yaml: "providers: { alpaca: { keyId: AKEY } }\n",
    files: { "marketd.local.yaml": "providers: { alpaca: { retries: 2 } }\n" },
    catalog: venueCatalog,
  });
  assertEquals(problems.length, 1);
  assertMatch(problems[0]!, /: providers\.alpaca\.secret is missing$/);
});

Deno.test("what a replaced list leaves out is told all the same", async () => {
  const problems = await problemsIn({
    yaml: "instruments: [{ level: 2 }, 700]\n",
    files: { "marketd.local.yaml": "instruments: [AAPL]\n" },
  });
  assertEquals(problems, [
    "marketd.yaml:1:15: instruments[0].symbol is missing",
    "marketd.yaml:1:29: instruments[1].symbol must be a text (was 700); " +
    "put it in quotes to make it a text",
  ]);
});
