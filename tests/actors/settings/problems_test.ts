import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ConfigError, nearest } from "../../../actors/settings/problems.ts";
import { load, problemsIn, venueCatalog } from "./world.ts";

Deno.test("every problem is told at once, each with its place", async () => {
  const problems = await problemsIn({
    yaml: [
      "server: { prot: 80, port: 99999 }", // 1
      "store:", // 2
      "  flush: { rows: many }", // 3
      "providers:", // 4
      "  demo: { rate: 0, sede: 3 }", // 5
      "instruments:", // 6
      "  - AAPL", // 7
      "  - { symbol: aapl, market: NASDQ }", // 8
      "  - { level: 3 }", // 9
      "routes:", // 10
      "  - { match: '*', providers: [dmeo] }", // 11
      "candles: { intervals: [7m], grace: 2 }", // 12
      "log: { level: warn }", // 13
      "token: ${NOWHERE}", // 14
    ].join("\n"),
    env: { MARKETD_PROT: "1", MARKETD_LOG_FORMAT: "jsn" },
    flags: { port: "http" },
  });
  const expected = [
    /^marketd\.yaml:1:11: server\.prot is not a known key; did you mean `port`\?$/,
    // Told though a flag says another.
    /^marketd\.yaml:1:27: server\.port must be at most 65535 \(was 99999\)$/,
    /^marketd\.yaml:3:18: store\.flush\.rows must be a number \(was "many"\)$/,
    /^marketd\.yaml:5:17: providers\.demo\.rate must be at least 1 \(was 0\)$/,
    /^marketd\.yaml:5:20: providers\.demo\.sede is not a known key; did you mean `seed`\?$/,
    /^marketd\.yaml:8:15: instruments\[1\]\.symbol repeats AAPL, .* marketd\.yaml:7:5$/,
    /^marketd\.yaml:8:29: instruments\[1\]\.market .*\(was "NASDQ"\); did you mean NASDAQ\?$/,
    /^marketd\.yaml:9:5: instruments\[2\]\.symbol is missing$/,
    /^marketd\.yaml:9:14: instruments\[2\]\.level must be 1 or 2 \(was 3\)$/,
    /^marketd\.yaml:11:31: routes\[0\]\.providers\[0\] .*\(was "dmeo"\); did you mean `demo`\?$/,
    /^marketd\.yaml:12:24: candles\.intervals\[0\] must be whole minutes .*\(was "7m"\)$/,
    /^marketd\.yaml:12:36: candles\.grace must be a span such as .*\(was 2\)$/,
    /^marketd\.yaml:13:15: log\.level must be .*\(was "warn"\); did you mean `warning`\?$/,
    /^marketd\.yaml:14:1: token is not a known key; did you mean `server\.token`\?$/,
    /^marketd\.yaml:14:8: token needs the environment variable NOWHERE, which is not set; /,
  ];
  expected.forEach((line, index) => assertMatch(problems[index] ?? "nothing", line));
  assertEquals(problems.slice(expected.length).sort(), [
    'environment MARKETD_LOG_FORMAT: log.format must be text or json (was "jsn"); ' +
    "did you mean `json`?",
    "environment MARKETD_PROT: is not a variable that marketd knows; did you mean MARKETD_PORT?",
    'flag --port: server.port must be a number (was "http")',
  ]);
});

Deno.test("a configuration error is terminal and counts its problems", async () => {
  await assertRejects(load({ yaml: "a: 1\nb: 2\n" }), (error: unknown) => {
    assert(error instanceof ConfigError);
    assertEquals([error.code, error.terminal], ["config", true]);
    assertEquals(error.message, "the configuration has 2 problems");
    assertEquals(error.problems.map(({ path, origin }) => [path, origin]), [
      ["a", "marketd.yaml:1:1"],
      ["b", "marketd.yaml:2:1"],
    ]);
    return true;
  });
});

Deno.test("what is not YAML is told with its line, beside what was wrong before it", async () => {
  const problems = await problemsIn({ yaml: "servr: {}\nstore:\n\turl: x\nlgo: {}\n" });
  assertEquals(problems.length, 2);
  assertMatch(problems[0]!, /^marketd\.yaml:1:1: servr is not a known key/);
  assertMatch(problems[1]!, /^marketd\.yaml:3:\d+: not readable as YAML: Tabs/);
});

Deno.test("a key that stands twice in a map is a problem", async () => {
  assertEquals(await problemsIn({ yaml: "log: {}\nlog: {}\n" }), [
    "marketd.yaml:2:1: this key stands twice in its map",
  ]);
});

Deno.test("a file that is no map is a problem", async () => {
  const problems = await problemsIn({ yaml: "- AAPL\n" });
  assertMatch(problems.join(), /^marketd\.yaml:1:1: must be a map of settings/);
});

Deno.test("files of the wrong kind of value are told by what they should be", async () => {
  assertEquals(await problemsIn({ yaml: "server: 5\ninstruments: AAPL\nroutes: {}\n" }), [
    "marketd.yaml:1:9: server must be a map (was 5); it has host, port, token, hosts, origins",
    'marketd.yaml:2:14: instruments must be a list (was "AAPL")',
    "marketd.yaml:3:9: routes must be a list (was a map)",
  ]);
});

Deno.test("a symbol that YAML reads as something else is to be put in quotes", async () => {
  assertEquals(await problemsIn({ yaml: "instruments: [TRUE, 700]\n" }), [
    "marketd.yaml:1:15: instruments[0].symbol must be a text (was true); " +
    "put it in quotes to make it a text",
    "marketd.yaml:1:21: instruments[1].symbol must be a text (was 700); " +
    "put it in quotes to make it a text",
  ]);
});

Deno.test("an unknown provider is named with the nearest one", async () => {
  assertEquals(await problemsIn({ yaml: "providers:\n  dmo: { rate: 3 }\n" }), [
    "marketd.yaml:2:3: providers.dmo is not a provider of this marketd; did you mean `demo`?",
  ]);
});

Deno.test("an instrument's mapping for an unknown provider is a problem", async () => {
  const problems = await problemsIn({
    yaml: "instruments:\n  - { symbol: VOD.L, providers: { dem: { epic: X } } }\n",
  });
  assertEquals(problems, [
    "marketd.yaml:2:35: instruments[0].providers.dem is not a provider of this marketd; " +
    "did you mean `demo`?",
  ]);
});

Deno.test("a route's unknown market is a problem", async () => {
  const problems = await problemsIn({ yaml: "routes:\n  - { market: FXX, providers: [demo] }\n" });
  assertMatch(problems.join(), /^marketd\.yaml:2:15: routes\[0\]\.market .*did you mean FX\?$/);
});

Deno.test("a route's name is its own, and may stand in a path", async () => {
  const route = (name: string) => `  - { name: ${name}, providers: [demo] }\n`;
  const twice = await problemsIn({ yaml: `routes:\n${route("us")}${route("us")}` });
  assertMatch(twice.join(), /^marketd\.yaml:3:13: routes\[1\]\.name repeats us, .*marketd\.yaml:2/);
  for (const name of ["default", "a/b", "''", "-x"]) {
    const problems = await problemsIn({ yaml: `routes:\n${route(name)}` });
    assertMatch(problems.join(), /routes\[0\]\.name must be a name of letters, digits/, name);
  }
});

Deno.test("made-up data and real data never meet in one configuration", async () => {
  const both = "providers:\n  demo: {}\n  alpaca: { keyId: AKEY, secret: 0123456789 }\n";
  const problems = await problemsIn({ yaml: both, catalog: venueCatalog });
  assertEquals(problems.filter((line) => line.includes("providers.demo")).length, 1);
  assertMatch(problems.join("\n"), /marketd\.yaml:2:3: providers\.demo makes its data up/);
  const real = await load({
    yaml: 'providers:\n  alpaca: { keyId: AKEY, secret: "0123456789" }\n',
    catalog: venueCatalog,
  });
  assertEquals(real.settings.store.url, "sqlite:data/marketd.db");
});

Deno.test("made-up data in a store that was named is worth a note", async () => {
  const { settings, notes } = await load({ env: { DATABASE_URL: "sqlite:mine.db" } });
  assertEquals(settings.store.url, "sqlite:mine.db");
  assertMatch(notes.join(), /made up/);
});

Deno.test("listening beyond loopback needs a token", async () => {
  for (const host of ["0.0.0.0", "::", "192.168.1.4", "box.example.org", "127.evil.example"]) {
    const problems = await problemsIn({ flags: { host } });
    assertEquals(problems.length, 1, host);
    assert(
      problems[0]!.startsWith(
        `flag --host: server.host refuses to listen on ${host} without a token`,
      ),
    );
  }
  for (const host of ["127.0.0.1", "127.0.0.53", "localhost", "::1", "[::1]"]) {
    assertEquals(await problemsIn({ flags: { host } }), []);
  }
  const env = { MARKETD_TOKEN: "0123456789abcdef" };
  assertEquals(await problemsIn({ flags: { host: "0.0.0.0" }, env }), []);
});

Deno.test("a token that could not be had is told once, not as one that is missing", async () => {
  const yaml = "server: { host: 0.0.0.0, token: ${TOKEN} }\n";
  const problems = await problemsIn({ yaml });
  assertEquals(problems.length, 1);
  assertMatch(problems[0]!, /^marketd\.yaml:1:33: server\.token needs .* TOKEN, which is not set/);
});

Deno.test("files that cannot be read are problems", async () => {
  const files = { "marketd.local.yaml": null, "secret": null };
  const env = { MARKETD_TOKEN_FILE: "secret", DATABASE_URL_FILE: "nowhere" };
  const problems = await problemsIn({ files, env, flags: { config: "none.yaml" } });
  assertEquals(problems.toSorted(), [
    'environment DATABASE_URL_FILE: cannot be read from "nowhere": there is no such file',
    'environment MARKETD_TOKEN_FILE: cannot be read from "secret": permission denied',
    'flag --config: cannot read "none.yaml": there is no such file',
    "marketd.local.yaml: cannot be read: permission denied",
  ]);
  assertEquals(await problemsIn({ flags: { tokenFile: "gone" } }), [
    'flag --token-file: server.token cannot be read from "gone": there is no such file',
  ]);
});

Deno.test("no problem shows a secret", async () => {
  const secret = "hunter2hunter";
  const problems = await problemsIn({
    yaml: [
      `server: { token: ${secret} }`,
      "store: { url: [postgres://u:" + secret + "@h/db] }",
      "providers:",
      `  alpaca: { keyId: [${secret}], secret: 7${"7".repeat(11)}, environment: paper }`,
      `  alpca: { secret: ${secret} }`,
      `  ig: { apiKey: *${secret}, username: u, password: !${secret} x }`,
    ].join("\n"),
    env: { MARKETD_LOG_LEVEL: `postgres://u:${secret}@h` },
    catalog: venueCatalog,
  });
  // The token is too short, the URL and the key are lists, the secret is a number, one provider is
  // unknown, the alias and the tag are none, and the level is none: each is told.
  for (const path of ["server.token", "store.url", "alpaca.keyId", "alpaca.secret", "alpca"]) {
    assert(problems.some((line) => line.includes(path)), path);
  }
  assert(problems.some((line) => line.includes("anchor")));
  assert(problems.some((line) => line.includes("unknown tag")));
  assert(problems.some((line) => line.includes("log.level")));
  assertEquals(problems.filter((line) => line.includes(secret) || line.includes("777")), []);
});

Deno.test("the nearest word is found in spite of a slip, and none is where none is near", () => {
  const keys = ["instruments", "server", "store", "keyId", "port"];
  assertEquals(nearest("instrument", keys), "instruments");
  assertEquals(nearest("sevrer", keys), "server");
  assertEquals(nearest("key_id", keys), "keyId");
  assertEquals(nearest("prot", keys), "port");
  assertEquals(nearest("instr", keys), "instruments");
  assertEquals(nearest("candles", keys), undefined);
  assertEquals(nearest("x", keys), undefined);
});

Deno.test("a second document in a file is told as one", async () => {
  assertEquals(await problemsIn({ yaml: "log: {}\n---\nserver: {}\n" }), [
    "marketd.yaml:2:1: begins a second document; keep all settings in one, without `---` between",
  ]);
  assertEquals(await problemsIn({ yaml: "---\nlog: {}\n...\n" }), []);
});

Deno.test("a file without a name is told as one", async () => {
  assertEquals(await problemsIn({ flags: { config: "" } }), [
    "flag --config: names no file; leave it out to read marketd.yaml",
  ]);
  assertEquals(await problemsIn({ flags: { tokenFile: "" } }), [
    "flag --token-file: server.token names no file",
  ]);
  assertEquals(await problemsIn({ flags: { store: "" } }), [
    'flag --store: store.url must not be empty (was "")',
  ]);
  // An empty variable is one that is not set.
  assertEquals(await problemsIn({ env: { MARKETD_CONFIG: "", MARKETD_TOKEN_FILE: "" } }), []);
  assertEquals(await problemsIn({ env: { MARKETD_CONFIG: "x.yaml" } }), [
    "environment MARKETD_CONFIG: is not a variable that marketd knows; " +
    "name the file by the flag --config",
  ]);
});

Deno.test("what is not YAML is told without what stands there", async () => {
  for (
    const yaml of [
      "a: 1\nhunter2\n",
      "a: [1] hunter2\n",
      "%hunter2\n---\na: 1\n",
      "}hunter2\n",
      "a: |hunter2\n",
    ]
  ) {
    const problems = await problemsIn({ yaml });
    assert(problems.some((line) => line.includes("not readable as YAML")), problems.join());
    assertEquals(problems.filter((line) => line.includes("hunter2")), []);
  }
});

Deno.test("a slip in YAML is told in words that name the slip", async () => {
  const slips: Record<string, RegExp> = {
    "server: port: 1\n": /^marketd\.yaml:1:\d+: .*: two keys stand on one line; /,
    "server:\n  port\n  host: x\n": /^marketd\.yaml:2:3: .*: a key without a colon/,
    "store:\n  url:sqlite:x.db\n": /^marketd\.yaml:2:3: .*; put a space after `url:`$/,
  };
  for (const [yaml, words] of Object.entries(slips)) {
    assertMatch((await problemsIn({ yaml })).join("\n"), words);
  }
});

Deno.test("a recording beside another provider is refused with the command that plays it", async () => {
  assertEquals(
    await problemsIn({ yaml: "providers:\n  replay: { files: [a.csv] }\n  demo: {}\n" }),
    [
      "marketd.yaml:2:3: providers.replay plays on the recording's own clock, and cannot stand beside " +
      "demo, which lives by the wall's; play it with `marketd replay FILE`",
    ],
  );
  assertEquals(await problemsIn({ yaml: "providers:\n  replay: { files: [a.csv] }\n" }), []);
});
