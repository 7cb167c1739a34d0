import { assertEquals } from "@std/assert";
import { completeExchange, flawOfExchange, preferredOf } from "../../domain/exchange.ts";

Deno.test("a provider's place is its priority unless one is said", () => {
  assertEquals(completeExchange([{ provider: "a" }, { provider: "b", priority: 9 }]), [
    { provider: "a", priority: 1, primary: false, active: true },
    { provider: "b", priority: 9, primary: false, active: true },
  ]);
});

Deno.test("the primary comes first, then the lowest priority; who is not active is not asked", () => {
  const preferred = (...specs: Parameters<typeof completeExchange>[0]) =>
    preferredOf(completeExchange(specs)).join();
  assertEquals(preferred({ provider: "a" }, { provider: "b" }), "a,b");
  assertEquals(preferred({ provider: "a", priority: 2 }, { provider: "b", priority: 1 }), "b,a");
  assertEquals(preferred({ provider: "a" }, { provider: "b", priority: 9, primary: true }), "b,a");
  assertEquals(preferred({ provider: "b", priority: 3 }, { provider: "a", priority: 3 }), "a,b");
  const away = { provider: "b", primary: true, active: false };
  assertEquals(preferred({ provider: "a" }, away), "a");
  assertEquals(preferred(away), "");
});

Deno.test("one that is named twice, and a second primary, are flaws", () => {
  assertEquals(flawOfExchange([{ provider: "a" }, { provider: "a" }]), "name a twice");
  const primary = (provider: string, active = true) => ({ provider, primary: true, active });
  assertEquals(flawOfExchange([primary("a"), primary("b")]), "have more than one primary: a, b");
  assertEquals(flawOfExchange([primary("a"), primary("b", false)]), undefined);
});
