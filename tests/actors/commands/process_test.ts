import { assert, assertEquals, assertMatch } from "@std/assert";
import about from "../../../deno.json" with { type: "json" };
import { openStore } from "../../../db/open.ts";
import { type Ended, inFolder, marketd } from "./run.ts";

/** Whether a process ended in words: nothing that looks like a stack trace. */
function inWords({ stdout, stderr }: Ended): boolean {
  return !/^\s+at /m.test(stdout + stderr) && !/file:\/\/|\.ts:\d/.test(stdout + stderr);
}

Deno.test("version tells marketd's own and what it runs on", async () => {
  await inFolder({}, async (folder) => {
    const { code, stdout, stderr } = await marketd(folder, ["version"]);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(
      stdout.replace(/SQLite 3\.\d+\.\d+/, "SQLite 3"),
      `marketd ${about.version} (Deno ${Deno.version.deno}, V8 ${Deno.version.v8}, SQLite 3)\n`,
    );
  });
});

Deno.test("help is for standard output, and what is wrong for standard error", async () => {
  await inFolder({}, async (folder) => {
    const help = await marketd(folder, ["--help"]);
    assertEquals([help.code, help.stderr], [0, ""]);
    assertMatch(help.stdout, /^Usage: marketd/);
    const wrong = await marketd(folder, ["chek"]);
    assertEquals([wrong.code, wrong.stdout], [1, ""]);
    assertMatch(wrong.stderr, /^marketd: unknown command "chek"; did you mean `check`\?\n/);
  });
});

Deno.test("a wrong configuration ends every command that needs it with 1 and all problems", async () => {
  const files = { "marketd.yaml": "server: { prot: 1 }\nproviders: { dmeo: {} }\n" };
  await inFolder(files, async (folder) => {
    for (const args of [["run"], ["check"], ["config", "print"], ["migrate"], ["healthcheck"]]) {
      const ended = await marketd(folder, args);
      assertEquals([ended.code, ended.stdout], [1, ""], args.join(" "));
      assertEquals(
        ended.stderr,
        "marketd: the configuration has 2 problems:\n" +
          "  marketd.yaml:1:11: server.prot is not a known key; did you mean `port`?\n" +
          "  marketd.yaml:2:14: providers.dmeo is not a provider of this marketd; " +
          "did you mean `demo`?\n",
      );
    }
    const left = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    assertEquals(left, ["marketd.yaml"]);
  });
});

Deno.test("refuses to listen beyond loopback without a token", async () => {
  await inFolder({}, async (folder) => {
    const ended = await marketd(folder, ["--host", "0.0.0.0"]);
    assertEquals([ended.code, ended.stdout], [1, ""]);
    assertMatch(ended.stderr, /flag --host: server\.host refuses to listen on 0\.0\.0\.0 without/);
    assert(inWords(ended));
  });
});

Deno.test("the environment, a file beside it and a flag reach the configuration", async () => {
  const files = { "token": "0123456789abcdefghij\n", "m.yaml": "log: { format: json }\n" };
  await inFolder(files, async (folder) => {
    const ended = await marketd(
      folder,
      ["config", "print", "--config", "m.yaml", "--format", "json", "--port", "81"],
      { MARKETD_TOKEN_FILE: `${folder}/token`, MARKETD_STORE_FLUSH_ROWS: "9" },
    );
    assertEquals([ended.code, ended.stderr], [0, ""]);
    const { settings, origins } = JSON.parse(ended.stdout);
    assertEquals(
      [settings.server.port, settings.server.token, settings.store.flush.rows, settings.log.format],
      [81, "****ghij", 9, "json"],
    );
    assertEquals(origins["server.token"], "environment MARKETD_TOKEN_FILE");
    assertEquals(origins["log.format"], "m.yaml:1");
  });
});

Deno.test("migrate makes the store's schema, once, and leaves a locked store alone", async () => {
  await inFolder({}, async (folder) => {
    const args = ["migrate", "--store", "sqlite:data/x.db"];
    const first = await marketd(folder, args);
    assertEquals([first.code, first.stderr], [0, ""]);
    assertMatch(first.stdout, /^sqlite:data\/x\.db went from schema 0 to \d+: .*\.sql\n$/);
    const again = await marketd(folder, args);
    assertEquals(again.code, 0);
    assertMatch(again.stdout, /^sqlite:data\/x\.db is up to date/);

    const store = await openStore(`sqlite:${folder}/data/x.db`, { mode: "write" });
    try {
      const locked = await marketd(folder, args);
      assertEquals([locked.code, locked.stdout], [1, ""]);
      assertMatch(locked.stderr, /^marketd: [^\n]+\n$/);
      assert(inWords(locked));
    } finally {
      await store.close();
    }
  });
});

Deno.test("a store that no marketd knows is refused in words, without its password", async () => {
  await inFolder({}, async (folder) => {
    const ended = await marketd(folder, ["migrate"], { DATABASE_URL: "odd://me:swordfish@h/db" });
    assertEquals([ended.code, ended.stdout], [1, ""]);
    assertMatch(
      ended.stderr,
      /^marketd: [^\n]+:\n {2}environment DATABASE_URL: store\.url [^\n]+\n$/,
    );
    assert(!ended.stderr.includes("swordfish"));
    assert(inWords(ended));
  });
});

Deno.test("a stack trace is shown only to whoever debugs", async () => {
  await inFolder({ "marketd.yaml": "a: 1\n" }, async (folder) => {
    assert(inWords(await marketd(folder, ["check"])));
    const debugged = await marketd(folder, ["check", "--log-level", "debug"]);
    assertEquals(debugged.code, 1);
    assertMatch(debugged.stderr, /^marketd: the configuration has a problem:\n/);
    assertMatch(debugged.stderr, /^ {4}at /m);
  });
});
