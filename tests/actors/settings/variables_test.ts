import { assertEquals, assertMatch } from "@std/assert";
import { settingsSchema } from "../../../actors/settings/schema.ts";
import { leavesOf } from "../../../actors/settings/shape.ts";
import { variableOf } from "../../../actors/settings/variables.ts";
import { load, ownCatalog, problemsIn, venueCatalog } from "./world.ts";

const TOKEN = "0123456789abcdef";

Deno.test("a setting's variable is its path in capitals", () => {
  assertEquals(variableOf(["server", "port"]), "MARKETD_SERVER_PORT");
  assertEquals(variableOf(["store", "flush", "rows"]), "MARKETD_STORE_FLUSH_ROWS");
  assertEquals(
    variableOf(["providers", "alpaca", "keyId"]),
    "MARKETD_PROVIDERS_ALPACA_KEY_ID",
  );
});

Deno.test("no two settings share a variable", () => {
  const names = leavesOf(settingsSchema).map(({ path }) => variableOf(path));
  assertEquals(new Set(names).size, names.length);
});

Deno.test("the environment sets numbers, texts, spans, choices and lists", async () => {
  const { settings } = await load({
    env: {
      MARKETD_SERVER_HOSTS: "a.example, b.example",
      MARKETD_STORE_URL: "sqlite:x.db",
      MARKETD_STORE_FLUSH_ROWS: "17",
      MARKETD_STORE_FLUSH_EVERY: "1s",
      MARKETD_STORE_RETENTION_TICKS: "forever",
      MARKETD_STORE_RETENTION_GAPS: "2d",
      MARKETD_CANDLES_INTERVALS: "1m,1h",
      MARKETD_LOG_FORMAT: "json",
      MARKETD_PROVIDERS_DEMO_RATE: "3.5",
      MARKETD_PROVIDERS_DEMO_SYMBOLS: "A,B",
    },
  });
  assertEquals(settings.server.hosts, ["a.example", "b.example"]);
  assertEquals(settings.store.url, "sqlite:x.db");
  assertEquals(settings.store.flush, { rows: 17, every: 1_000_000 });
  const day = 86_400_000_000;
  assertEquals([settings.store.retention.ticks, settings.store.retention.gaps], [null, 2 * day]);
  assertEquals(settings.candles.intervals, ["1m", "1h"]);
  assertEquals(settings.log.format, "json");
  assertEquals(settings.providers, { demo: { rate: 3.5, seed: 1, symbols: ["A", "B"] } });
});

Deno.test("the short names work, and contradict the long ones nowhere", async () => {
  const short = { MARKETD_HOST: "::1", MARKETD_PORT: "81", MARKETD_TOKEN: TOKEN };
  const { settings, origins } = await load({ env: short });
  const { host, port, token } = settings.server;
  assertEquals([host, port, token], ["::1", 81, TOKEN]);
  assertEquals(origins["server.port"], "environment MARKETD_PORT");
  assertEquals(await problemsIn({ env: { ...short, MARKETD_SERVER_PORT: "81" } }), []);
  assertEquals(await problemsIn({ env: { ...short, MARKETD_SERVER_PORT: "82" } }), [
    "environment MARKETD_PORT: server.port is set by MARKETD_SERVER_PORT too, to something else; " +
    "keep one of the two",
  ]);
});

Deno.test("a variable may be read from a file, and an empty one is none", async () => {
  const world = { files: { "/run/token": `${TOKEN}\r\n` }, yaml: "server: { port: 5 }\n" };
  const { settings, origins } = await load({
    ...world,
    env: { MARKETD_TOKEN: "", MARKETD_TOKEN_FILE: "/run/token", MARKETD_PORT: "" },
  });
  assertEquals([settings.server.token, settings.server.port], [TOKEN, 5]);
  assertEquals(origins["server.token"], "environment MARKETD_TOKEN_FILE");
});

Deno.test("DATABASE_URL is the store's URL where marketd's own name is not set", async () => {
  const env = { DATABASE_URL: "sqlite:a.db" };
  assertEquals((await load({ env })).settings.store.url, "sqlite:a.db");
  const both = await load({ env: { ...env, MARKETD_STORE_URL: "sqlite:b.db" } });
  assertEquals(both.settings.store.url, "sqlite:b.db");
});

Deno.test("an unknown variable is a problem; one that a file refers to is its own affair", async () => {
  assertEquals(await problemsIn({ env: { MARKETD_SERVER_PROT: "1" } }), [
    "environment MARKETD_SERVER_PROT: is not a variable that marketd knows; " +
    "did you mean MARKETD_SERVER_PORT?",
  ]);
  const yaml = "server: { token: ${MARKETD_MY_OWN} }\n";
  assertEquals(await problemsIn({ yaml, env: { MARKETD_MY_OWN: TOKEN } }), []);
  assertEquals(await problemsIn({ env: { MARKETD_RECORDINGS: "/recordings", PATH: "x" } }), []);
  const wrong = await problemsIn({ env: { MARKETD_PROVIDERS_DEMO_RTAE: "1" } });
  assertMatch(wrong.join(), /did you mean MARKETD_PROVIDERS_DEMO_RATE\?$/);
});

Deno.test("lists of symbols add instruments, each once", async () => {
  const { settings, origins } = await load({
    yaml: "instruments: [AAPL, { symbol: VOD.L, level: 2 }]\n",
    env: { US_SYMBOLS: "aapl, msft,MSFT", LSE_SYMBOLS: "VOD,bp.l", INDEX_SYMBOLS: "FTSE,^GSPC" },
  });
  assertEquals(settings.instruments, [
    { symbol: "AAPL" },
    { symbol: "VOD.L", level: 2 },
    { symbol: "MSFT" },
    { symbol: "BP.L", market: "LSE" },
    { symbol: "^FTSE" },
    { symbol: "^GSPC" },
  ]);
  assertEquals(origins["instruments[2].symbol"], "environment US_SYMBOLS");
});

Deno.test("a bad symbol in a list is told with the variable's name", async () => {
  const problems = await problemsIn({ env: { US_SYMBOLS: "A B" } });
  assertEquals(problems, [
    "environment US_SYMBOLS: instruments[0].symbol must be a symbol such as AAPL, VOD.L, ^FTSE " +
    'or EURUSD (was "A B")',
  ]);
});

Deno.test("a venue's names are noted and passed over while marketd has no such provider", async () => {
  const { settings, notes } = await load({
    catalog: { ids: ["demo"], load: ownCatalog.load },
    env: { APCA_API_KEY_ID: "k", APCA_API_SECRET_KEY: "s", ALPACA_MARKETS: "NYSE", IG_DEMO: "1" },
  });
  assertEquals(Object.keys(settings.providers), ["demo"]);
  assertEquals(notes, [
    "This marketd has no provider alpaca: APCA_API_KEY_ID, APCA_API_SECRET_KEY not used.",
    "This marketd has no provider ig: IG_DEMO not used.",
    "This marketd has no provider alpaca: ALPACA_MARKETS not used.",
  ]);
});

Deno.test("a venue's credentials alone configure it", async () => {
  const { settings, origins, notes, secrets } = await load({
    catalog: venueCatalog,
    env: {
      APCA_API_KEY_ID: "12345678",
      APCA_API_SECRET_KEY_FILE: "/s",
      ALPACA_DATA_URL: "http://127.0.0.1:1",
      ALPACA_MARKETS: "NASDAQ,NYSE",
      MARKETD_PROVIDERS_ALPACA_RETRIES: "9",
      IG_DEMO: "true",
    },
    files: { "/s": "abcdefghij\n" },
  });
  assertEquals(settings.providers, {
    alpaca: {
      keyId: "12345678",
      secret: "abcdefghij",
      environment: "paper",
      retries: 9,
      endpoints: { data: "http://127.0.0.1:1" },
    },
  });
  assertEquals(origins["providers.alpaca.secret"], "environment APCA_API_SECRET_KEY_FILE");
  assertEquals(settings.routes, [
    { market: "NASDAQ", providers: ["alpaca"] },
    { market: "NYSE", providers: ["alpaca"] },
  ]);
  assertEquals(settings.store.url, "sqlite:data/marketd.db");
  assertEquals(notes, ["The provider ig is not configured: IG_DEMO not used."]);
  assertEquals(secrets.toSorted(), ["12345678", "abcdefghij"]);
});

Deno.test("IG_DEMO chooses the environment", async () => {
  const env = { IG_API_KEY: "k", IG_USERNAME: "u", IG_PASSWORD: "p" };
  const environmentOf = async (IG_DEMO: string) => {
    const { settings } = await load({ catalog: venueCatalog, env: { ...env, IG_DEMO } });
    return (settings.providers["ig"] as { environment: string }).environment;
  };
  assertEquals(await environmentOf("true"), "demo");
  assertEquals(await environmentOf("0"), "live");
  assertMatch(
    (await problemsIn({ catalog: venueCatalog, env: { ...env, IG_DEMO: "maybe" } })).join(),
    /^environment IG_DEMO: providers\.ig\.environment must be demo or live \(was "maybe"\)/,
  );
});

Deno.test("half of a venue's credentials is told by what is missing", async () => {
  assertEquals(await problemsIn({ catalog: venueCatalog, env: { APCA_API_KEY_ID: "12345678" } }), [
    "environment APCA_API_KEY_ID: providers.alpaca.secret is missing",
  ]);
});
