import { assertEquals } from "@std/assert";
import { connect, eventsOf, Scripted } from "./scripted.ts";

Deno.test("a connection that is started again gives back what it held, and tells what was missed", async () => {
  const provider = new Scripted();
  const one = await connect(provider);
  await one.live(40);
  (one.ref as unknown as { send(event: unknown): void }).send({ type: "subscribe" });
  await one.live(40);
  assertEquals(
    provider.diary.filter((entry) => entry === "close" || entry === "log out").length > 0,
    true,
    provider.diary.join(", "),
  );
  assertEquals(eventsOf(one.heard.instruments, "instruments.gap").length, 1);
  one.stop();
});
