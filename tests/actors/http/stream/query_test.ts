import { assert, assertEquals } from "@std/assert";
import { streamQuery, toRequest } from "../../../../actors/http/stream/query.ts";
import { consumed } from "../../../../actors/http/stream/subscription.ts";

const query = streamQuery({
  intervals: ["1m", "1h", "4h"],
  isFollowed: (symbol) => ["AAPL", "VOD.L"].includes(symbol),
  symbols: () => ["AAPL", "VOD.L"],
});

Deno.test("an interval may be subscribed to by any of its names", () => {
  const { intervals } = query.parse({ intervals: "60m, 240m" });
  assertEquals(intervals, new Map([["1h", null], ["4h", null]]));
  assertEquals(query.safeParse({ intervals: "120m" }).success, false);
});

Deno.test("types and intervals may be limited to instruments, of which all is more than one", () => {
  const { types, intervals } = query.parse({
    types: "candle,trade@aapl, trade@VOD.L,quote@AAPL,quote,state,state@AAPL",
    intervals: "1m,60m@AAPL",
  });
  assertEquals(
    types,
    new Map([
      ["candle", null],
      ["trade", new Set(["AAPL", "VOD.L"])],
      ["quote", null],
      ["state", null],
    ]),
  );
  assertEquals(intervals, new Map([["1m", null], ["1h", new Set(["AAPL"])]]));
  assertEquals(query.parse({ types: "trade@AAPL,*" }).types, null);
});

Deno.test("a limit to what is not followed is refused, and names what is", () => {
  const { success, error } = query.safeParse({ types: "trade@AAPLE" });
  assertEquals(success, false);
  assert(error!.message.includes("must be of followed instruments, such as AAPL"));
});

Deno.test("a client consumes the instruments whose data it takes, not those it hears only the fate of", () => {
  const consumedBy = (said: Record<string, string>) =>
    consumed(toRequest(query.parse(said), undefined, "sse").subscription);
  assertEquals(consumedBy({}), null);
  assertEquals(consumedBy({ symbols: "AAPL" }), new Set(["AAPL"]));
  assertEquals(consumedBy({ types: "gap,status" }), new Set());
  assertEquals(consumedBy({ types: "status,quote@VOD.L" }), new Set(["VOD.L"]));
  assertEquals(consumedBy({ symbols: "AAPL", types: "quote@VOD.L" }), new Set());
  assertEquals(consumedBy({ types: "quote@VOD.L,candle" }), null);
});
