import { assert, assertEquals } from "@std/assert";
import { resolveInstrument } from "../../../domain/instrument.ts";
import { alpaca } from "../../../providers/alpaca/provider.ts";
import { SIM_KEYS, start } from "../../simulators/alpaca/simulator.ts";
import { providerContract } from "../contract.ts";
import { instruments, venueOf } from "./venue.ts";

providerContract(alpaca, {
  waits: false,
  unknown: resolveInstrument({ symbol: "VOD.L" }),
  make: async () => {
    const simulator = await start({ rate: 20_000 });
    return {
      provider: venueOf(simulator).provider(),
      instruments: instruments("AAPL", "IBM", "SPY", "BRK.B"),
      dispose: () => simulator.stop(),
    };
  },
});

const parse = (options: Record<string, unknown>) =>
  alpaca.options.safeParse({ ...SIM_KEYS, ...options });

Deno.test("alpaca: without more than keys it is the paper account and the feed of the free plan", () => {
  const { data } = parse({});
  assertEquals(data?.environment, "paper");
  assertEquals(data?.feed, "iex");
  assertEquals(alpaca.allowances!(data!), [
    { name: "trading", limit: 200, per: "minute" },
    { name: "data", limit: 200, per: "minute" },
  ]);
});

Deno.test("alpaca: a plan's allowances can be told", () => {
  const { data } = parse({ requests: { data: 10_000 } });
  assertEquals(alpaca.allowances!(data!).map(({ limit }) => limit), [200, 10_000]);
});

Deno.test("alpaca: endpoints elsewhere are taken over TLS, and in the clear on loopback alone", () => {
  const takes = (endpoints: Record<string, string>) => parse({ endpoints }).success;
  assert(takes({ trading: "https://proxy.example/alpaca/" }));
  assert(takes({ stream: "wss://proxy.example" }));
  assert(takes({ data: "http://127.0.0.1:8000", stream: "ws://localhost:1" }));
  assert(takes({ data: "http://[::1]:8000" }));
  for (
    const endpoints of [
      { trading: "http://192.168.0.5" },
      { stream: "ws://proxy.example" },
      { stream: "https://proxy.example" },
      { data: "data.alpaca.markets" },
      { data: "https://user:password@proxy.example" },
      { data: "https://proxy.example/?key=1" },
      { else: "https://proxy.example" },
    ]
  ) {
    assert(!takes(endpoints as Record<string, string>), JSON.stringify(endpoints));
  }
  const { error } = parse({ endpoints: { data: "http://192.168.0.5" } });
  assert(error?.issues[0]?.message.includes("loopback"));
});

Deno.test("alpaca: what is not there, and what is unknown, is refused", () => {
  for (const options of [{ keyId: "" }, { environment: "demo" }, { feed: "opra" }, { pace: 1 }]) {
    assert(!parse(options).success, JSON.stringify(options));
  }
});

Deno.test("alpaca: US shares are offered; indices, currencies and other markets are not", () => {
  const { provider } = venueOf({ endpoints: {} } as Awaited<ReturnType<typeof start>>);
  const offers = (symbol: string, feed = "iex") =>
    provider({ feed }).offers(resolveInstrument({ symbol }));
  assert(offers("AAPL").includes("historicalBars"));
  assert(offers("BRK.B").includes("streaming"));
  for (const symbol of ["VOD.L", "SAP.DE", "^GSPC", "EURUSD"]) assertEquals(offers(symbol), []);
  assertEquals(offers("AAPL", "test"), []);
  assertEquals([...offers("FAKEPACA", "test")].sort(), ["bars", "quotes", "streaming", "trades"]);
});
