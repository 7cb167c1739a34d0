import { assertEquals } from "@std/assert";
import { FLAGS } from "../../../domain/flags.ts";
import type { Trade } from "../../../domain/tick.ts";
import { type Micros, SECOND } from "../../../domain/time.ts";
import { ProviderError } from "../../../providers/provider.ts";
import { T0, trade } from "../fixture.ts";
import { connect, eventsOf, Scripted } from "./scripted.ts";

function tradeAt(time: Micros): Trade {
  return { ...trade(), id: "V-1", symbol: "AAPL", provider: "test", time, receivedAt: time };
}

Deno.test("a trade that the stream told is not told again by the poll that stands in for it", async () => {
  const provider = new Scripted();
  provider.alwaysOpen = false;
  provider.looks = true;
  const one = await connect(provider);
  await one.live(1);
  one.provider.sink.ticks([tradeAt(T0)]);
  provider.onOpen = () => Promise.reject(new ProviderError("refused", "Cannot open the stream."));
  provider.onLatest = () =>
    Promise.resolve([{ ...tradeAt(T0), flags: FLAGS.polled, receivedAt: one.world.clock.time }]);
  one.provider.sink.lost(new ProviderError("lost", "gone"));
  await one.live(20);
  assertEquals(one.state(), "polling");
  const told = eventsOf(one.heard.routing, "routing.ticks").flatMap(({ ticks }) => ticks);
  assertEquals(told.map(({ id, flags }) => [id, flags]), [["V-1", 0]]);
  one.stop();
});

Deno.test("a session that IG calls over while it is polled is begun anew", async () => {
  const { refusalError } = await import("../../../providers/ig/errors.ts");
  const over = refusalError({
    what: "get 1 markets from IG",
    status: 401,
    errorCode: "error.security.client-token-invalid",
    retryAfter: null,
    now: T0 + SECOND,
  });
  const provider = new Scripted();
  provider.alwaysOpen = false;
  provider.looks = true;
  provider.onOpen = () => Promise.reject(new ProviderError("lost", "Cannot open: tokens."));
  const one = await connect(provider);
  await one.live(5);
  assertEquals(one.state(), "polling");
  const before = provider.diary.filter((entry) => entry === "authenticate").length;
  provider.onLatest = () => Promise.reject(over);
  await one.live(600);
  const after = provider.diary.filter((entry) => entry === "authenticate").length;
  assertEquals(after > before, true, `still ${one.state()}, signed in ${after} times as before`);
  one.stop();
});
