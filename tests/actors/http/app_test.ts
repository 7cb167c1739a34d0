import { assert, assertEquals, assertMatch } from "@std/assert";
import { toProblem } from "../../../actors/http/problem.ts";
import { configureLogging } from "../../../actors/log.ts";
import { ChangeError } from "../../../actors/changeerror.ts";
import { StoreError } from "../../../db/store.ts";
import { inPlace, LOCAL, TOKEN } from "./place.ts";

Deno.test("a path that is not there is answered 404, as a problem", async () => {
  await inPlace(async ({ get }) => {
    const response = await get("/api/v2/candles");
    assertEquals(response.status, 404);
    assertEquals(response.headers.get("content-type"), "application/problem+json");
    assertEquals(await response.json(), {
      type: "about:blank",
      title: "Not Found",
      status: 404,
      detail: "Nothing is at this path; /openapi.json has the list.",
      instance: "/api/v2/candles",
      code: "unknown-path",
    });
  });
});

Deno.test("a method that a path does not know is answered 405 with those that it knows", async () => {
  await inPlace(async ({ app }) => {
    const ask = async (method: string, path: string) => {
      const headers = { authorization: `Bearer ${TOKEN}` };
      const response = await app.request(path, { method, headers }, LOCAL);
      await response.body?.cancel();
      return [response.status, response.headers.get("allow")];
    };
    assertEquals(await ask("PUT", "/api/v1/instruments"), [405, "GET, HEAD, POST, DELETE"]);
    assertEquals(await ask("POST", "/api/v1/candles"), [405, "GET, HEAD"]);
    assertEquals(await ask("GET", "/api/v1/providers/feed/reset"), [405, "POST"]);
    assertEquals(await ask("DELETE", "/"), [405, "GET, HEAD"]);
    assertEquals(await ask("PUT", "/nowhere"), [404, null]);
  });
});

Deno.test("HEAD is answered as GET is, without a body", async () => {
  await inPlace(async ({ app, get }) => {
    for (const path of ["/", "/livez", "/api/v1/instruments", "/api/v1/candles?symbol=NVDA"]) {
      const head = await app.request(path, { method: "HEAD" }, LOCAL);
      const full = await get(path);
      await full.body?.cancel();
      assertEquals(head.status, full.status);
      assertEquals(head.headers.get("content-type"), full.headers.get("content-type"));
      assertEquals(await head.text(), "");
    }
  });
});

Deno.test("a parameter that a path does not know is refused, with the nearest that it knows", async () => {
  await inPlace(async ({ app, get }) => {
    for (
      const path of [
        "/api/v1/status",
        "/api/v1/providers",
        "/api/v1/instruments/AAPL",
        "/api/v1/routes",
        "/health",
      ]
    ) {
      const response = await get(`${path}?verbos=1`);
      const { code, errors } = await response.json();
      assertEquals([path, response.status, code], [path, 400, "bad-query"]);
      assertEquals(errors[0].path, "verbos");
    }
    const { detail } = await (await get("/api/v1/status?x")).json();
    assertEquals(detail, "The query cannot be used: x is no parameter here; there are none.");
    const routes = await (await get("/api/v1/routes?symbl=AAPL")).json();
    assertMatch(routes.detail, /did you mean `symbol`\?$/);
    const headers = { authorization: `Bearer ${TOKEN}` };
    const change = async (method: string, path: string) =>
      (await app.request(path, { method, headers }, LOCAL)).status;
    assertEquals(await change("DELETE", "/api/v1/instruments/AAPL?dry=1"), 400);
    assertEquals(await change("POST", "/api/v1/providers/feed/reset?dry=1"), 400);
    assertEquals((await get("/api/v1/instruments/AAPL")).status, 200);
  });
});

Deno.test("every answer, a refusal too, has the headers that keep browsers in bounds", async () => {
  await inPlace(async ({ get }) => {
    for (const path of ["/livez", "/api/v1/status", "/nowhere", "/api/v1/candles"]) {
      const response = await get(path);
      await response.body?.cancel();
      const header = (name: string) => response.headers.get(name);
      assertEquals(header("x-content-type-options"), "nosniff");
      assertEquals(header("referrer-policy"), "no-referrer");
      assertEquals(header("cache-control"), "no-store");
      assertEquals(header("x-frame-options"), "DENY");
      assertEquals(header("cross-origin-resource-policy"), "same-origin");
      assertMatch(header("content-security-policy")!, /default-src 'none'/);
    }
  });
});

Deno.test("what was not foreseen is told to the log, and to the caller only where to look", async () => {
  const lines: string[] = [];
  configureLogging({ level: "info", format: "json" }, (line) => lines.push(line));
  await inPlace(async ({ get, tree }) => {
    Object.assign(tree.shared.store, {
      gaps: () => Promise.reject(new TypeError("x is not a function")),
    });
    const response = await get("/api/v1/gaps?limit=7");
    const body = await response.text();
    assertEquals(response.status, 500);
    const { correlation, code } = JSON.parse(body);
    assertEquals(code, "internal");
    assert(!body.includes("not a function"));
    const told = lines.map((line) => JSON.parse(line)).filter((one) => one.component === "http");
    assertEquals(told.length, 1);
    assertEquals(told[0].correlation, correlation);
    assertEquals(told[0].message, "GET /api/v1/gaps failed: x is not a function");
  });
});

Deno.test("each failure that was foreseen has a status and a code of its own", () => {
  const fares = (error: unknown) => {
    const { status, code, options } = toProblem(error, "GET", "/");
    return [status, code, options.headers?.["retry-after"]];
  };
  assertEquals(fares(new StoreError("unreachable", "x")), [503, "store-unavailable", "5"]);
  assertEquals(fares(new StoreError("full", "x")), [503, "store-unavailable", "5"]);
  assertEquals(fares(new StoreError("bad-cursor", "x")), [400, "bad-cursor", undefined]);
  assertEquals(fares(new StoreError("unusable", "x")), [503, "store-unavailable", "5"]);
  assertEquals(fares(new StoreError("refused", "x")), [500, "internal", undefined]);
  assertEquals(fares(new ChangeError("exists", "x")), [409, "exists", undefined]);
  assertEquals(fares(new ChangeError("unknown-symbol", "x")), [404, "unknown-symbol", undefined]);
  assertEquals(fares(new ChangeError("unknown-market", "x")), [422, "unknown-market", undefined]);
  assertEquals(fares(new ChangeError("no-provider", "x")), [422, "no-provider", undefined]);
  assertEquals(fares("thrown text"), [500, "internal", undefined]);
});

Deno.test("long data is sent as gzip to who asks for it", async () => {
  await inPlace(async ({ feed, get }) => {
    feed.say(feed.trade("AAPL", "13:30:01", 187.2, 10));
    feed.reach("13:30:06");
    for (const format of ["json", "csv"]) {
      const path = `/api/v1/candles?symbol=AAPL&format=${format}`;
      const plain = await get(path);
      assertEquals(plain.headers.get("content-encoding"), null);
      const zipped = await get(path, { "accept-encoding": "br, gzip" });
      assertEquals(zipped.headers.get("content-encoding"), "gzip");
      assertMatch(zipped.headers.get("vary")!, /\bAccept-Encoding\b/);
      const text = zipped.body!.pipeThrough(new DecompressionStream("gzip"));
      assertEquals(await new Response(text).text(), await plain.text());
    }
  });
});
