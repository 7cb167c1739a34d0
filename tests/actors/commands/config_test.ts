import { assert, assertEquals, assertMatch } from "@std/assert";
import { configPrint } from "../../../actors/commands/config.ts";
import { openStore } from "../../../db/open.ts";
import { load, venueCatalog, type World } from "../settings/world.ts";
import { inFolder, listening } from "./run.ts";

const WORLD: World = {
  catalog: venueCatalog,
  yaml: [
    "server: { token: 0123456789abcdefXYZ, hosts: [a.example] }",
    "store: { url: postgres://me:swordfish@host/db, flush: { every: 1000ms } }",
    "providers:",
    "  alpaca: { keyId: AKAKAKAKAKAK1234, secret: topsecrettopsecret }",
    "instruments: [AAPL, { symbol: VOD.L, level: 2 }]",
    "routes:",
    "  - { match: '*', providers: [alpaca], failover: { standby: hot } }",
  ].join("\n"),
  env: { MARKETD_LOG_FORMAT: "json" },
  flags: { port: "9000" },
};

async function printed(format: "yaml" | "json"): Promise<string> {
  const deps = listening(WORLD);
  assertEquals(await configPrint(deps, { format }), 0);
  return deps.said.stdout;
}

Deno.test("the effective configuration is printed with the origin of each value", async () => {
  const lines = (await printed("yaml")).split("\n").map((line) => line.trim());
  for (
    const line of [
      "port: 9000 # flag --port",
      "token: '****fXYZ' # marketd.yaml:1",
      "hosts: [ a.example ] # marketd.yaml:1",
      "url: postgres://me:****@host/db # marketd.yaml:2",
      "every: 1000ms # marketd.yaml:2",
      "grace: 2s # default",
      "format: json # environment MARKETD_LOG_FORMAT",
      "- symbol: AAPL # marketd.yaml:5",
      "level: 2 # marketd.yaml:5",
      "failback: 1m # default",
      "standby: hot # marketd.yaml:7",
      "environment: paper # default",
    ]
  ) assert(lines.includes(line) || lines.includes(line.replaceAll("'", '"')), line);
});

Deno.test("what is printed without secrets is a configuration that means the same", async () => {
  const world: World = {
    yaml: "instruments: [AAPL, { symbol: VOD.L, level: 2 }]\nserver: { hosts: [a, b] }\n" +
      "routes:\n  - { match: '^*', providers: [demo], failover: { delay: 250ms } }\n" +
      "candles: { grace: 90s }\nstore: { url: 'sqlite:a # b.db' }\n",
  };
  const deps = listening(world);
  await configPrint(deps, { format: "yaml" });
  assertEquals((await load({ yaml: deps.said.stdout })).settings, (await load(world)).settings);
});

Deno.test("for a program the values and the origins are JSON", async () => {
  const { settings, origins, files } = JSON.parse(await printed("json"));
  assertEquals(settings.server.port, 9000);
  assertEquals(origins["server.port"], "flag --port");
  assertEquals(settings.store.flush.every, "1000ms");
  assertEquals(files, ["marketd.yaml"]);
});

Deno.test("no secret is printed", async () => {
  for (const format of ["yaml", "json"] as const) {
    const text = await printed(format);
    for (const secret of ["0123456789", "swordfish", "AKAKAK", "topsecret"]) {
      assert(!text.includes(secret), secret);
    }
  }
});

Deno.test("config print says where changes through the API cannot be shown", async () => {
  await inFolder({ "x.db": "this is a shopping list, not a database".repeat(100) }, async (at) => {
    const broken = listening({ flags: { store: `sqlite:${at}/x.db` } });
    assertEquals(await configPrint(broken, { format: "yaml" }), 0);
    assertMatch(
      broken.said.stderr,
      /^note: What was changed through the API is not shown\. Cannot /m,
    );
    const fresh = listening({ flags: { store: `sqlite:${at}/none.db` } });
    assertEquals(await configPrint(fresh, { format: "yaml" }), 0);
    assertEquals(fresh.said.stderr.includes("not shown"), false);
    assertEquals(await Array.fromAsync(Deno.readDir(at), ({ name }) => name), ["x.db"]);
  });
});

Deno.test("what was said of exchanges through the API is printed in place of what is configured", async () => {
  await inFolder({}, async (folder) => {
    const url = `sqlite:${folder}/x.db`;
    const store = await openStore(url, { mode: "write" });
    const one = { provider: "demo", priority: 3, primary: true, active: true };
    await store.changeExchange({ market: "FX", spec: { providers: [one] }, changedAt: 1 });
    await store.changeExchange({ market: "LSE", spec: null, changedAt: 2 });
    await store.close();
    const yaml = "exchanges:\n" +
      "  LSE: { providers: [{ provider: demo }] }\n  fx: { providers: [{ provider: demo }] }\n" +
      "  XETR: { providers: [{ provider: demo }] }\n";
    const deps = listening({ yaml, flags: { store: url } });
    assertEquals(await configPrint(deps, { format: "yaml" }), 0);
    const shown = deps.said.stdout;
    assertMatch(shown, /# removed through the API: LSE\nexchanges:\n {2}XETR:/);
    assertMatch(
      shown,
      / {2}FX:\n {4}providers:\n {6}- provider: demo # api\n {8}priority: 3 # api/,
    );
    assert(!/^ {2}(LSE|fx):/m.test(shown), shown);
    const { settings } = await load({ yaml: shown });
    assertEquals(Object.keys(settings.exchanges), ["XETR", "FX"]);
  });
});

Deno.test("what was said of strategies through the API is printed in place of what is configured", async () => {
  await inFolder({}, async (folder) => {
    const url = `sqlite:${folder}/x.db`;
    const store = await openStore(url, { mode: "write" });
    const said = { strategy: "ema-cross", changedBy: "api" };
    const off = { enabled: false, parameters: { fast: 7 } };
    await store.changeStrategy({ ...said, symbol: "AAPL", spec: {}, changedAt: 1 });
    await store.changeStrategy({ ...said, symbol: "AAPL", spec: off, changedAt: 2 });
    await store.changeStrategy({ ...said, symbol: "MSFT", spec: null, changedAt: 3 });
    const other = { ...said, strategy: "rsi-reversal", symbol: "*" };
    await store.changeStrategy({ ...other, spec: { interval: "1m" }, changedAt: 4 });
    await store.close();
    const yaml = "strategies:\n  ema-cross: { msft: {}, NVDA: { interval: 1m }, AAPL: {} }\n";
    const deps = listening({ yaml, flags: { store: url } });
    assertEquals(await configPrint(deps, { format: "yaml" }), 0);
    const shown = deps.said.stdout;
    assertMatch(shown, /# removed through the API: ema-cross on MSFT\nstrategies:/);
    assertMatch(shown, /AAPL:\n {6}enabled: false # api\n {6}parameters:\n {8}fast: 7 # api/);
    assertMatch(shown, /interval: 1m # marketd\.yaml:2/);
    const { settings: { strategies } } = await load({ yaml: shown });
    assertEquals(Object.keys(strategies["ema-cross"]!), ["NVDA", "AAPL"]);
    assertEquals(strategies["ema-cross"]!["AAPL"]!.enabled, false);
    assertEquals(strategies["rsi-reversal"]!["*"]!.interval, "1m");
  });
});
