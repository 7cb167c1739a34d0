import { assert, assertEquals, assertRejects } from "@std/assert";
import { SECOND } from "../../../domain/time.ts";
import { ig } from "../../../providers/ig/provider.ts";
import { LOGIN, start } from "../../simulators/ig/simulator.ts";
import { testContext } from "../context.ts";
import { RecordingSink } from "../sink.ts";
import {
  asking,
  failureOf,
  instrument,
  optionsFor,
  type Venue,
  withSession,
  withVenue,
} from "./venue.ts";

function signal(): AbortSignal {
  return new AbortController().signal;
}

/** The method, path and version of every request. */
function requests({ simulator }: Venue): string[] {
  return simulator.asked.map(({ method, path, version }) => `${method} ${path} v${version}`);
}

Deno.test("version 3 signs in by OAuth, and asks for the tokens that a stream needs", async () => {
  await withVenue(async (venue) => {
    await withSession(venue, async () => {});
    assertEquals(requests(venue), [
      "POST /session v3",
      "GET /session?fetchSessionTokens=true v1",
      "DELETE /session v1",
    ]);
    assertEquals(venue.simulator.accounts.size, 0);
  });
});

Deno.test("version 2 has the tokens from the sign-in", async () => {
  await withVenue(async (venue) => {
    await withSession(venue, async () => {});
    assertEquals(requests(venue), ["POST /session v2", "DELETE /session v1"]);
    assertEquals(venue.simulator.accounts.size, 0);
  }, { options: { sessionVersion: 2 } });
});

for (const sessionVersion of [2, 3]) {
  Deno.test(`version ${sessionVersion} switches to the configured account, and streams from it`, async () => {
    await withVenue(async (venue) => {
      await withSession(venue, async (session) => {
        const sink = new RecordingSink();
        const stream = await session.openStream(sink, signal());
        assertEquals(await stream.subscribe([instrument("EURUSD")]), []);
        await stream.close();
        assertEquals((await session.latest!([instrument("EURUSD")], asking())).length, 1);
      });
      const { diary } = venue.simulator;
      assert(diary.includes("switch XYZ34") && diary.includes("stream XYZ34"), `${diary}`);
    }, { options: { sessionVersion, accountId: "XYZ34" } });
  });

  Deno.test(`version ${sessionVersion} does not switch to the account that is active already`, async () => {
    await withVenue(async (venue) => {
      await withSession(venue, async () => {});
      assertEquals(venue.simulator.count("switch ABC12"), 0);
    }, { options: { sessionVersion, accountId: "ABC12" } });
  });
}

Deno.test("an access token of 60 s wants to be renewed well before it ends, and is", async () => {
  await withVenue(async (venue) => {
    await withSession(venue, async (session) => {
      const left = session.renewAt! - venue.context.now();
      // expires_in is "60": three quarters of it are 45 s.
      assert(left > 35 * SECOND && left <= 45 * SECOND, `${left}`);
      const before = session.renewAt!;
      await session.renew!(signal());
      assert(session.renewAt! > before);
      assertEquals((await session.latest!([instrument("EURUSD")], asking())).length, 1);
    });
    assertEquals(venue.simulator.count("refresh"), 1);
  });
});

Deno.test("a session of version 2 is kept alive by use", async () => {
  await withVenue(async (venue) => {
    await withSession(venue, async (session) => {
      // Tokens live 6 h.
      const left = session.renewAt! - venue.context.now();
      assert(left > 3_600 * SECOND && left < 6 * 3_600 * SECOND, `${left}`);
      await session.renew!(signal());
    });
    assert(requests(venue).includes("GET /session v1"));
  }, { options: { sessionVersion: 2 } });
});

Deno.test("a refresh token that is not taken ends the session, which may be opened again", async () => {
  await withVenue(async ({ simulator, provider }) => {
    const session = await provider.authenticate(signal());
    simulator.command({ fault: "expire" });
    const error = await failureOf(() => session.renew!(signal()));
    assertEquals([error.code, error.terminal], ["session", false]);
    await session.logOut();
    await (await provider.authenticate(signal())).logOut();
  });
});

Deno.test("a request with tokens that ran out is a session that is over, not a failure for good", async () => {
  for (const sessionVersion of [2, 3]) {
    await withVenue(async ({ simulator, provider }) => {
      const session = await provider.authenticate(signal());
      simulator.command({ fault: "expire" });
      const error = await failureOf(() => session.latest!([instrument("EURUSD")], asking()));
      assertEquals([error.code, error.terminal], ["session", false]);
      assert(error.message.includes("the session is over"), error.message);
    }, { options: { sessionVersion } });
  }
});

Deno.test("signing out happens once, however often it is asked for", async () => {
  await withVenue(async (venue) => {
    const session = await venue.provider.authenticate(signal());
    await Promise.all([session.logOut(), session.logOut()]);
    await session.logOut();
    assertEquals(requests(venue).filter((one) => one.startsWith("DELETE")).length, 1);
    assertEquals(venue.simulator.count("logout"), 1);
  });
});

Deno.test("signing out of a session that the venue has ended is no error", async () => {
  await withVenue(async ({ simulator, provider }) => {
    const session = await provider.authenticate(signal());
    simulator.command({ fault: "expire" });
    await session.logOut();
  });
});

Deno.test("a sign-in that fails at a later step leaves no session at the venue", async () => {
  // Switching to an account that does not exist comes last.
  await withVenue(async ({ simulator, provider }) => {
    const error = await failureOf(() => provider.authenticate(signal()));
    assertEquals([error.code, error.terminal], ["refused", true]);
    assert(error.message.includes("providers.ig.accountId"), error.message);
    assertEquals(simulator.count("logout"), 1);
    assertEquals(simulator.accounts.size, 0);
  }, { options: { accountId: "NOSUCH" } });
});

Deno.test("a sign-in that is given up while IG answers leaves no session at the venue", async () => {
  await withVenue(async ({ simulator, provider }) => {
    simulator.command({ fault: "slow", milliseconds: 100 });
    const controller = new AbortController();
    const reason = new Error("no longer wanted");
    const signingIn = provider.authenticate(controller.signal);
    setTimeout(() => controller.abort(reason), 30);
    await assertRejects(() => signingIn, reason);
    assertEquals(simulator.diary, ["login v3", "logout"]);
    assertEquals(simulator.accounts.size, 0);
  });
});

Deno.test("a sign-in whose streaming tokens are refused leaves no session at the venue", async () => {
  // The key's second request of the minute, after the sign-in itself.
  await withVenue(async ({ simulator, provider }) => {
    const error = await failureOf(() => provider.authenticate(signal()));
    assertEquals([error.code, error.retryAfter], ["allowance", 60 * SECOND]);
    assertEquals(simulator.accounts.size, 0);
  }, { venue: { perMinute: { key: 1, account: 30 } } });
});

Deno.test("a password goes out encrypted where the account wants it so", async () => {
  await withVenue(async (venue) => {
    await withSession(venue, async () => {});
    assert(requests(venue).includes("GET /session/encryptionKey v1"));
    assertEquals(venue.simulator.count("login v3"), 1);
  }, { venue: { encrypts: true }, options: { encryptPassword: true } });
  await withVenue(async ({ provider }) => {
    const error = await failureOf(() => provider.authenticate(signal()));
    assert(error.terminal && error.message.includes("encryptPassword"), error.message);
  }, { venue: { encrypts: true } });
});

Deno.test("every token that IG gives out is concealed, and every request takes its turn", async () => {
  await withVenue(async (venue) => {
    await withSession(venue, async (session) => {
      await session.renew!(signal());
    });
    // CST and X-SECURITY-TOKEN, and two pairs of OAuth tokens.
    assertEquals(venue.context.concealed.length, 6);
    assertEquals(venue.context.asked.length, venue.simulator.asked.length);
    assert(venue.context.asked.every(({ names }) => names.includes("requests")));
  });
});

Deno.test("an endpoint without TLS is accepted for this machine only, and credentials in none", () => {
  const { apiKey, username, password } = LOGIN;
  const verdict = (api: string) =>
    ig.options.safeParse({ apiKey, username, password, endpoints: { api } }).success;
  const fine = ["https://api.example.org/gateway/deal", "http://127.0.0.1:1/x", "http://[::1]:1/"];
  const wrong = ["http://api.ig.com/gateway/deal", "ftp://127.0.0.1/", "https://u:p@x.org/", "x"];
  assertEquals(fine.map(verdict), [true, true, true]);
  assertEquals(wrong.map(verdict), [false, false, false, false]);
});

Deno.test("the session's words name the account and the environment, and no secret", async () => {
  const simulator = await start();
  const options = optionsFor(simulator);
  const session = await ig.create(options, testContext()).authenticate(signal());
  assertEquals(session.words, ["account ABC12", "demo", "session version 3"]);
  await session.logOut();
  await simulator.stop();
});
