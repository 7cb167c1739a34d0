import { assertEquals } from "@std/assert";
import type { Trade } from "../../../domain/tick.ts";
import { type Micros, SECOND } from "../../../domain/time.ts";
import { T0, trade } from "../fixture.ts";
import { connect, Scripted, statesTold } from "./scripted.ts";

function tradeAt(time: Micros): Trade {
  return { ...trade(), symbol: "AAPL", provider: "test", time, receivedAt: time };
}

Deno.test("a stream that spoke for a while and then fell silent is found mute", async () => {
  const provider = new Scripted();
  provider.alwaysOpen = false;
  provider.looks = true;
  const one = await connect(provider);
  // Heard for ten seconds after it went live, then never again.
  await one.live(10);
  one.provider.sink.ticks([tradeAt(T0 + 10 * SECOND)]);
  one.provider.onLatest = () => Promise.resolve([tradeAt(one.world.clock.time)]);
  await one.live(120);
  const looks = one.provider.diary.filter((e) => e.startsWith("latest")).length;
  assertEquals(looks < 5, true, `${looks} looks in 120 s`);
  assertEquals(statesTold(one).slice(0, 2), ["live", "backoff"]);
  one.stop();
});
