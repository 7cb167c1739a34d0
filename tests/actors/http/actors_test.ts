import { assertEquals } from "@std/assert";
import { inPlace } from "./place.ts";

Deno.test("the actors are told each after its parent, with how often each was started again", async () => {
  await inPlace(async (place) => {
    const report = (id: string, parent: string, restarts = 0, lastError: string | null = null) => ({
      parent,
      report: {
        id,
        status: restarts > 0 ? "restarting" as const : "running" as const,
        restarts,
        lastError,
      },
    });
    place.reports.push(
      report("hub", "root"),
      report("instruments", "root"),
      report("connections", "root"),
      report("connection-ig", "connections", 3, "It threw."),
      report("shard-1", "instruments"),
    );
    const { data } = await place.json("/api/v1/actors");
    assertEquals(data.map(({ id }) => id), [
      "hub",
      "instruments",
      "shard-1",
      "connections",
      "connection-ig",
    ]);
    assertEquals(data.at(-1), {
      id: "connection-ig",
      parent: "connections",
      status: "restarting",
      restarts: 3,
      lastError: "It threw.",
    });
  });
});
