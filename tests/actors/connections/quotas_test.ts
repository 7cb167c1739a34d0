import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { VenueQuotas } from "../../../actors/connections/quotas.ts";
import type { KeptQuota } from "../../../db/store.ts";
import type { Allowance, Purpose } from "../../../domain/quota.ts";
import { MINUTE, SECOND } from "../../../domain/time.ts";
import { ProviderError } from "../../../providers/provider.ts";

const now = () => Math.round((performance.timeOrigin + performance.now()) * 1_000);

function quotasOf(...allowances: Allowance[]) {
  const kept: KeptQuota[] = [];
  const make = (before: readonly KeptQuota[] = []) =>
    new VenueQuotas({
      provider: "ig",
      allowances,
      kept: before,
      now,
      keep: (quota) => kept.push(quota),
    });
  return { quotas: make(), kept, make };
}

async function refusalOf(asked: Promise<void>): Promise<ProviderError> {
  const error = await asked.then(() => undefined, (error) => error);
  assert(error instanceof ProviderError);
  return error;
}

const { signal } = new AbortController();
const request = (purpose: Purpose, cost = 1) => ({ purpose, signal, cost });

Deno.test("requests wait their turn, the more urgent ones first", async () => {
  const { quotas } = quotasOf({ name: "requests", limit: 2, per: "second" });
  const turns: string[] = [];
  const ask = (name: string, purpose: Purpose) =>
    quotas.take(["requests"], request(purpose)).then(() => turns.push(name));
  await Promise.all([
    ask("first", "live"),
    ask("second", "live"),
    ask("history", "backfill"),
    ask("look", "live"),
    ask("buy", "order"),
  ]);
  assertEquals(turns, ["first", "second", "buy", "look", "history"]);
});

Deno.test("a request that waits for one allowance does not hold up those that need another", async () => {
  const { quotas } = quotasOf(
    { name: "requests", limit: 10, per: "minute" },
    { name: "history", limit: 1, per: "second" },
  );
  await quotas.take(["requests", "history"], request("backfill"));
  const waiting = quotas.take(["history"], request("backfill"));
  await quotas.take(["requests"], request("live"));
  await waiting;
});

Deno.test("an allowance that is used up for long is told with the time of its return", async () => {
  const { quotas } = quotasOf({ name: "history", limit: 100, per: "week" });
  await quotas.take(["history"], request("backfill", 100));
  const error = await refusalOf(quotas.take(["history"], request("backfill")));
  assertMatch(
    error.message,
    /^Cannot ask ig: its allowance "history" of 100 a week is used up; there is room at 20.*Z\.$/,
  );
  assert(error.retryAfter! > 6 * 24 * 60 * MINUTE);
  assertEquals(error.code, "allowance");
  const never = await refusalOf(quotas.take(["history"], request("backfill", 101)));
  assertMatch(never.message, /101 at once is more than it ever gives/);
  assertEquals(never.retryAfter, undefined);
});

Deno.test("what was spent is kept, and is not forgotten over a restart", async () => {
  const { quotas, kept, make } = quotasOf({ name: "history", limit: 100, per: "week" });
  await quotas.take(["history"], request("backfill", 60));
  const again = make(kept.slice(-1));
  assertEquals(again.report().map(({ left }) => left), [40]);
});

Deno.test("the venue's own word of what is left counts", async () => {
  const { quotas, kept } = quotasOf({ name: "history", limit: 100, per: "week" });
  quotas.told("history", 3);
  assertEquals(quotas.report().map(({ left }) => left), [3]);
  assertEquals(kept.length, 1);
  await assertRejects(() => quotas.take(["history"], request("live", 4)), ProviderError);
});

Deno.test("a request that is no longer wanted gives up its turn", async () => {
  const { quotas } = quotasOf({ name: "requests", limit: 1, per: "second" });
  await quotas.take(["requests"], request("live"));
  const controller = new AbortController();
  const gone = quotas.take(["requests"], { purpose: "live", signal: controller.signal });
  const next = quotas.take(["requests"], request("live"));
  controller.abort(new Error("no longer wanted"));
  await assertRejects(() => gone, /no longer wanted/);
  await next;
  await assertRejects(
    () => quotas.take(["requests"], { purpose: "live", signal: controller.signal }),
    /no longer wanted/,
  );
});

Deno.test("no more requests wait than a venue could ever answer", async () => {
  const { quotas } = quotasOf({ name: "requests", limit: 1, per: "minute" });
  await quotas.take(["requests"], request("live"));
  const controller = new AbortController();
  const waiting = Array.from(
    { length: 1_000 },
    () =>
      quotas.take(["requests"], { purpose: "live", signal: controller.signal }).catch(() => "gone"),
  );
  const refusal = await refusalOf(quotas.take(["requests"], request("live")));
  assertMatch(refusal.message, /1000 requests wait for their turn already/);
  controller.abort(new Error("over"));
  assertEquals(new Set(await Promise.all(waiting)), new Set(["gone"]));
});

Deno.test("a request whose turn moves out of reach while it waits is told so", async () => {
  let now = 1_000 * SECOND;
  const quotas = new VenueQuotas({
    provider: "v",
    kept: [],
    now: () => now,
    keep: () => {},
    allowances: [{ name: "minute", limit: 1, per: "minute" }, {
      name: "week",
      limit: 10,
      per: "week",
    }],
  });
  const signal = new AbortController().signal;
  await quotas.take(["minute", "week"], { purpose: "live", signal });
  const second = quotas.take(["minute", "week"], { purpose: "live", signal }).then(
    () => "served",
    (e) => e.code,
  );
  quotas.told("week", 0);
  now += 62 * SECOND;
  const third = quotas.take(["minute"], { purpose: "backfill", signal }).then(
    () => "served",
    (e) => e.code,
  );
  const late = new Promise((resolve) => setTimeout(() => resolve("waits"), 300));
  assertEquals([await Promise.race([second, late]), await Promise.race([third, late])], [
    "allowance",
    "served",
  ]);
});
