/**
 * Alpaca's own stream clients, under Node, against the simulator: msgpack and binary frames too.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Nanos } from "../messages.ts";
import { type AlpacaSimulator, SIM_KEYS, start } from "../simulator.ts";
import { hasNode, type OfficialStream, startOfficial } from "./node.ts";

const HAS_NODE = await hasNode();
if (!HAS_NODE) console.warn("There is no node to run Alpaca's own stream clients: not tried.");

function official(
  holds: string,
  run: (simulator: AlpacaSimulator) => Promise<void>,
): void {
  // Where CI=true nothing is skipped: it fails instead.
  const ignore = !HAS_NODE && Deno.env.get("CI") !== "true";
  Deno.test({
    name: `the official stream client ${holds}`,
    ignore,
    fn: async () => {
      const simulator = await start();
      try {
        await run(simulator);
      } finally {
        await simulator.stop();
      }
    },
  });
}

/** Signs in to the market stream, for AAPL and IBM. */
function market(simulator: AlpacaSimulator, feed = "iex", keys = SIM_KEYS) {
  const url = `${simulator.endpoints.stream}/v2/${feed}`;
  return startOfficial({ kind: "market", url, ...keys, symbols: ["AAPL", "IBM"] });
}

/** Waits until the venue has taken every channel. */
async function subscribed(client: OfficialStream): Promise<void> {
  await client.until(() => {
    const state = client.of("subscription").at(-1);
    return Array.isArray(state?.["statuses"]) && state["statuses"].length === 2;
  });
}

official("receives trades and quotes in msgpack, to the last digit", async (simulator) => {
  await using client = await market(simulator);
  await subscribed(client);
  assertEquals(client.of("outcome")[0]?.["authenticated"], true);
  const t = Nanos.parse("2026-07-01T13:30:00.123456789Z");
  const trade = { i: 9_007_199_254_740_993n, p: 230.01, s: 7, c: ["@", "I"], t };
  const quote = { ax: "V", ap: 230.02, as: 3, bx: "Q", bp: 230, bs: 4, c: ["R"], t, z: "A" };
  simulator.say(simulator.trade("AAPL", trade), { T: "q", S: "IBM", ...quote });
  simulator.say(simulator.trade("MSFT", { i: 1 }));
  simulator.say(simulator.trade("AAPL", { i: 2 }));
  await client.until(() => client.of("trade").length === 2);
  const [first, second] = client.of("trade");
  assertEquals(
    [first!["symbol"], first!["idRaw"], first!["price"], first!["size"], first!["timestampRaw"]],
    ["AAPL", "9007199254740993", 230.01, 7, "2026-07-01T13:30:00.123456789Z"],
  );
  assertEquals([first!["conditions"], first!["exchange"], first!["tape"]], [["@", "I"], "V", "C"]);
  assertEquals(second!["id"], 2);
  const [quoted] = client.of("quote");
  assertEquals(
    [quoted!["symbol"], quoted!["bidPrice"], quoted!["bidSize"], quoted!["askPrice"]],
    ["IBM", 230, 4, 230.02],
  );
  assertEquals(client.of("error"), []);
});

official("receives bars, halts, corrections and cancels", async (simulator) => {
  await using client = await market(simulator);
  await subscribed(client);
  const t = Nanos.parse("2026-07-01T13:30:00Z");
  const S = "AAPL";
  const old = { oi: 1, op: 2, os: 3, oc: ["@"] };
  const corrected = { ci: 2, cp: 5, cs: 6, cc: ["@", "I"] };
  simulator.say(
    { T: "b", S, o: 1, h: 4, l: 0.5, c: 2, v: 1_000, n: 12, vw: 1.5, t },
    { T: "s", S, sc: "H", sm: "Trading Halt", rc: "T1", rm: "News Pending", t, z: "C" },
    { T: "c", S, x: "V", ...old, ...corrected, t, z: "C" },
    { T: "x", S, i: 2, x: "V", p: 5, s: 6, a: "C", t, z: "C" },
  );
  await client.until(() => client.of("cancel").length === 1);
  const [bar] = client.of("bar");
  assertEquals([bar!["open"], bar!["vwap"], bar!["tradeCount"]], [1, 1.5, 12]);
  assertEquals(client.of("status")[0]!["statusCode"], "H");
  const [correction] = client.of("correction");
  assertEquals([correction!["originalId"], correction!["correctedPrice"]], [1, 5]);
  assertEquals(client.of("cancel")[0]!["action"], "C");
});

official(
  "is refused with wrong keys, and on a feed that the plan does not include",
  async (simulator) => {
    await using wrong = await market(simulator, "iex", { ...SIM_KEYS, secret: "wrong" });
    await wrong.until(() => wrong.of("outcome").length === 1);
    assertEquals([wrong.of("outcome")[0]!["authenticated"], wrong.of("outcome")[0]!["code"]], [
      false,
      402,
    ]);
    await using dear = await market(simulator, "sip");
    await dear.until(() => dear.of("outcome").length === 1);
    assertEquals(dear.of("outcome")[0]!["authenticated"], false);
    assert(
      String(dear.of("error")[0]).includes("insufficient subscription"),
      `${dear.of("error")}`,
    );
  },
);

official("listens to the account's orders, in binary frames", async (simulator) => {
  const url = `${simulator.endpoints.stream}/stream`;
  await using client = await startOfficial({ kind: "trading", url, ...SIM_KEYS, symbols: [] });
  await client.until(() => client.of("subscription").length === 1);
  simulator.update({
    event: "fill",
    execution_id: "e1",
    timestamp: "2026-07-01T13:30:00.123456Z",
    price: "230.01",
    qty: "1",
    position_qty: "1",
    order: { id: "o1", client_order_id: "c1", symbol: "AAPL", status: "filled", side: "buy" },
  });
  await client.until(() => client.of("update").length === 1);
  const update = client.of("update")[0]! as {
    event: string;
    price: string;
    order: { symbol: string };
  };
  assertEquals([update.event, update.price, update.order.symbol], ["fill", "230.01", "AAPL"]);
});
