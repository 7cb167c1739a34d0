import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { loadToken } from "../../../actors/http/token.ts";
import { redact } from "../../../actors/log.ts";
import { settingsSchema } from "../../../actors/settings/schema.ts";

const settings = settingsSchema.parse({});

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "marketd-token-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
}

const modeOf = async (file: string) => (await Deno.stat(file)).mode! & 0o777;
const ignore = Deno.build.os === "windows";

Deno.test({
  name: "a token is made at the first start, for its owner alone, and found again",
  ignore,
  fn: () =>
    inFolder(async (folder) => {
      const database = `${folder}/data/marketd.db`;
      const made = await loadToken(settings, database);
      assertEquals(made.file, `${database}.token`);
      // 32 bytes are 43 letters of base64url.
      assertMatch(made.token, /^[A-Za-z0-9_-]{43}$/);
      assertEquals(await modeOf(made.file!), 0o600);
      assertEquals(await Deno.readTextFile(made.file!), `${made.token}\n`);
      assertEquals(await loadToken(settings, database), made);
      assertEquals(await namesIn(`${folder}/data`), ["marketd.db.token"]);
      const other = await loadToken(settings, `${folder}/other.db`);
      assert(other.token !== made.token);
    }),
});

Deno.test("the configured token is used, and no file is made", () =>
  inFolder(async (folder) => {
    const token = "configured-token-0123456789";
    const said = settingsSchema.parse({ server: { token } });
    assertEquals(await loadToken(said, `${folder}/marketd.db`), { token, file: null });
    assertEquals(await namesIn(folder), []);
    assertEquals(redact(`it is ${token}.`), "it is ****.");
  }));

Deno.test("no log line can show the token", () =>
  inFolder(async (folder) => {
    const { token } = await loadToken(settings, `${folder}/marketd.db`);
    assertEquals(redact(`Bearer ${token}`), "Bearer ****");
  }));

Deno.test({
  name: "a token's file that others may read is closed to them",
  ignore,
  fn: () =>
    inFolder(async (folder) => {
      const file = `${folder}/marketd.db.token`;
      await Deno.writeTextFile(file, "written-by-hand-0123456789\n", { mode: 0o644 });
      const { token } = await loadToken(settings, `${folder}/marketd.db`);
      assertEquals(token, "written-by-hand-0123456789");
      assertEquals(await modeOf(file), 0o600);
    }),
});

Deno.test("a token's file that holds none is refused, without its content", () =>
  inFolder(async (folder) => {
    for (const content of ["", "short", "two words that are long enough"]) {
      await Deno.writeTextFile(`${folder}/marketd.db.token`, content);
      await assertRejects(() => loadToken(settings, `${folder}/marketd.db`), (error) => {
        const { code, message, terminal } = error as Error & { code: string; terminal: boolean };
        assertEquals([code, terminal], ["token-file", true]);
        assertMatch(message, /marketd\.db\.token: it must be one word of at least 16 characters/);
        assert(content === "" || !message.includes(content));
        return true;
      });
    }
  }));

Deno.test("a folder that cannot be written is told with what to do", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    await assertRejects(() => loadToken(settings, `${folder}/file/marketd.db`), (error) => {
      const { code, message } = error as Error & { code: string };
      assertEquals(code, "token-file");
      assertMatch(message, /^Cannot keep the token in .*set server\.token\.$/);
      return true;
    });
  }));
