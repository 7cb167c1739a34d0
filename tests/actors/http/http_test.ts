import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { AnyActorRef } from "xstate";
import { DrivenClock } from "../../../actors/clock.ts";
import { startTree, type Tree } from "../../../actors/root.ts";
import { openStore } from "../../../db/open.ts";
import { MarketdError } from "../../../domain/errors.ts";
import { at, Feed } from "./feed.ts";
import { settingsOf, TOKEN, until } from "./place.ts";

/** Starts a tree that listens, lets a test work with it, and takes it down. */
async function listening(
  work: (tree: Tree, urls: string[]) => Promise<void>,
  server: Record<string, unknown> = { port: 0 },
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "marketd-http-" });
  const settings = settingsOf(folder, { server });
  const store = await openStore(settings.store.url, { mode: "write" });
  const urls: string[] = [];
  const tree = startTree({
    settings,
    store,
    clock: new DrivenClock(at("13:30:00")),
    providers: new Map([["feed", new Feed()]]),
    epoch: "000000001",
    http: { token: TOKEN, version: "1.2.3", listening: (url) => urls.push(url) },
  });
  try {
    await work(tree, urls);
  } finally {
    tree.drain();
    await tree.done.catch(() => {});
    await store.close();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("it is ready when it listens, and says where", async () => {
  await listening(async (tree, urls) => {
    await tree.up;
    assertEquals(urls.length, 1);
    assertMatch(urls[0]!, /^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
    const response = await fetch(`${urls[0]}/livez`);
    assertEquals([response.status, await response.text()], [200, "ok\n"]);
    // This process is on the machine itself, and so needs no token to read.
    const status = await fetch(`${urls[0]}/api/v1/status`);
    assertEquals((await status.json()).state, "running");
  });
});

Deno.test("over a socket, another host's name and a missing token are refused", async () => {
  await listening(async (tree, urls) => {
    await tree.up;
    const { port } = new URL(urls[0]!);
    const ask = async (method: string, host: string) => {
      using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
      const head = `${method} /api/v1/instruments/AAPL HTTP/1.1\r\nhost: ${host}\r\n`;
      await connection.write(new TextEncoder().encode(`${head}connection: close\r\n\r\n`));
      const answer = await new Response(connection.readable).text();
      return [Number(answer.split(" ")[1]), /"code":"([^"]+)"/.exec(answer)?.[1]];
    };
    assertEquals(await ask("GET", "evil.example"), [421, "unknown-host"]);
    assertEquals(await ask("GET", `localhost:${port}`), [200, undefined]);
    assertEquals(await ask("DELETE", "127.0.0.1"), [401, "no-token"]);
    const large = await fetch(`${urls[0]}/api/v1/instruments`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      body: `{"symbol":"${"x".repeat(70_000)}"}`,
    });
    assertEquals([large.status, (await large.json()).code], [413, "too-large"]);
  });
});

Deno.test("over a socket, HEAD has the headers of GET", async () => {
  await listening(async (tree, urls) => {
    await tree.up;
    // What differs from one answer to the next.
    const own = ["date"];
    for (const path of ["/livez", "/api/v1/routes", "/nowhere", "/", "/api/v1/stream"]) {
      const abort = new AbortController();
      const head = await fetch(urls[0] + path, { method: "HEAD" });
      const full = await fetch(urls[0] + path, { signal: abort.signal });
      const headersOf = ({ headers }: Response) =>
        Object.fromEntries([...headers].filter(([name]) => !own.includes(name)));
      const { "transfer-encoding": _, ...expected } = headersOf(full);
      assertEquals([path, head.status, headersOf(head)], [path, full.status, expected]);
      assertEquals(await head.text(), "");
      if (path.endsWith("/stream")) {
        abort.abort();
        assertEquals(head.headers.get("content-length"), null);
      } else {
        const { byteLength } = await full.arrayBuffer();
        assertEquals(byteLength, Number(head.headers.get("content-length")));
      }
    }
  });
});

Deno.test("a body that never arrives is given up, and one that is too large is not waited for", async () => {
  await listening(async (tree, urls) => {
    await tree.up;
    const { port } = new URL(urls[0]!);
    const ask = async (headers: string, body: string) => {
      using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
      const head = "POST /api/v1/instruments HTTP/1.1\r\nhost: localhost\r\n" +
        `authorization: Bearer ${TOKEN}\r\ncontent-type: application/json\r\n${headers}\r\n\r\n`;
      await connection.write(new TextEncoder().encode(head + body));
      let answer = "";
      for await (const text of connection.readable.pipeThrough(new TextDecoderStream())) {
        answer += text;
        if (answer.endsWith("}\n")) break;
      }
      assertMatch(answer, /^connection: close\r$/im);
      return [Number(answer.split(" ")[1]), /"code":"([^"]+)"/.exec(answer)?.[1]];
    };
    const asked = [
      ask("content-length: 20", '{"symbol"'),
      ask("transfer-encoding: chunked", "1\r\n{\r\n"),
      ask("content-length: 99999999", "{"),
    ];
    assertEquals(await Promise.all(asked), [
      [408, "too-slow"],
      [408, "too-slow"],
      [413, "too-large"],
    ]);
  });
});

Deno.test("a port in use ends the start with a sentence, for good", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  await listening(async (tree, urls) => {
    await assertRejects(() => tree.up, (error) => {
      assert(error instanceof MarketdError && error.terminal);
      assertEquals(error.code, "cannot-listen");
      assertEquals(
        error.message,
        `Cannot listen on 127.0.0.1:${port}: the port is in use. ` +
          "Stop what uses it, or choose another with --port.",
      );
      return true;
    });
    assertEquals(urls, []);
  }, { port });
});

Deno.test("an address that is none of this machine's ends the start with a sentence", async () => {
  const refusal = async (host: string) => {
    let message = "";
    await listening(async (tree) => {
      await assertRejects(() => tree.up, (error) => {
        message = (error as Error).message;
        return error instanceof MarketdError && error.terminal;
      });
    }, { host, port: 0 });
    return message;
  };
  assertMatch(await refusal("192.0.2.1"), /^Cannot listen on 192\.0\.2\.1:0: .*--host\.$/);
  assertMatch(await refusal("no-such-host.invalid"), /the name is unknown\. .*--host\.$/);
});

Deno.test("after a failure it listens again, on the same port", async () => {
  const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr;
  free.close();
  await listening(async (tree, urls) => {
    await tree.up;
    const http = tree.root.system.get("http") as AnyActorRef;
    http.send({ type: "service.fault", error: new Error("it broke") });
    await until(() => urls.length === 2);
    assertEquals(urls[1], urls[0]);
    const response = await fetch(`${urls[1]}/livez`);
    assertEquals(await response.text(), "ok\n");
  }, { port });
});

Deno.test("a drain ends the streams, finishes what is under way, and closes the port", async () => {
  await listening(async (tree, urls) => {
    await tree.up;
    const response = await fetch(`${urls[0]}/api/v1/stream`);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    assertMatch((await reader.read()).value!, /^retry: /);
    tree.drain();
    while (!(await reader.read()).done);
    await tree.done;
    await assertRejects(() => fetch(`${urls[0]}/livez`));
  });
});
