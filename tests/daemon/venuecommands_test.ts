/**
 * `providers test` and `check --online` at simulated venues: without a daemon they dial; beside one
 * they ask it, and no second session is opened.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { inFolder, marketd } from "../actors/commands/run.ts";
import { start as startAlpaca } from "../simulators/alpaca/simulator.ts";
import { start as startIg } from "../simulators/ig/simulator.ts";
import { assertDiscreet, between, filesOf, inState } from "./venues.ts";

type Venues = Parameters<typeof filesOf>[0];

const CASES: readonly {
  readonly what: string;
  readonly prepare: (venues: Venues) => void;
  /** What `providers test` says of each. */
  readonly alpaca: RegExp;
  readonly ig: RegExp;
  readonly code: number;
}[] = [
  {
    what: "all is well",
    prepare: () => {},
    alpaca:
      /^ok {2}alpaca sign-in: signed in; the paper account is ACTIVE; .*\nok {2}alpaca stream: it opens, and gives AAPL, MSFT$/m,
    ig:
      /^ok {2}ig sign-in: signed in; account ABC12; .*\nok {2}ig stream: it opens, and gives VOD\.L, EURUSD$/m,
    code: 0,
  },
  {
    what: "the keys are wrong",
    prepare: ({ alpaca, ig }) => {
      alpaca.accounts.clear();
      ig.command({ fault: "allowance", errorCode: "error.security.api-key-invalid" });
    },
    alpaca: /^FAILED {2}alpaca sign-in: Cannot sign in to Alpaca.*check keyId/m,
    ig: /^FAILED {2}ig sign-in: Cannot sign in to IG.*check providers\.ig\.apiKey/m,
    code: 1,
  },
  {
    what: "streams are refused",
    prepare: ({ alpaca, ig }) => {
      alpaca.command({ fault: "refuse" });
      ig.command({ fault: "refuse" });
    },
    alpaca: /^FAILED {2}alpaca stream: Cannot open Alpaca's iex stream: /m,
    ig:
      /^FAILED {2}ig stream: IG's stream was ended by the server: New sessions temporarily blocked/m,
    code: 1,
  },
  {
    what: "the venues are in maintenance",
    prepare: ({ alpaca, ig }) => {
      alpaca.command({ fault: "maintenance" });
      ig.command({ fault: "maintenance" });
    },
    alpaca: /^FAILED {2}alpaca sign-in: Cannot sign in to Alpaca.* 503 .*it is down for a while/m,
    ig: /^FAILED {2}ig sign-in: Cannot sign in to IG: IG says status 503/m,
    code: 1,
  },
  {
    what: "the allowance is used up",
    prepare: ({ alpaca, ig }) => {
      alpaca.command({ fault: "rate-limit", retryAfter: 60 });
      ig.command({
        fault: "allowance",
        errorCode: "error.public-api.exceeded-api-key-allowance",
      });
    },
    alpaca:
      /^FAILED {2}alpaca sign-in: .*429 .*set providers\.alpaca\.requests to what the plan allows/m,
    ig: /^FAILED {2}ig sign-in: .*exceeded-api-key-allowance.*wait a minute/m,
    code: 1,
  },
];

for (const { what, prepare, alpaca: ofAlpaca, ig: ofIg, code } of CASES) {
  Deno.test(`commands that dial the venues say it in words where ${what}`, async () => {
    const alpaca = await startAlpaca({ rate: 100 });
    const ig = await startIg({ rate: 100 });
    try {
      prepare({ alpaca, ig });
      await inFolder(filesOf({ alpaca, ig }), async (folder) => {
        const [one, other, check] = [
          await marketd(folder, ["providers", "test", "alpaca", "--port", "1"]),
          await marketd(folder, ["providers", "test", "ig", "--port", "1"]),
          await marketd(folder, ["check", "--online", "--port", "0"]),
        ];
        assertMatch(one.stdout, ofAlpaca);
        assertMatch(other.stdout, ofIg);
        assertEquals([one.code, other.code, check.code], [code, code, code]);
        // The check says of each venue what the test of it says.
        const said = check.stdout + check.stderr;
        for (const line of (one.stdout + other.stdout).split("\n")) {
          const [, finding] = /^FAILED {2}(.*)$/.exec(line) ?? [];
          if (finding !== undefined) assert(said.includes(finding), `${finding}\n${said}`);
        }
        for (const text of [one, other, check].map((ended) => ended.stdout + ended.stderr)) {
          assertDiscreet(text, "a command");
        }
      });
      // Every session that was opened was ended, and nothing was tried twice.
      const logins = ig.asked.filter(({ method, path }) =>
        method === "POST" && path === "/session"
      );
      assertEquals(logins.length, 2);
      assertEquals(ig.accounts.size, 0);
      assertEquals(alpaca.connections, 0);
    } finally {
      await alpaca.stop();
      await ig.stop();
    }
  });
}

Deno.test("beside a running daemon the commands ask it, and sign in nowhere", () =>
  between(async ({ alpaca, ig, daemon }) => {
    await inState(daemon, "alpaca", "live");
    await inState(daemon, "ig", "live");
    const { port } = new URL(daemon.url);
    const place = ["--store", "sqlite:test.db", "--port", port];
    const before = [alpaca.seen.requests.length, alpaca.seen.logins.length];
    for (const id of ["alpaca", "ig"]) {
      const { code, stdout } = await marketd(daemon.folder, [
        "providers",
        "test",
        id,
        "--port",
        port,
      ]);
      assertMatch(stdout, new RegExp(`^ok  ${id} connection: the running daemon says live;`));
      assertEquals(code, 0);
    }
    const check = await marketd(daemon.folder, ["check", "--online", ...place]);
    assertMatch(check.stdout + check.stderr, /ig connection: the running daemon says live/);
    assertEquals([alpaca.seen.requests.length, alpaca.seen.logins.length], before);
    assertEquals(ig.count("login v3"), 1);
    alpaca.accounts.clear();
    alpaca.command({ fault: "drop" });
    await inState(daemon, "alpaca", "faulted");
    const told = await marketd(daemon.folder, ["providers", "test", "alpaca", "--port", port]);
    assertMatch(
      told.stdout,
      /^FAILED {2}alpaca connection: the running daemon says faulted; .*check keyId/,
    );
    assertEquals(told.code, 1);
  }));
