import { assert, assertEquals } from "@std/assert";
import { DAY, MINUTE, parseTime, SECOND } from "../../../domain/time.ts";
import { refusalError } from "../../../providers/ig/errors.ts";
import { ig } from "../../../providers/ig/provider.ts";
import { LOGIN } from "../../simulators/ig/simulator.ts";
import { testContext } from "../context.ts";
import { RecordingSink } from "../sink.ts";
import { asking, failureOf, instrument, optionsFor, withVenue } from "./venue.ts";

const WEDNESDAY = parseTime("2026-11-18T12:00:00Z")!;
const SATURDAY = parseTime("2026-11-21T09:00:00Z")!;

function errorOf(status: number, errorCode: string | null, now = WEDNESDAY) {
  return refusalError({ what: "sign in to IG", status, errorCode, retryAfter: null, now });
}

/** Status, IG's code, ours, and whether it is terminal: from IG's list of codes. */
const CODES: readonly (readonly [number, string, string, boolean])[] = [
  [401, "error.security.invalid-details", "bad-key", true],
  [403, "error.security.api-key-invalid", "bad-key", true],
  [401, "error.security.too-many-failed-attempts", "blocked", true],
  [401, "error.security.account-suspended", "blocked", true],
  [401, "error.security.client-suspended", "blocked", true],
  [401, "error.public-api.failure.kyc.required", "blocked", true],
  [401, "authentication.failure.not-a-client-account", "blocked", true],
  [403, "error.security.api-key-disabled", "blocked", true],
  [403, "error.security.api-key-revoked", "blocked", true],
  [403, "unauthorised.api-key.revoked", "blocked", true],
  [403, "error.public-api.exceeded-api-key-allowance", "allowance", false],
  [403, "error.public-api.exceeded-account-allowance", "allowance", false],
  [403, "error.public-api.exceeded-account-historical-data-allowance", "allowance", false],
  [401, "error.security.client-token-invalid", "session", false],
  [401, "error.security.account-token-invalid", "session", false],
  [401, "error.security.oauth-token-invalid", "session", false],
  [401, "error.security.account-token-expired", "session", false],
  [401, "error.security.generic", "refused", false],
  [500, "system.error", "lost", false],
  [500, "error.security.get.session.timeout", "lost", false],
  [504, "error.security.authentication.timeout", "lost", false],
  [400, "error.switch.invalid-accountId", "refused", true],
  [404, "error.public-api.epic-not-found", "refused", false],
];

for (const [status, errorCode, code, terminal] of CODES) {
  Deno.test(`IG's ${errorCode} is ${code}${terminal ? ", for good" : ""}`, () => {
    const error = errorOf(status, errorCode);
    assertEquals([error.code, error.terminal], [code, terminal]);
    assert(error.message.startsWith(`Cannot sign in to IG: IG says ${errorCode}`), error.message);
  });
}

Deno.test("an allowance tells when to come back, and is no end of the session", () => {
  assertEquals(errorOf(403, "error.public-api.exceeded-account-allowance").retryAfter, MINUTE);
  const week = errorOf(403, "error.public-api.exceeded-account-historical-data-allowance");
  assertEquals(week.retryAfter, DAY);
  assert(!/session is over/.test(week.message));
});

Deno.test("503 is maintenance at the weekend, and a passing fault in the week", () => {
  const weekend = errorOf(503, null, SATURDAY);
  assertEquals([weekend.code, weekend.terminal], ["maintenance", false]);
  assert(weekend.retryAfter! >= MINUTE);
  assertEquals(errorOf(503, null).code, "lost");
});

Deno.test("Retry-After counts, in seconds and as a date", () => {
  const at = (retryAfter: string) =>
    refusalError({ what: "x", status: 503, errorCode: null, retryAfter, now: WEDNESDAY });
  assertEquals(at("120").retryAfter, 120 * SECOND);
  // Wednesday noon and five minutes.
  assertEquals(at("Wed, 18 Nov 2026 12:05:00 GMT").retryAfter, 5 * MINUTE);
  assertEquals(at("soon").retryAfter, undefined);
});

Deno.test("a wrong password is told as such, once, and not tried again", async () => {
  await withVenue(async ({ simulator, provider }) => {
    const { signal } = new AbortController();
    const error = await failureOf(() => provider.authenticate(signal));
    assertEquals([error.code, error.terminal], ["bad-key", true]);
    assertEquals(simulator.asked.length, 1);
  }, { options: { password: "wrong-password-here" } });
});

Deno.test("an allowance that IG says is used up is believed, and the session stays", async () => {
  await withVenue(async ({ simulator, context, provider }) => {
    const session = await provider.authenticate(new AbortController().signal);
    const errorCode = "error.public-api.exceeded-account-allowance";
    simulator.command({ fault: "allowance", errorCode });
    const error = await failureOf(() => session.latest!([instrument("EURUSD")], asking()));
    assertEquals(error.code, "allowance");
    assertEquals(context.told.get("account"), 0);
    simulator.heal();
    assertEquals((await session.latest!([instrument("EURUSD")], asking())).length, 1);
    await session.logOut();
  });
});

Deno.test("an answer of another shape is bad data, and names the place", async () => {
  await withVenue(async ({ simulator, provider }) => {
    const session = await provider.authenticate(new AbortController().signal);
    simulator.sentiment.set("EURUSD", NaN);
    const error = await failureOf(() => session.sentiment!(instrument("EURUSD"), asking()));
    assertEquals(error.code, "bad-data");
    assert(error.message.includes("longPositionPercentage"), error.message);
    await session.logOut();
  });
});

Deno.test("no credential and no token is in any error's message, whatever goes wrong", async () => {
  const messages: string[] = [];
  const secrets: string[] = [LOGIN.apiKey, LOGIN.username, LOGIN.password];
  const collect = async (run: () => Promise<unknown>) => {
    const error = await failureOf(run);
    messages.push(error.message, String(error.cause ?? ""));
  };
  for (const sessionVersion of [2, 3]) {
    await withVenue(async ({ simulator, context, provider }) => {
      const { signal } = new AbortController();
      const session = await provider.authenticate(signal);
      const sink = new RecordingSink();
      const stream = await session.openStream(sink, signal);
      await stream.subscribe([instrument("EURUSD")]);
      simulator.command({ fault: "end", code: 8, message: context.concealed.join() });
      await sink.untilEnd().then((end) => messages.push(String(end)));
      simulator.command({ fault: "expire" });
      await collect(() => session.openStream(new RecordingSink(), signal));
      await collect(() => session.latest!([instrument("EURUSD")], asking()));
      await collect(() => session.renew!(signal));
      simulator.command({ fault: "maintenance" });
      await collect(() => session.search!("x", asking()));
      await collect(() => provider.authenticate(signal));
      simulator.heal();
      secrets.push(...context.concealed);
    }, { options: { sessionVersion } });
  }
  // A venue that is not there.
  await withVenue(async ({ simulator }) => {
    const options = optionsFor(simulator, { endpoints: { api: "http://127.0.0.1:9/gateway" } });
    const provider = ig.create(options, testContext());
    await collect(() => provider.authenticate(new AbortController().signal));
  });
  assert(messages.length >= 13 && secrets.length >= 9);
  for (const message of messages) {
    for (const secret of secrets) assert(!message.includes(secret), message);
  }
});
