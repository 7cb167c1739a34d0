import { assert, assertEquals } from "@std/assert";
import { ELSEWHERE, inPlace, LOCAL, type Place, TOKEN } from "./place.ts";

const BEARER = { authorization: `Bearer ${TOKEN}` };
const WRONG = { authorization: "Bearer another-token-0123456789" };

/** How a request fares: its status and, where it is refused, the code. */
async function fares(
  { app }: Place,
  remote: { remote: string } | undefined,
  path: string,
  init: RequestInit = {},
): Promise<[number, string?]> {
  const response = await app.request(path, init, remote);
  if (response.headers.get("content-type") !== "application/problem+json") {
    await response.body?.cancel();
    return [response.status];
  }
  return [response.status, (await response.json()).code];
}

Deno.test("this machine reads without the token; from elsewhere only the probes may be asked", async () => {
  await inPlace(async (place) => {
    const read = "/api/v1/status";
    const none = undefined;
    const table: [typeof LOCAL | undefined, string, HeadersInit | undefined, unknown][] = [
      [LOCAL, read, none, [200]],
      [{ remote: "::1" }, read, none, [200]],
      [{ remote: "::ffff:127.0.0.1" }, read, none, [200]],
      [LOCAL, read, WRONG, [401, "wrong-token"]],
      [LOCAL, read, { authorization: "Basic dXNlcjpwYXNz" }, [200]],
      [ELSEWHERE, read, none, [401, "no-token"]],
      [undefined, read, none, [401, "no-token"]],
      [{ remote: "::ffff:192.0.2.7" }, read, none, [401, "no-token"]],
      [{ remote: "1270.0.0.1.example" }, read, none, [401, "no-token"]],
      [ELSEWHERE, read, WRONG, [401, "wrong-token"]],
      [ELSEWHERE, read, { authorization: `bearer ${TOKEN}` }, [200]],
      [ELSEWHERE, "/", none, [401, "no-token"]],
      [ELSEWHERE, "/metrics", none, [401, "no-token"]],
      [ELSEWHERE, "/nowhere", none, [401, "no-token"]],
      [ELSEWHERE, "/livez", none, [200]],
      [ELSEWHERE, "/livez", WRONG, [200]],
      [ELSEWHERE, "/readyz", none, [503]],
    ];
    for (const [remote, path, headers, expected] of table) {
      const init = headers === undefined ? {} : { headers };
      assertEquals(await fares(place, remote, path, init), expected, `${remote?.remote} ${path}`);
    }
  });
});

Deno.test("what a proxy on this machine passes on comes from elsewhere", async () => {
  await inPlace(async (place) => {
    for (const name of ["x-forwarded-for", "forwarded", "x-real-ip"]) {
      const passedOn = { headers: { [name]: "127.0.0.1" } };
      const read = await fares(place, LOCAL, "/api/v1/status", passedOn);
      assertEquals(read, [401, "no-token"]);
      // Nor does such a header make anyone local.
      assertEquals((await fares(place, ELSEWHERE, "/api/v1/status", passedOn))[0], 401);
    }
  });
});

Deno.test("every write needs the token, from this machine too", async () => {
  await inPlace(async (place) => {
    const write = (headers: HeadersInit) =>
      fares(place, LOCAL, "/api/v1/instruments/AAPL", { method: "DELETE", headers });
    assertEquals(await write({}), [401, "no-token"]);
    assertEquals(await write(WRONG), [401, "wrong-token"]);
    assertEquals(await write({ authorization: `Bearer ${TOKEN}x` }), [401, "wrong-token"]);
    assertEquals(await write({ authorization: TOKEN }), [401, "no-token"]);
    assertEquals(await write(BEARER), [204]);
  });
});

/** Asks with a token, and how that fares. */
function bears(place: Place, token: string, remote = ELSEWHERE): Promise<[number, string?]> {
  return fares(place, remote, "/api/v1/status", { headers: { authorization: `Bearer ${token}` } });
}

Deno.test("after five wrong tokens in headers an address has to wait, for the form too", async () => {
  await inPlace(async (place) => {
    for (let guess = 0; guess < 5; guess++) {
      assertEquals(await bears(place, `guess-${guess}`), [401, "wrong-token"]);
    }
    assertEquals(await bears(place, "guess-5"), [429, "too-many-wrong-tokens"]);
    // Else guessing would go on: an answer that is refused must not tell whether it was right.
    assertEquals(await bears(place, TOKEN), [429, "too-many-wrong-tokens"]);
    const headers = BEARER;
    const refused = await place.app.request("/api/v1/status", { headers }, ELSEWHERE);
    await refused.body?.cancel();
    assert(Number(refused.headers.get("retry-after")) > 0);
    const form = await place.app.request("/signin", {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        origin: "http://localhost",
      },
      body: new URLSearchParams({ token: TOKEN }).toString(),
    }, ELSEWHERE);
    await form.body?.cancel();
    assertEquals(form.status, 429);
    assertEquals(await bears(place, TOKEN, LOCAL), [200]);
  });
});

Deno.test("a program with an old token does not lock out others of its address", async () => {
  await inPlace(async (place) => {
    for (let times = 0; times < 20; times++) {
      assertEquals(await bears(place, "the-token-of-yesterday"), [401, "wrong-token"]);
    }
    assertEquals(await bears(place, TOKEN), [200]);
  });
});

Deno.test("many addresses that guess hold up those alone that never showed the token", async () => {
  await inPlace(async (place) => {
    assertEquals(await bears(place, TOKEN), [200]);
    for (let guess = 0; guess < 50; guess++) {
      const remote = `198.51.100.${guess}`;
      assertEquals(await bears(place, `guess-${guess}`, { remote }), [401, "wrong-token"]);
    }
    const stranger = { remote: "198.51.100.99" };
    assertEquals(await bears(place, TOKEN, stranger), [429, "too-many-wrong-tokens"]);
    assertEquals(await bears(place, TOKEN), [200]);
  });
});

Deno.test("a refusal for want of the token says how to send it, and not what it is", async () => {
  await inPlace(async ({ app }) => {
    const response = await app.request("/api/v1/status", {}, ELSEWHERE);
    assertEquals(response.headers.get("www-authenticate"), 'Bearer realm="marketd"');
    assert(!(await response.text()).includes(TOKEN));
    const wrong = await app.request("/api/v1/status", { headers: WRONG }, ELSEWHERE);
    await wrong.body?.cancel();
    assertEquals(
      wrong.headers.get("www-authenticate"),
      'Bearer realm="marketd", error="invalid_token"',
    );
  });
});

Deno.test("only requests for a known host are answered", async () => {
  const settings = { server: { hosts: ["quotes.example", "other.example:8443"] } };
  await inPlace(async (place) => {
    const asks = (host: string) => fares(place, LOCAL, "/livez", { headers: { host } });
    const known = [
      "localhost",
      "LOCALHOST:8080",
      "localhost.:80",
      "127.0.0.1",
      "127.0.0.1:9",
      "[::1]:8080",
      "quotes.example",
      "Quotes.Example:443",
      "other.example",
    ];
    for (const host of known) assertEquals(await asks(host), [200], host);
    const unknown = [
      "evil.example",
      "localhost.evil.example",
      "evil.example:localhost",
      "192.0.2.1",
      "[::2]",
      "quotes.example@evil.example",
      "xquotes.example",
    ];
    for (const host of unknown) assertEquals(await asks(host), [421, "unknown-host"], host);
  }, { settings });
});

Deno.test("a daemon on all addresses answers to each of them, but not to any name", async () => {
  await inPlace(async (place) => {
    const asks = (host: string) => fares(place, LOCAL, "/livez", { headers: { host } });
    assertEquals(await asks("192.0.2.1:8080"), [200]);
    assertEquals(await asks("[2001:db8::1]:8080"), [200]);
    assertEquals(await asks("evil.example"), [421, "unknown-host"]);
  }, { settings: { server: { host: "0.0.0.0" } } });
});

Deno.test("pages of the configured origins may read, and no others", async () => {
  const settings = { server: { origins: ["https://app.example/"] } };
  await inPlace(async ({ app }) => {
    const read = async (origin: string) => {
      const response = await app.request("/api/v1/status", { headers: { origin } }, LOCAL);
      await response.body?.cancel();
      assertEquals(response.status, 200);
      assertEquals(response.headers.get("access-control-allow-credentials"), null);
      assertEquals(response.headers.get("vary"), "Origin");
      return response.headers.get("access-control-allow-origin");
    };
    assertEquals(await read("https://app.example"), "https://app.example");
    assertEquals(await read("https://app.example.evil.example"), null);
    assertEquals(await read("http://app.example"), null);
    assertEquals(await read("null"), null);
    // A refusal can be read as well: a page has to know that the token is wrong.
    const origin = "https://app.example";
    const refused = await app.request("/api/v1/status", { headers: { origin } }, ELSEWHERE);
    await refused.body?.cancel();
    assertEquals(refused.status, 401);
    assertEquals(refused.headers.get("access-control-allow-origin"), origin);
  }, { settings });
});

Deno.test("a preflight is answered without the token, and allows reading alone", async () => {
  const settings = { server: { origins: ["https://app.example"] } };
  await inPlace(async ({ app }) => {
    const preflight = (origin: string) =>
      app.request("/api/v1/candles", {
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": "GET" },
      }, ELSEWHERE);
    const allowed = (await preflight("https://app.example")).headers;
    assertEquals(allowed.get("access-control-allow-origin"), "https://app.example");
    assertEquals(allowed.get("access-control-allow-methods"), "GET, HEAD");
    assert(allowed.get("access-control-allow-headers")!.includes("Authorization"));
    const refused = (await preflight("https://evil.example")).headers;
    assertEquals(refused.get("access-control-allow-origin"), null);
    assertEquals(refused.get("access-control-allow-methods"), null);
  }, { settings });
});

Deno.test("a write from another page is refused, even with the token", async () => {
  await inPlace(async (place) => {
    const write = (origin: string) =>
      fares(place, LOCAL, "/api/v1/instruments/AAPL", {
        method: "DELETE",
        headers: { ...BEARER, origin, host: "localhost:8080" },
      });
    assertEquals(await write("https://evil.example"), [403, "foreign-origin"]);
    assertEquals(await write("null"), [403, "foreign-origin"]);
    assertEquals(await write("http://localhost:9999"), [403, "foreign-origin"]);
    assertEquals(await write("http://localhost:8080"), [204]);
  });
});
