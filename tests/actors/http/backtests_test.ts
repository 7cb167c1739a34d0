import { assertEquals, assertMatch } from "@std/assert";
import { OpenAPIHono } from "@hono/zod-openapi";
import { mountBacktests } from "../../../actors/http/api/backtests.ts";
import { backtestsBeside, listBacktests } from "../../../actors/http/backtests.ts";
import type { HttpDeps } from "../../../actors/http/deps.ts";
import { inFolder } from "../commands/run.ts";

function inApp(work: (app: OpenAPIHono, folder: string) => Promise<void>): Promise<void> {
  return inFolder({ "marketd.db": "", "secret.html": "not a backtest" }, async (home) => {
    const folder = (await backtestsBeside(`${home}/marketd.db`))!;
    assertEquals(folder, `${home}/backtests`);
    const app = new OpenAPIHono();
    mountBacktests(app, { backtests: folder } as HttpDeps);
    await work(app, folder);
  });
}

Deno.test("pages of backtests are listed, the latest first, and served without a right to anything", () =>
  inApp(async (app, folder) => {
    await Deno.writeTextFile(`${folder}/ema-cross-^FTSE-5m.html`, "<p>one</p>");
    await Deno.writeTextFile(`${folder}/later.html`, "<p>two</p>");
    await Deno.writeTextFile(`${folder}/later.html.part`, "half");
    await Deno.mkdir(`${folder}/folder.html`);
    await Deno.utime(`${folder}/ema-cross-^FTSE-5m.html`, 1_000, 1_000);
    const { data } = await (await app.request("/api/v1/backtests")).json();
    assertEquals(data.map(({ name }: { name: string }) => name), [
      "later.html",
      "ema-cross-^FTSE-5m.html",
    ]);
    assertEquals(data[1].writtenAt, "1970-01-01T00:16:40.000Z");
    const page = await app.request(data[1].path);
    assertEquals([page.status, await page.text()], [200, "<p>one</p>"]);
    assertMatch(page.headers.get("content-type")!, /^text\/html/);
    const policy = page.headers.get("content-security-policy")!;
    assertMatch(policy, /^default-src 'none'; style-src 'unsafe-inline';.*; sandbox$/);
  }));

Deno.test("no name leads out of the folder", () =>
  inApp(async (app, folder) => {
    await Deno.symlink(`${folder}/../secret.html`, `${folder}/link.html`);
    const names = ["..%2Fsecret.html", "%2e%2e%2fsecret.html", "link.html", "none.html", ".html"];
    for (const name of names) {
      const { status } = await app.request(`/backtests/${name}`);
      assertEquals([name, status], [name, 404]);
    }
    assertEquals(await listBacktests(folder), []);
  }));

Deno.test("a page that goes while they are listed is not listed, and fails nothing", () =>
  inApp(async (app, folder) => {
    for (const name of ["one", "two", "three"]) {
      await Deno.writeTextFile(`${folder}/${name}.html`, name);
    }
    const { stat } = Deno;
    Deno.stat = async (path) => {
      Deno.stat = stat;
      await Deno.remove(path);
      return await stat(path);
    };
    try {
      const response = await app.request("/api/v1/backtests");
      assertEquals([response.status, (await response.json()).data.length], [200, 2]);
    } finally {
      Deno.stat = stat;
    }
    await Deno.remove(folder, { recursive: true });
    assertEquals(await listBacktests(folder), []);
  }));

Deno.test("where nothing can be kept none is listed", async () => {
  assertEquals(await backtestsBeside(":memory:"), undefined);
  assertEquals(await listBacktests(undefined), []);
});
