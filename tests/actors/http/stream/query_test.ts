import { assertEquals } from "@std/assert";
import { streamQuery } from "../../../../actors/http/stream/query.ts";

Deno.test("an interval may be subscribed to by any of its names", () => {
  const query = streamQuery({
    intervals: ["1m", "1h", "4h"],
    isFollowed: () => true,
    symbols: () => [],
  });
  assertEquals(query.parse({ intervals: "60m, 240m" }).intervals, new Set(["1h", "4h"]));
  assertEquals(query.safeParse({ intervals: "120m" }).success, false);
});
