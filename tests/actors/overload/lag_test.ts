import { assertEquals } from "@std/assert";
import { LagMeter, SAMPLE } from "../../../actors/overload/lag.ts";

/** A meter on a clock that goes on by what each timer takes, and is late by. */
function metered(lags: readonly number[]): number {
  let now = 0;
  const meter = new LagMeter(() => now);
  for (const lag of lags) {
    now += SAMPLE + lag;
    meter.sample();
  }
  return meter.seconds;
}

Deno.test("the lag is what most timers of the last seconds are late by", () => {
  assertEquals(metered(Array(40).fill(20)), 0.02);
  assertEquals(metered([...Array(60).fill(0), ...Array(20).fill(600)]), 0.6);
});

Deno.test("a pause is no lag, and neither is a start", () => {
  assertEquals(metered([...Array(40).fill(0), 2_500]), 0);
  assertEquals(metered([1_500]), 0);
});
