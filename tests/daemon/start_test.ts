/**
 * The first minute of a stranger: start it, watch it, stop it.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { inFolder } from "../actors/commands/run.ts";
import { openStream } from "../sse.ts";
import { Daemon, eventually } from "./daemon.ts";

interface Health {
  status: string;
  checks: Record<string, { status: string }[]>;
}

Deno.test("without a configuration it makes a market, serves it and keeps it", () =>
  inFolder({}, async (folder) => {
    const daemon = await Daemon.start({ folder });
    try {
      assertMatch(daemon.url, /^http:\/\/127\.0\.0\.1:\d+$/);
      const stream = await openStream(`${daemon.url}/api/v1/stream?symbols=*`);
      const hello = await stream.next();
      assertEquals(hello.event, "hello");
      const wanted = new Set(["trade", "quote", "depth", "candle"]);
      await stream.until((event) => {
        wanted.delete(event.event);
        return wanted.size === 0;
      });
      await stream.close();
      await daemon.ready();

      const health = await daemon.json<Health>("/health");
      assertEquals(health.status, "pass");
      const { data } = await daemon.json<{ data: { symbol: string }[] }>("/api/v1/instruments");
      assert(data.some(({ symbol }) => symbol === "AAPL"));
      for (const path of ["/", "/livez", "/metrics", "/openapi.json", "/api/v1/status"]) {
        const response = await daemon.get(path);
        await response.body?.cancel();
        assertEquals([path, response.status], [path, 200]);
      }
      await eventually("ticks are kept", async () => {
        const page = await daemon.json<{ data: unknown[] }>("/api/v1/ticks?symbol=AAPL&limit=10");
        return page.data.length > 0;
      });
      const token = await Deno.stat(`${folder}/data/demo.db.token`);
      assertEquals(token.mode! & 0o777, 0o600);
    } finally {
      assertEquals(await daemon.stop("SIGINT"), 0);
    }
    assertEquals(daemon.stderr.includes("unexpected"), false);
    assert((await Deno.stat(`${folder}/data/demo.db`)).isFile);
  }));

// SIGHUP is what a terminal that is closed sends.
for (const signal of ["SIGTERM", "SIGHUP"] as const) {
  Deno.test(`${signal} drains it, a listening client's stream ends, and it exits with 0`, () =>
    inFolder({}, async (folder) => {
      const daemon = await Daemon.start({ folder });
      const response = await daemon.get("/api/v1/stream");
      const ended = response.text();
      assertEquals(await daemon.stop(signal), 0);
      assertMatch(await ended, /event: hello/);
    }));
}

Deno.test("an instrument is added and removed while it runs, and stays so after a restart", () =>
  inFolder({}, async (folder) => {
    const first = await Daemon.start({ folder });
    const token = (await Deno.readTextFile(`${folder}/data/demo.db.token`)).trim();
    const write = (daemon: Daemon, method: string, path: string, body?: unknown, bearer = token) =>
      fetch(daemon.url + path, {
        method,
        headers: {
          "content-type": "application/json",
          ...(bearer === "" ? {} : { authorization: `Bearer ${bearer}` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const status = async (answer: Promise<Response>) => {
      const response = await answer;
      await response.body?.cancel();
      return response.status;
    };
    const path = "/api/v1/instruments";
    const followed = async (daemon: Daemon) => {
      const { data } = await daemon.json<{ data: { symbol: string }[] }>(path);
      return data.map(({ symbol }) => symbol);
    };
    try {
      assertEquals(await status(write(first, "POST", path, { symbol: "TSLA" }, "")), 401);
      assertEquals(await status(write(first, "POST", path, { symbol: "TSLA" })), 201);
      assertEquals(await status(write(first, "POST", path, { symbol: "TSLA" })), 409);
      assertEquals(await status(write(first, "DELETE", `${path}/MSFT`)), 204);
      const stream = await openStream(`${first.url}/api/v1/stream?symbols=TSLA&snapshot=false`);
      await stream.until(({ event }) => event === "trade");
      await stream.close();
    } finally {
      assertEquals(await first.stop(), 0);
    }
    const second = await Daemon.start({ folder });
    try {
      const symbols = await followed(second);
      assertEquals([symbols.includes("TSLA"), symbols.includes("MSFT")], [true, false]);
    } finally {
      assertEquals(await second.stop(), 0);
    }
    assertEquals((first.stderr + second.stderr + second.stdout).includes(token), false);
  }));

Deno.test("who signed out is not let in by the old cookie after a restart", () =>
  inFolder({}, async (folder) => {
    const post = async (daemon: Daemon, path: string, cookie: string, form: string) => {
      const response = await fetch(daemon.url + path, {
        method: "POST",
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          origin: daemon.url.replace(/\/$/, ""),
          cookie,
        },
        body: form,
        redirect: "manual",
      });
      await response.body?.cancel();
      return response;
    };
    const first = await Daemon.start({ folder });
    let cookie = "";
    try {
      const token = (await Deno.readTextFile(`${folder}/data/demo.db.token`)).trim();
      const begun = await post(first, "/signin", "", `token=${token}`);
      cookie = begun.headers.get("set-cookie")!.split(";")[0]!;
      assertEquals((await post(first, "/signout", cookie, "")).status, 303);
    } finally {
      assertEquals(await first.stop(), 0);
    }
    const second = await Daemon.start({ folder });
    try {
      assertEquals((await post(second, "/signout", cookie, "")).status, 401);
    } finally {
      assertEquals(await second.stop(), 0);
    }
  }));
