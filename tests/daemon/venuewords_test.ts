/**
 * What a user reads when a venue does not let marketd in, or gives less than was asked for; and how
 * often the venue is asked.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { LOGIN } from "../simulators/ig/simulator.ts";
import { MARKETS } from "../simulators/ig/markets.ts";
import { eventually, pause } from "./daemon.ts";
import { between, type BetweenOptions, inState, providerOf } from "./venues.ts";

type Venues = Parameters<NonNullable<BetweenOptions["prepare"]>>[0];

interface Case {
  readonly what: string;
  readonly venue: "alpaca" | "ig";
  readonly options?: BetweenOptions;
  /** Done once it is live; absent: it never is. */
  readonly provoke?: (venues: Venues) => void;
  readonly state: string;
  readonly words: RegExp;
  /** Attempts to sign in after that, within four seconds. */
  readonly attempts: number;
}

const signIns = {
  alpaca: ({ alpaca }: Venues) =>
    alpaca.seen.requests.filter(({ path }) => path === "/v2/account").length,
  ig: ({ ig }: Venues) =>
    ig.asked.filter(({ method, path }) => method === "POST" && path === "/session").length,
};

/** Whether instruments have been subscribed to. */
const isAsked = {
  alpaca: ({ alpaca }: Venues) => alpaca.seen.subscribes.length > 0,
  ig: ({ ig }: Venues) => ig.diary.some((done) => done.startsWith("subscribe PRICE:")),
};

const CASES: readonly Case[] = [
  {
    what: "a wrong key at Alpaca",
    venue: "alpaca",
    options: { prepare: ({ alpaca }) => alpaca.accounts.clear() },
    state: "faulted",
    words: /^Cannot sign in to Alpaca.*check keyId \(\*\*\*\*0001\) and secret/,
    attempts: 1,
  },
  {
    what: "a key that Alpaca takes back",
    venue: "alpaca",
    provoke: ({ alpaca }) => {
      alpaca.command({ fault: "expire" });
      alpaca.command({ fault: "drop" });
    },
    state: "faulted",
    words: /^Cannot sign in to Alpaca.*check keyId/,
    attempts: 1,
  },
  {
    what: "a blocked account at Alpaca",
    venue: "alpaca",
    options: {
      prepare: ({ alpaca }) => {
        for (const account of alpaca.accounts.values()) {
          Object.assign(account, { account_blocked: true });
        }
      },
    },
    state: "faulted",
    words: /^Cannot sign in to Alpaca: the paper account is blocked .*ask Alpaca's support/,
    attempts: 1,
  },
  {
    what: "a minute's allowance that is used up at Alpaca",
    venue: "alpaca",
    provoke: ({ alpaca }) => {
      alpaca.command({ fault: "rate-limit", retryAfter: 30 });
      alpaca.command({ fault: "drop" });
    },
    state: "backoff",
    words: /Alpaca says 429 .*set providers\.alpaca\.requests to what the plan allows/,
    attempts: 1,
  },
  {
    what: "a wrong password at IG",
    venue: "ig",
    options: { ig: { logins: [{ ...LOGIN, password: "another-password" }] } },
    state: "faulted",
    words: /^Cannot sign in to IG: .*check providers\.ig\.username and password/,
    attempts: 1,
  },
  {
    what: "a wrong key at IG",
    venue: "ig",
    options: { ig: { logins: [{ ...LOGIN, apiKey: "another-key-0123456789" }] } },
    state: "faulted",
    words: /^Cannot sign in to IG: .*check providers\.ig\.apiKey/,
    attempts: 1,
  },
  {
    what: "a blocked account at IG",
    venue: "ig",
    options: {
      ig: {
        logins: [{
          ...LOGIN,
          blocked: { status: 403, errorCode: "error.security.client-suspended" },
        }],
      },
    },
    state: "faulted",
    words: /^Cannot sign in to IG: IG says error\.security\.client-suspended .*reset the provider/,
    attempts: 1,
  },
  {
    what: "a minute's allowance that is used up at IG",
    venue: "ig",
    provoke: ({ ig }) => {
      ig.command({
        fault: "allowance",
        errorCode: "error.public-api.exceeded-api-key-allowance",
      });
      ig.command({ fault: "forget" });
    },
    state: "backoff",
    words: /^Cannot sign in to IG: IG says .*exceeded-api-key-allowance.*wait a minute/,
    attempts: 1,
  },
];

for (const { what, venue, options, provoke, state, words, attempts } of CASES) {
  Deno.test(`${what} is told in one sentence, and not tried again and again`, () =>
    between(async ({ alpaca, ig, daemon }) => {
      const venues = { alpaca, ig };
      let before = 0;
      if (provoke !== undefined) {
        await inState(daemon, venue, "live");
        await eventually(
          `${venue} is subscribed to`,
          () => Promise.resolve(isAsked[venue](venues)),
        );
        before = signIns[venue](venues);
        provoke(venues);
      }
      await eventually(`${venue} tells it`, async () => {
        const view = await providerOf(daemon, venue);
        return view.state === state && words.test(view.lastError ?? "");
      });
      await pause(4_000);
      const { lastError, events } = await providerOf(daemon, venue);
      assertMatch(lastError!, words);
      assert(lastError!.endsWith(".") && !lastError!.includes("\n"), lastError!);
      assertEquals(events[0]!.reason, lastError);
      assertEquals(signIns[venue](venues) - before, attempts);
      // The other is none the worse for it.
      await inState(daemon, venue === "ig" ? "alpaca" : "ig", "live");
    }, options));
}

Deno.test("tokens that IG lets expire are told, and others are asked for once", () =>
  between(async ({ alpaca, ig, daemon }) => {
    await inState(daemon, "ig", "live");
    ig.command({ fault: "expire" });
    ig.command({ fault: "forget" });
    await eventually("it signs in anew", () => Promise.resolve(ig.count("login v3") === 2));
    await inState(daemon, "ig", "live");
    const { events } = await providerOf(daemon, "ig");
    assertEquals(events.map(({ event }) => event), ["live", "backoff", "live"]);
    await pause(2_000);
    assertEquals(signIns.ig({ alpaca, ig }), 2);
  }));

Deno.test("an instrument that IG does not know is answered with the likely ones", () =>
  between(async ({ daemon }) => {
    const refusals = async () => (await providerOf(daemon, "ig")).refusals;
    await eventually("it is refused", async () => (await refusals()).length === 1);
    const [refusal] = await refusals();
    assertEquals([refusal!.symbol, refusal!.polls], ["ROLLS.L", false]);
    assertMatch(refusal!.reason, /^IG does not give ROLLS\.L .*KA\.D\.RR\.DAILY\.IP/);
    await inState(daemon, "ig", "live");
  }, { instruments: "[AAPL, VOD.L, ROLLS.L]" }));

Deno.test("beyond IG's forty instruments the rest is told, and asked for by request", () => {
  const [share] = MARKETS.filter(({ type }) => type === "SHARES");
  const names = Array.from(
    { length: 42 },
    (_, i) => `S${String.fromCharCode(65 + i / 26, 65 + i % 26)}`,
  );
  const markets = names.map((name) => ({ ...share!, epic: `KA.D.${name}.DAILY.IP`, name }));
  const instruments = names.map((name) =>
    `{ symbol: ${name}.L, providers: { ig: { epic: KA.D.${name}.DAILY.IP } } }`
  );
  return between(async ({ ig, daemon }) => {
    await eventually(
      "two are refused",
      async () => (await providerOf(daemon, "ig")).refusals.length === 2,
    );
    for (const { reason, polls } of (await providerOf(daemon, "ig")).refusals) {
      assertMatch(
        reason,
        /has no room in IG's stream, which holds 40 instruments; it can be asked/,
      );
      assertEquals(polls, true);
    }
    const subscribed = ig.diary.filter((done) => done.startsWith("subscribe PRICE:"));
    assertEquals(subscribed.length, 40);
    assertEquals(ig.diary.filter((done) => done.startsWith("subscribe refused")), []);
    ig.tick(200, markets.map(({ epic }) => epic));
    await eventually("the rest is polled", async () => {
      const path = `/api/v1/ticks?symbol=${names.at(-1)}.L&limit=1`;
      const { data } = await daemon.json<{ data: { flags: string[] }[] }>(path);
      return data.some(({ flags }) => flags.includes("polled"));
    });
  }, { ig: { markets }, instruments: `[${instruments.join(", ")}]` });
});
