import { assertEquals } from "@std/assert";
import { load } from "./world.ts";

Deno.test("without any configuration there is the demo provider, with a store of its own", async () => {
  const { settings, files } = await load({});
  assertEquals(Object.keys(settings.providers), ["demo"]);
  assertEquals(settings.store.url, "sqlite:data/demo.db");
  assertEquals([settings.server.host, settings.server.port], ["127.0.0.1", 8080]);
  assertEquals(files, []);
});

Deno.test("a later source has the last word: file, local file, environment, flag", async () => {
  const yaml = "server: { port: 1001, host: 127.0.0.2 }\nlog: { level: debug, format: json }\n";
  const files = { "marketd.local.yaml": "server: { port: 1002 }\n" };
  const env = { MARKETD_SERVER_PORT: "1003" };
  const portOf = async (world: Parameters<typeof load>[0]) =>
    (await load(world)).settings.server.port;
  assertEquals(await portOf({}), 8080);
  assertEquals(await portOf({ yaml }), 1001);
  assertEquals(await portOf({ yaml, files }), 1002);
  assertEquals(await portOf({ yaml, files, env }), 1003);
  assertEquals(await portOf({ yaml, files, env, flags: { port: "1004" } }), 1004);
  // What the later ones do not mention stays.
  const { settings } = await load({ yaml, files, env, flags: { logLevel: "error" } });
  assertEquals(settings.server.host, "127.0.0.2");
  assertEquals(settings.log, { level: "error", format: "json" });
});

Deno.test("each effective value knows where it came from", async () => {
  const { origins } = await load({
    yaml: "server:\n  port: 1001\ncandles:\n  intervals:\n    - 1m\n    - 1h\ninstruments:\n" +
      "  - AAPL\n  - symbol: VOD.L\n    level: 2\n",
    files: { "marketd.local.yaml": "\n\nstream: { clients: 5 }\n", "t": "0123456789abcdef\n" },
    env: { MARKETD_LOG_LEVEL: "debug" },
    flags: { host: "localhost", tokenFile: "t" },
  });
  assertEquals(origins["server.host"], "flag --host");
  assertEquals(origins["server.token"], "flag --token-file");
  assertEquals(origins["server.port"], "marketd.yaml:2");
  assertEquals(origins["stream.clients"], "marketd.local.yaml:3");
  assertEquals(origins["stream.ring"], "default");
  assertEquals(origins["log.level"], "environment MARKETD_LOG_LEVEL");
  assertEquals(origins["candles.intervals"], "marketd.yaml:5");
  assertEquals(origins["instruments[0].symbol"], "marketd.yaml:8");
  assertEquals(origins["instruments[1].level"], "marketd.yaml:10");
  assertEquals(origins["providers.demo.rate"], "default");
});

Deno.test("--config names the file, and the local one is looked for beside it", async () => {
  const { settings, files } = await load({
    yaml: "server: { port: 1 }\n",
    files: {
      "etc/m.yaml": "server: { port: 2 }\n",
      "etc/marketd.local.yaml": "log: { format: json }\n",
      "marketd.local.yaml": "server: { port: 3 }\n",
    },
    flags: { config: "etc/m.yaml" },
  });
  assertEquals([settings.server.port, settings.log.format], [2, "json"]);
  assertEquals(files, ["etc/m.yaml", "etc/marketd.local.yaml"]);
});

Deno.test("an instrument is a symbol, or a map that says more", async () => {
  const { settings } = await load({
    yaml: "instruments:\n  - AAPL\n  - { symbol: VOD.L, market: LSE, level: 2, basis: mid, " +
      "providers: { demo: { epic: X } } }\n",
  });
  assertEquals(settings.instruments, [
    { symbol: "AAPL" },
    {
      symbol: "VOD.L",
      market: "LSE",
      level: 2,
      basis: "mid",
      providers: { demo: { epic: "X" } },
    },
  ]);
});

Deno.test("spans are microseconds inside", async () => {
  const { settings } = await load({
    yaml:
      "candles: { grace: 250ms }\nroutes:\n  - { providers: [demo], failover: { delay: 1m } }\n",
  });
  assertEquals(settings.candles.grace, 250_000);
  assertEquals(settings.routes[0]?.failover, {
    delay: 60_000_000,
    failback: 60_000_000,
    errors: 60,
    standby: "cold",
  });
});

Deno.test("the interval 1m is always there, and said to have been added", async () => {
  const added = await load({ yaml: "candles: { intervals: [5m, 1d, 5m] }\n" });
  assertEquals(added.settings.candles.intervals, ["1m", "5m", "1d"]);
  assertEquals(added.notes, ["The interval 1m was added: all others are built from it."]);
  const said = await load({ yaml: "candles: { intervals: [5m, 1m] }\n" });
  assertEquals(said.settings.candles.intervals, ["5m", "1m"]);
  assertEquals(said.notes, []);
});

Deno.test("a key with nothing after it says nothing", async () => {
  const { settings } = await load({
    yaml: "server:\nproviders:\n  demo:\ninstruments:\nroutes:\n",
    files: { "marketd.local.yaml": "# nothing yet\n" },
  });
  assertEquals(settings.server.port, 8080);
  assertEquals(Object.keys(settings.providers), ["demo"]);
  assertEquals([settings.instruments, settings.routes], [[], []]);
});

Deno.test("an empty file is a configuration", async () => {
  assertEquals((await load({ yaml: "" })).files, ["marketd.yaml"]);
});

Deno.test("a provider's options are completed by its own schema", async () => {
  const { settings } = await load({ yaml: "providers:\n  demo: { rate: 7 }\n" });
  const { rate, seed } = settings.providers["demo"] as { rate: number; seed: number };
  assertEquals([rate, seed], [7, 1]);
});

Deno.test("an anchor's content may be used again", async () => {
  const { settings } = await load({
    yaml: "routes:\n  - { match: A, providers: &all [demo] }\n  - { match: B, providers: *all }\n",
  });
  assertEquals(settings.routes.map((route) => route.providers), [["demo"], ["demo"]]);
});

Deno.test("an interval has one name, however it is written", async () => {
  const { settings, shown } = await load({ yaml: "candles: { intervals: [1m, 60m, 1h, 240m] }\n" });
  assertEquals(settings.candles.intervals, ["1m", "1h", "4h"]);
  assertEquals((shown["candles"] as { intervals: string[] }).intervals, ["1m", "1h", "4h"]);
});
