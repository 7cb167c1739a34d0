import { assertEquals } from "@std/assert";
import { VenueQuotas } from "../../../actors/connections/quotas.ts";
import { SECOND } from "../../../domain/time.ts";

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
