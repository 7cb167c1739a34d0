import { assertEquals } from "@std/assert";
import { type Circumstances, freshnessOf } from "../../domain/freshness.ts";
import { parseTime, SECOND } from "../../domain/time.ts";

/** A Monday, in London's session. */
const NOW = parseTime("2026-03-02T12:00:00Z")!;
const SUNDAY = parseTime("2026-03-01T12:00:00Z")!;

const WELL: Circumstances = {
  market: "LSE",
  alwaysOpen: false,
  provider: "ig",
  connection: "live",
  failures: 0,
  lastError: null,
  refusal: null,
  halt: null,
  subscribed: true,
  following: "live",
  fault: null,
  heardAt: NOW - SECOND,
  providerHeardAt: NOW - SECOND,
};

function stateOf(change: Partial<Circumstances>, now = NOW): string {
  return freshnessOf({ ...WELL, ...change }, now).state;
}

Deno.test("an instrument that is heard is live, and quiet after a minute in which only others are", () => {
  assertEquals(stateOf({}), "live");
  assertEquals(stateOf({ heardAt: NOW - 59 * SECOND }), "live");
  assertEquals(stateOf({ heardAt: NOW - 61 * SECOND }), "quiet");
});

Deno.test("where nothing at all is heard of a feed, its instruments are stale", () => {
  const heardAt = NOW - 20 * SECOND;
  assertEquals(stateOf({ heardAt, providerHeardAt: heardAt }), "stale");
  assertEquals(
    freshnessOf({ ...WELL, connection: "stale", lastError: "The venue does not answer." }, NOW),
    { state: "stale", reason: "The venue does not answer." },
  );
});

Deno.test("silence out of hours is no fault, and one that begins with the session is counted from there", () => {
  const friday = parseTime("2026-02-27T16:29:00Z")!;
  const silent = { heardAt: friday, providerHeardAt: friday };
  assertEquals(stateOf(silent, SUNDAY), "closed");
  // London's auction call begins at 07:50.
  assertEquals(stateOf(silent, parseTime("2026-03-02T07:50:10Z")!), "live");
  assertEquals(stateOf(silent, parseTime("2026-03-02T07:50:20Z")!), "stale");
  assertEquals(stateOf({ ...silent, alwaysOpen: true }, SUNDAY), "stale");
});

Deno.test("a feed that is down is wrong at any hour, and says why", () => {
  for (const connection of ["backoff", "faulted", "stopped", "given-up", "restarting"]) {
    assertEquals(stateOf({ connection }), "wrong", connection);
    assertEquals(stateOf({ connection }, SUNDAY), "wrong", connection);
  }
  assertEquals(
    freshnessOf({ ...WELL, connection: "faulted", lastError: "The key is refused." }, NOW).reason,
    "ig is faulted: The key is refused.",
  );
  assertEquals(stateOf({ connection: "opening" }), "waiting");
  assertEquals(stateOf({ connection: "opening", failures: 3 }), "wrong");
});

Deno.test("what nobody streams is wrong, unless it is asked for by request", () => {
  const refusal = { reason: "No such epic.", polls: false };
  assertEquals(freshnessOf({ ...WELL, refusal }, NOW), { state: "wrong", reason: "No such epic." });
  const polled = freshnessOf({ ...WELL, refusal: { ...refusal, polls: true } }, NOW);
  assertEquals(polled.state, "live");
  assertEquals(polled.reason, "ig is asked by request, for want of a stream.");
});

Deno.test("an instrument whose candles fail is wrong though its feed is well", () => {
  assertEquals(
    freshnessOf({ ...WELL, following: "failed", fault: "It threw." }, NOW),
    { state: "wrong", reason: "It threw." },
  );
});

Deno.test("a halt, an end, a beginning and what nobody needs are told apart from silence", () => {
  assertEquals(stateOf({ halt: "News pending." }), "halted");
  assertEquals(stateOf({ following: "finished", connection: "ended" }), "ended");
  assertEquals(stateOf({ subscribed: false, heardAt: null }), "idle");
  assertEquals(stateOf({ subscribed: false, connection: "faulted" }), "wrong");
  assertEquals(stateOf({ heardAt: null }), "waiting");
  assertEquals(stateOf({ heardAt: null, providerHeardAt: null }), "waiting");
});
