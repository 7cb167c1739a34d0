import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { serverUrl } from "../../../actors/commands/address.ts";
import { healthcheck } from "../../../actors/commands/healthcheck.ts";
import { listening } from "./run.ts";

/** Serves `/readyz` with a status while `work` runs. */
async function serving(status: number, work: (port: number) => Promise<void>): Promise<void> {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) =>
      new Response("{}", { status: new URL(request.url).pathname === "/readyz" ? status : 404 }),
  );
  try {
    await work(server.addr.port);
  } finally {
    await server.shutdown();
  }
}

Deno.test("a ready daemon is healthy, found by the configuration or by its URL", async () => {
  await serving(200, async (port) => {
    const configured = listening({ flags: { port: String(port) } });
    assertEquals(await healthcheck(configured, { url: undefined }), 0);
    assertEquals(configured.said.stdout, "ready\n");
    // The configuration is not looked at where the daemon is named.
    const named = listening({ yaml: "nonsense: 1\n" });
    assertEquals(await healthcheck(named, { url: `http://127.0.0.1:${port}` }), 0);
  });
});

Deno.test("a daemon that is not ready is not healthy", async () => {
  await serving(503, async (port) => {
    const deps = listening({});
    assertEquals(await healthcheck(deps, { url: `http://127.0.0.1:${port}/` }), 1);
    assertMatch(deps.said.stderr, /^marketd: not ready: .*\/readyz answered 503\n$/);
  });
});

Deno.test("a daemon that is not there is not healthy", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const deps = listening({});
  assertEquals(await healthcheck(deps, { url: `http://127.0.0.1:${port}` }), 1);
  assertMatch(deps.said.stderr, /^marketd: not ready: .* gave no answer \(Connection refused/);
});

Deno.test("an address that is none is refused", async () => {
  for (const url of ["ftp://x", "127.0.0.1:8080", "x"]) {
    const deps = listening({});
    assertEquals(await healthcheck(deps, { url }), 1);
    assertMatch(deps.said.stderr, /--url must be an address such as/);
  }
  await assertRejects(healthcheck(listening({ yaml: "a: 1\n" }), { url: undefined }), {
    code: "config",
  });
});

Deno.test("an address that stands for all is reached over loopback", () => {
  assertEquals(serverUrl({ host: "0.0.0.0", port: 80 }), "http://127.0.0.1:80");
  assertEquals(serverUrl({ host: "::", port: 80 }), "http://[::1]:80");
  assertEquals(serverUrl({ host: "[::1]", port: 80 }), "http://[::1]:80");
  assertEquals(serverUrl({ host: "box", port: 8080 }), "http://box:8080");
});
