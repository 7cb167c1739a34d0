import { assert, assertEquals, assertMatch } from "@std/assert";
import { SignedOut } from "../../../actors/http/signedout.ts";
import { inFolder } from "../commands/run.ts";
import { logged } from "../logged.ts";
import { ELSEWHERE, inPlace, LOCAL, type Place, TOKEN } from "./place.ts";

const ORIGIN = "http://localhost";
const FORM = { "content-type": "application/x-www-form-urlencoded", origin: ORIGIN };

/** Sends the form. */
async function signIn(
  { app }: Place,
  { token = TOKEN, to = "/", headers = {}, remote = LOCAL }: {
    token?: string;
    to?: string;
    headers?: Record<string, string>;
    remote?: { remote: string };
  } = {},
): Promise<Response> {
  const body = new URLSearchParams({ token, to }).toString();
  return await app.request(
    "/signin",
    { method: "POST", headers: { ...FORM, ...headers }, body },
    remote,
  );
}

/** The session's cookie, as a browser sends it back. */
function cookieOf(response: Response): string {
  return response.headers.get("set-cookie")!.split(";")[0]!;
}

async function changeWith(place: Place, headers: Record<string, string>): Promise<number> {
  const request = {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ symbol: "TSLA" }),
  };
  return (await place.app.request("/api/v1/instruments", request, LOCAL)).status;
}

Deno.test("the right token begins a session that may write; its cookie holds no token", async () => {
  await inPlace(async (place) => {
    const response = await signIn(place, { to: "/providers?x=1" });
    assertEquals([response.status, response.headers.get("location")], [303, "/providers?x=1"]);
    const cookie = response.headers.get("set-cookie")!;
    assertMatch(cookie, /; Path=\/(;|$)/);
    assertMatch(cookie, /; HttpOnly(;|$)/);
    assertMatch(cookie, /; SameSite=Strict(;|$)/);
    assert(!/; Secure/.test(cookie) && !cookie.includes(TOKEN));
    assertEquals(await changeWith(place, {}), 401);
    assertEquals(await changeWith(place, { cookie: cookieOf(response), origin: ORIGIN }), 201);
  });
});

Deno.test("behind a proxy that speaks TLS the cookie is sent over TLS alone", async () => {
  await inPlace(async (place) => {
    const response = await signIn(place, { headers: { "x-forwarded-proto": "https" } });
    assertMatch(response.headers.get("set-cookie")!, /; Secure(;|$)/);
  });
});

Deno.test("a session writes from our own pages alone", async () => {
  await inPlace(async (place) => {
    const cookie = cookieOf(await signIn(place));
    // Another program on this host is of the same site: its pages are sent with the cookie.
    assertEquals(await changeWith(place, { cookie, origin: "http://localhost:3000" }), 403);
    assertEquals(await changeWith(place, { cookie, origin: "null" }), 403);
    assertEquals(await changeWith(place, { cookie }), 403);
    assertEquals(await changeWith(place, { cookie, "sec-fetch-site": "cross-site" }), 403);
    assertEquals(await changeWith(place, { cookie, "sec-fetch-site": "same-origin" }), 201);
  });
});

Deno.test("a page of a configured origin reads, but does not write with a session", async () => {
  await inPlace(async (place) => {
    const cookie = cookieOf(await signIn(place));
    assertEquals(await changeWith(place, { cookie, origin: "https://desk.example" }), 403);
  }, { settings: { server: { origins: ["https://desk.example"] } } });
});

Deno.test("from elsewhere a person is sent to sign in, a program is told what it lacks", async () => {
  await inPlace(async (place) => {
    const ask = async (path: string, headers: Record<string, string>) =>
      await place.app.request(path, { headers }, ELSEWHERE);
    const page = await ask("/?q=1", { accept: "text/html,*/*" });
    assertEquals([page.status, page.headers.get("location")], [303, "/signin?to=%2F%3Fq%3D1"]);
    const form = await ask("/signin?to=%2F", { accept: "text/html" });
    const text = await form.text();
    assertEquals(form.status, 200);
    for (const [, asset] of text.matchAll(/"(\/assets\/[^"]+)"/g)) {
      assertEquals((await ask(asset!, {})).status, 200);
    }
    // It shows nothing of what runs to whoever did not sign in.
    assert(!text.includes("AAPL"));
    assertEquals((await ask("/api/v1/status", {})).status, 401);
    const cookie = cookieOf(await signIn(place, { remote: ELSEWHERE }));
    assertEquals((await ask("/api/v1/status", { cookie })).status, 200);
    assertEquals((await ask("/", { cookie, accept: "text/html" })).status, 200);
    const [name, value] = cookie.split("=");
    const [ends, nonce, mac] = value!.split(".");
    for (
      const forged of [
        `${name}=${Number(ends) + 1}.${nonce}.${mac}`,
        `${name}=${ends}.${nonce}.${mac!.slice(0, -1)}${mac!.endsWith("0") ? "1" : "0"}`,
        `${name}=${ends}.${nonce}`,
        `${name}=`,
        `other=${value}`,
      ]
    ) assertEquals((await ask("/api/v1/status", { cookie: forged })).status, 401, forged);
  });
});

Deno.test("after signing out the session is over, whoever kept its cookie", async () => {
  await inPlace(async (place) => {
    const cookie = cookieOf(await signIn(place));
    const headers = { cookie, origin: ORIGIN };
    const response = await place.app.request("/signout", { method: "POST", headers }, LOCAL);
    assertEquals([response.status, response.headers.get("location")], [303, "/"]);
    assertMatch(response.headers.get("set-cookie")!, /Max-Age=0/);
    assertEquals(await changeWith(place, headers), 401);
  });
});

Deno.test("a session that was ended stays so after a restart, and the others last", () =>
  inFolder({}, async (folder) => {
    const database = `${folder}/data/marketd.db`;
    const cookies: string[] = [];
    await inPlace(async (place) => {
      for (let person = 0; person < 3; person++) cookies.push(cookieOf(await signIn(place)));
      for (const cookie of cookies.slice(0, 2)) {
        const headers = { cookie, origin: ORIGIN };
        await place.app.request("/signout", { method: "POST", headers }, LOCAL);
      }
    }, { signedOut: await SignedOut.beside(database) });
    const file = `${database}.signedout`;
    assertEquals((await Deno.stat(file)).mode! & 0o777, 0o600);
    const kept = await Deno.readTextFile(file);
    for (const cookie of cookies) assert(!kept.includes(cookie.split("=")[1]!));
    // What is over by itself, and a write that was cut short, as at a kill.
    await Deno.writeTextFile(file, "\n1000000000.0123456789abcdef01234567\n17", { append: true });
    for (let restart = 0; restart < 2; restart++) {
      await inPlace(async (place) => {
        const statuses = cookies.map((cookie) => changeWith(place, { cookie, origin: ORIGIN }));
        assertEquals(await Promise.all(statuses), [401, 401, 201]);
      }, { signedOut: await SignedOut.beside(database) });
    }
    assertEquals((await Deno.readTextFile(file)).split("\n").filter(Boolean).length, 2);
  }));

Deno.test("that a session was ended and cannot be kept is logged, and it is over all the same", () =>
  inFolder({ data: "a file where the folder is to be" }, async (folder) => {
    await logged(async (lines) => {
      await inPlace(async (place) => {
        const cookie = cookieOf(await signIn(place));
        const headers = { cookie, origin: ORIGIN };
        await place.app.request("/signout", { method: "POST", headers }, LOCAL);
        assertEquals(await changeWith(place, headers), 401);
      }, { signedOut: await SignedOut.beside(`${folder}/data/marketd.db`) });
      assertMatch(lines.join(""), /Cannot read in .* which sessions were ended: /);
      assertMatch(lines.join(""), /Cannot keep in .* that a session was ended: .*after a restart/);
    });
  }));

Deno.test("wrong tokens are refused, and after five of them an address has to wait", async () => {
  await inPlace(async (place) => {
    for (let attempt = 0; attempt < 5; attempt++) {
      const response = await signIn(place, { token: `wrong-${attempt}`, remote: ELSEWHERE });
      assertEquals([response.status, response.headers.get("set-cookie")], [401, null]);
      const text = await response.text();
      assertMatch(text, /role="alert">That is not this daemon&#39;s token\./);
      assert(!text.includes(`wrong-${attempt}`));
    }
    const late = await signIn(place, { remote: ELSEWHERE });
    assertEquals(late.status, 429);
    assert(Number(late.headers.get("retry-after")) > 0);
    assertEquals((await signIn(place, { remote: LOCAL })).status, 303);
  });
});

Deno.test("behind a proxy on this machine one caller's wrong tokens hold up no other", async () => {
  await inPlace(async (place) => {
    const passedOn = (hops: string, token = TOKEN) =>
      signIn(place, { token, headers: { "x-forwarded-for": hops } });
    for (let attempt = 0; attempt < 5; attempt++) {
      // What a caller claims stands before what the proxy saw.
      const response = await passedOn(`198.51.100.${attempt}, 192.0.2.9`, `wrong-${attempt}`);
      assertEquals(response.status, 401);
    }
    assertEquals((await passedOn("198.51.100.7, 192.0.2.9")).status, 429);
    assertEquals((await passedOn("192.0.2.9, 192.0.2.10")).status, 303);
    assertEquals((await signIn(place)).status, 303);
  });
});

Deno.test("a burst of guesses gets no further than one by one", async () => {
  await inPlace(async (place) => {
    const tries = Array.from({ length: 40 }, (_, at) => signIn(place, { token: `guess-${at}` }));
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    assertEquals(statuses.filter((status) => status === 401).length, 5);
    assertEquals(statuses.filter((status) => status === 429).length, 35);
  });
});

Deno.test("signing in leads to no other site", async () => {
  await inPlace(async (place) => {
    for (
      const to of [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:x",
        "\\\\e",
        "/.//evil.example/x",
        "/%2e//evil.example/x",
        "/x/..//evil.example/x",
        "http://marketd.invalid//evil.example/x",
      ]
    ) {
      assertEquals((await signIn(place, { to })).headers.get("location"), "/", to);
    }
  });
});

Deno.test("nobody else's page signs anyone in", async () => {
  await inPlace(async (place) => {
    const response = await signIn(place, { headers: { origin: "https://evil.example" } });
    assertEquals([response.status, response.headers.get("set-cookie")], [403, null]);
  });
});

Deno.test("a page lets a browser say that a form was sent from it", async () => {
  // Under `no-referrer` a browser says that a form is of the origin "null".
  await inPlace(async ({ get }) => {
    const { headers } = await get("/signin");
    assertEquals(headers.get("referrer-policy"), "same-origin");
  });
});
