import { assert, assertEquals, assertMatch } from "@std/assert";
import { addSecrets } from "../../../actors/log.ts";
import { ProviderError } from "../../../providers/provider.ts";
import { inPlace, LOCAL, type Place, TOKEN } from "./place.ts";

const page = async ({ get }: Place) => await (await get("/")).text();

Deno.test("the page says what runs, and links only to what is there", async () => {
  await inPlace(async (place) => {
    const { feed } = place;
    feed.say(feed.trade("AAPL", "13:30:01", 187.25, 10));
    feed.reach("13:30:06");
    const response = await place.get("/");
    assertEquals(response.headers.get("content-type"), "text/html; charset=UTF-8");
    const text = await response.text();
    assertMatch(text, /^\s*<!DOCTYPE html>/);
    for (const part of ["marketd <small>1.2.3</small>", "187.25", "5 s", "VOD.L", "live"]) {
      assert(text.includes(part), part);
    }
    const links = [...text.matchAll(/href="([^"]+)"/g)].map(([, href]) =>
      href!.replaceAll("&amp;", "&")
    );
    assert(links.length > 12);
    for (const link of links) {
      // The body of the stream never ends: its head will do.
      const { status } = await place.app.request(link, { method: "HEAD" }, LOCAL);
      // Before the first canary the daemon is not ready.
      const expected = /^\/(readyz|health)/.test(link) ? [200, 503] : [200];
      assert(expected.includes(status), `${link} answered ${status}`);
    }
  });
});

Deno.test("one of a thing is not called several, and a market is called made up only if it is", async () => {
  await inPlace(async (place) => {
    const text = await page(place);
    assert(text.includes("0 stream clients"));
    assert(!text.includes("made up"));
    const stream = await place.get("/api/v1/stream");
    const other = await page(place);
    assertMatch(other, /1 stream client\b(?!s)/);
    assert(!/\b1 (ticks|candles|rows|stream clients)/.test(other));
    await stream.body!.cancel();
  });
  await inPlace(async (place) => assertMatch(await page(place), /The market is made up/), {
    settings: { providers: { feed: {}, demo: {} } },
  });
});

Deno.test("the page runs no script, and its policy would let none run", async () => {
  await inPlace(async (place) => {
    const response = await place.get("/");
    const policy = response.headers.get("content-security-policy")!;
    assertMatch(policy, /^default-src 'none'; style-src 'self';/);
    assert(!policy.includes("unsafe"));
    assert(!/<script|<style|\sstyle=|\son\w+=/i.test(await response.text()));
    const style = await place.get("/style.css");
    assertEquals(style.headers.get("content-type"), "text/css; charset=utf-8");
    assertMatch(await style.text(), /prefers|color-scheme/);
  });
});

Deno.test("what comes from outside is shown as text", async () => {
  await inPlace(async (place) => {
    place.feed.lose(
      new ProviderError("blocked", `<img src=x onerror="alert('&')">`, { terminal: true }),
    );
    const text = await page(place);
    assert(text.includes("&lt;img src=x onerror=&quot;alert(&#39;&amp;&#39;)&quot;&gt;"));
    assert(!text.includes("<img"));
  });
});

Deno.test("no answer shows a secret, not even one that a provider lets slip", async () => {
  addSecrets([TOKEN, "hunter2-the-password"]);
  await inPlace(async (place) => {
    place.feed.lose(
      new ProviderError("blocked", `Bad login hunter2-the-password ${TOKEN}`, { terminal: true }),
    );
    const paths = [
      "/",
      "/health",
      "/livez",
      "/readyz?verbose",
      "/metrics",
      "/openapi.json",
      "/style.css",
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
    assert((await page(place)).includes("Bad login **** ****"));
  });
});
