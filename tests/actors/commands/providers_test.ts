import { assertEquals, assertMatch } from "@std/assert";
import { providersList } from "../../../actors/commands/providers.ts";
import { inFolder, listening } from "./run.ts";

const TOKEN = "a-token-that-was-made-0123456789";

/** Stands where a daemon listens that lets nobody read without its token. */
async function guarded(work: (port: number) => Promise<void>): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const isLetIn = request.headers.get("authorization") === `Bearer ${TOKEN}`;
    const data = [{ id: "demo", state: "live" }];
    return isLetIn ? Response.json({ data }) : Response.json({ code: "no-token" }, { status: 401 });
  });
  try {
    await work(server.addr.port);
  } finally {
    await server.shutdown();
  }
}

Deno.test("a running daemon's providers are read with the token that it made and keeps in a file", () =>
  inFolder({ "test.db.token": `${TOKEN}\n` }, (folder) =>
    guarded(async (port) => {
      for (const [store, expected] of [["test", "live"], ["other", "configured"]]) {
        const flags = { port: String(port), store: `sqlite:${folder}/${store}.db` };
        const deps = listening({ yaml: "providers: { demo: {} }\n", flags });
        assertEquals(await providersList(deps), 0);
        assertMatch(deps.said.stdout, new RegExp(`^demo +${expected} `, "m"));
      }
      // Looking makes no token.
      const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
      assertEquals(names, ["test.db.token"]);
    })));
