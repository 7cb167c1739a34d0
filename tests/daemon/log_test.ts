/**
 * What the daemon says while it runs: its log, and nothing of what runs it.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { inFolder } from "../actors/commands/run.ts";
import { openStream } from "../sse.ts";
import { Daemon } from "./daemon.ts";

Deno.test("as JSON, every line that a session makes is an object", () =>
  inFolder({}, async (folder) => {
    const daemon = await Daemon.start({ folder, args: ["--log-format", "json"] });
    const token = (await Deno.readTextFile(`${folder}/data/demo.db.token`)).trim();
    const ask = async (method: string, path: string, body?: BodyInit) => {
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const response = await fetch(daemon.url + path, { method, headers, body: body ?? null });
      await response.body?.cancel();
      return response.status;
    };
    try {
      const list = "/api/v1/instruments";
      assertEquals(await ask("DELETE", `${list}/MSFT`), 204);
      assertEquals(await ask("DELETE", `${list}?symbol=AAPL`), 204);
      assertEquals(await ask("POST", list, `{"symbol":`), 400);
      assertEquals(await ask("POST", list, new Blob([`{"symbol":"TSLA"}`]).stream()), 201);
      assertEquals(await ask("POST", list, new Blob(["x".repeat(70_000)]).stream()), 413);
      assertEquals(await ask("GET", "/api/v1/candles?symbol=NOPE"), 404);
      assertEquals(await ask("HEAD", "/api/v1/stream"), 200);
      for (let times = 0; times < 3; times++) {
        const stream = await openStream(`${daemon.url}/api/v1/stream?symbols=*`);
        await stream.next();
        await stream.close();
      }
    } finally {
      assertEquals(await daemon.stop(), 0);
    }
    const lines = (daemon.stdout + daemon.stderr).trimEnd().split("\n");
    assert(lines.length > 5);
    for (const line of lines) {
      assertEquals(typeof parsed(line)?.["message"], "string", `no JSON: ${line}`);
    }
  }));

Deno.test("it says once that the demo's market is made up, and leaves out what says nothing", () =>
  inFolder({}, async (folder) => {
    const daemon = await Daemon.start({ folder });
    assertEquals(await daemon.stop(), 0);
    assertEquals(daemon.stderr.match(/made up/g)?.length, 1, daemon.stderr);
    assertMatch(daemon.stderr, /demo is live/);
    assert(!/=(""|\[\]|\s|$)/m.test(daemon.stderr), daemon.stderr);
  }));

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
