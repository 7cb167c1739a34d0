import { assert, assertEquals, assertMatch } from "@std/assert";
import { addSecrets } from "../../../actors/log.ts";
import { ProviderError } from "../../../providers/provider.ts";
import { inPlace, LOCAL, type Place, TOKEN } from "./place.ts";

const PAGES = ["/", "/instruments/AAPL", "/providers", "/strategies", "/signin"];

const page = async ({ get }: Place, path = "/") => await (await get(path)).text();

/** What a page refers to, of its own. */
function linksOf(text: string): string[] {
  return [...text.matchAll(/(?:href|src)="([^"#]+)"/g)]
    .map(([, link]) => link!.replaceAll("&amp;", "&"));
}

Deno.test("every page links only to what is there", async () => {
  await inPlace(async (place) => {
    for (const path of PAGES) {
      const links = linksOf(await page(place, path));
      for (const link of new Set(links.filter((link) => link.startsWith("/")))) {
        const { status } = await place.app.request(link, { method: "HEAD" }, LOCAL);
        // Before the first canary the daemon is not ready.
        const expected = link === "/health" ? [200, 503] : [200];
        assert(expected.includes(status), `${link} answered ${status}`);
      }
    }
  });
});

Deno.test("the overview has the instruments by market, each price in its own unit", async () => {
  await inPlace(async (place) => {
    place.feed.say(place.feed.trade("AAPL", "13:30:01", 187.2, 10));
    place.feed.reach("13:30:06");
    const response = await place.get("/");
    assertEquals(response.headers.get("content-type"), "text/html; charset=UTF-8");
    const text = await response.text();
    assertMatch(text, /^<!DOCTYPE html>/);
    assertMatch(text, /"price">187\.20<\/span><small data-cell="unit">USD<\/small>/);
    for (const part of ["United States", "VOD.L", "Foreign exchange", "1.2.3"]) {
      assert(text.includes(part), part);
    }
  });
});

Deno.test("a market is called made up only if it is", async () => {
  await inPlace(async (place) => assert(!(await page(place)).includes("made up")));
  await inPlace(async (place) => assertMatch(await page(place), /The market is made up/), {
    settings: { providers: { feed: {}, demo: {} } },
  });
});

Deno.test("no page has a script or a style within, and the policy would let none run", async () => {
  await inPlace(async (place) => {
    for (const path of PAGES) {
      const response = await place.get(path);
      const policy = response.headers.get("content-security-policy")!;
      assertMatch(policy, /^default-src 'none'; script-src 'self'; worker-src 'self'; style-src/);
      assert(!/unsafe|data:|blob:|\*|https?:/.test(policy), policy);
      const text = await response.text();
      assert(!/<style|\sstyle=|\son\w+=|javascript:/i.test(text), path);
      assert(!/<script(?![^>]*\ssrc=)/i.test(text), path);
    }
  });
});

Deno.test("an asset is kept for ever under its name, and another version has another name", async () => {
  await inPlace(async (place) => {
    const assets = linksOf(await page(place)).filter((link) => link.startsWith("/assets/"));
    assert(assets.length > 5);
    for (const asset of assets) {
      const plain = await place.get(asset);
      assertEquals(plain.headers.get("cache-control"), "public, max-age=31536000, immutable");
      assertMatch(plain.headers.get("content-type")!, /^(text\/(javascript|css)|image\/svg\+xml)/);
      const zipped = await place.get(asset, { "accept-encoding": "br, gzip" });
      assertEquals(zipped.headers.get("content-encoding"), "gzip");
      const text = zipped.body!.pipeThrough(new DecompressionStream("gzip"));
      assertEquals(await new Response(text).text(), await plain.text());
      const known = await place.get(asset, { "if-none-match": plain.headers.get("etag")! });
      assertEquals([known.status, await known.text()], [304, ""]);
      const other = await place.get(asset.replace(/[0-9a-f]{16}/, "0123456789abcdef"));
      assertEquals([other.status, (await other.json()).code], [404, "unknown-asset"]);
    }
  });
});

Deno.test("no answer shows a secret, not even one that a provider lets slip", async () => {
  addSecrets([TOKEN, "hunter2-the-password"]);
  await inPlace(async (place) => {
    place.feed.lose(
      new ProviderError("blocked", `Bad login hunter2-the-password ${TOKEN}`, { terminal: true }),
    );
    const paths = [
      ...PAGES,
      "/health",
      "/livez",
      "/readyz?verbose",
      "/metrics",
      "/openapi.json",
      "/api/v1/status",
      "/api/v1/providers",
      "/api/v1/routes",
      "/api/v1/instruments",
      "/api/v1/candles?symbol=AAPL",
      "/api/v1/ticks?symbol=AAPL",
      "/api/v1/gaps",
      "/api/v1/quality",
      "/nowhere",
    ];
    for (const path of paths) {
      const response = await place.get(path, { authorization: `Bearer ${TOKEN}` });
      const said = JSON.stringify([...response.headers]) + await response.text();
      assert(!said.includes(TOKEN) && !said.includes("hunter2"), path);
    }
    assert(JSON.stringify(await place.json("/api/v1/providers")).includes("Bad login **** ****"));
  });
});

Deno.test("what is wrong is told to people as a page, to programs as a problem", async () => {
  await inPlace(async (place) => {
    const html = { accept: "text/html,application/xhtml+xml" };
    for (const path of ["/nowhere", "/instruments/%3Cb%3ENOPE"]) {
      const page = await place.get(path, html);
      assertEquals([page.status, page.headers.get("content-type")], [
        404,
        "text/html; charset=UTF-8",
      ]);
      const text = await page.text();
      assertMatch(text, /<h1>Not Found<\/h1>/);
      assert(!text.includes("<b>NOPE"));
      const problem = await place.get(path);
      assertEquals(problem.headers.get("content-type"), "application/problem+json");
    }
    const api = await place.get("/api/v1/nowhere", html);
    assertEquals(api.headers.get("content-type"), "application/problem+json");
    const rebound = await place.get("/", { ...html, host: "evil.example" });
    assertEquals(
      [rebound.status, rebound.headers.get("content-type")],
      [421, "application/problem+json"],
    );
  });
});
