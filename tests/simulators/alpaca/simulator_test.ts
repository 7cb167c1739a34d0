/**
 * The simulator's own manners, where no client library shows them.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { resolveInstrument } from "../../../domain/instrument.ts";
import { venueOf } from "../../providers/alpaca/venue.ts";
import { type AlpacaSimulator, SIM_KEYS, type SimOptions, start } from "./simulator.ts";

const RECORDINGS = Deno.env.get("MARKETD_RECORDINGS");

async function withSimulator(
  options: SimOptions,
  run: (simulator: AlpacaSimulator) => Promise<void>,
): Promise<void> {
  const simulator = await start(options);
  try {
    await run(simulator);
  } finally {
    await simulator.stop();
  }
}

/** A bare client of the market stream: what it hears, message by message. */
class BareClient {
  readonly heard: Record<string, unknown>[] = [];
  readonly #socket: WebSocket;
  readonly #closed = Promise.withResolvers<void>();
  #wake = Promise.withResolvers<void>();

  constructor(simulator: AlpacaSimulator) {
    this.#socket = new WebSocket(`${simulator.endpoints.stream}/v2/iex`);
    this.#socket.onmessage = ({ data }) => {
      this.heard.push(...JSON.parse(data));
      this.#wake.resolve();
      this.#wake = Promise.withResolvers();
    };
    this.#socket.onclose = () => this.#closed.resolve();
  }

  /** The codes of errors, and the words of successes, in order. */
  get said(): unknown[] {
    return this.heard.map((message) => message["code"] ?? message["msg"] ?? message["T"]);
  }

  async until(count: number): Promise<void> {
    while (this.heard.length < count) await this.#wake.promise;
  }

  async ask(text: string): Promise<void> {
    const before = this.heard.length;
    this.#socket.send(text);
    await this.until(before + 1);
  }

  closed(): Promise<void> {
    return this.#closed.promise;
  }

  close(): Promise<void> {
    this.#socket.close();
    return this.#closed.promise;
  }
}

const AUTH = JSON.stringify({ action: "auth", key: SIM_KEYS.keyId, secret: SIM_KEYS.secret });

Deno.test("the simulator says what the protocol's page says to each misstep of a client", async () => {
  await withSimulator({}, async (simulator) => {
    const client = new BareClient(simulator);
    await client.until(1);
    await client.ask("{");
    await client.ask('{"action":"subscribe","trades":["AAPL"]}');
    await client.ask('{"action":"dance"}');
    await client.ask(AUTH);
    await client.ask(AUTH);
    await client.ask('{"action":"subscribe","trades":"AAPL"}');
    await client.ask('{"action":"subscribe","trades":["AAPL"]}');
    assertEquals(client.said, [
      "connected",
      400,
      401,
      400,
      "authenticated",
      403,
      400,
      "subscription",
    ]);
    const { trades, corrections, cancelErrors, quotes } = client.heard.at(-1)!;
    assertEquals([trades, corrections, cancelErrors, quotes], [["AAPL"], ["AAPL"], ["AAPL"], []]);
    await client.close();
  });
});

Deno.test("the simulator closes a client that does not sign in", async () => {
  await withSimulator({ authTimeoutMs: 50 }, async (simulator) => {
    const client = new BareClient(simulator);
    await client.closed();
    assertEquals(client.said, ["connected", 404]);
  });
});

Deno.test("the simulator is commanded over HTTP", async () => {
  await withSimulator({}, async (simulator) => {
    const control = async (command: unknown) => {
      const body = JSON.stringify(command);
      const response = await fetch(`${simulator.endpoints.data}/control`, { method: "POST", body });
      await response.body?.cancel();
      return response.status;
    };
    const { signIn, open } = venueOf(simulator);
    const { sink, stream } = await open();
    assertEquals(await control({ fault: "drop" }), 204);
    assert(await sink.untilEnd() !== "ended");
    await stream.close();
    assertEquals(await control({ fault: "maintenance" }), 204);
    const [refused] = await Promise.allSettled([signIn()]);
    assertEquals(refused!.status, "rejected");
    assertEquals(await control({ fault: "none" }), 204);
    await signIn();
    assertEquals(await control({ fault: "hiccups" }), 400);
  });
});

Deno.test({
  name: "a recorded SPY day goes through the stream whole, in its order (MARKETD_RECORDINGS)",
  ignore: RECORDINGS === undefined,
  fn: async () => {
    await withSimulator({}, async (simulator) => {
      const { sink, stream } = await venueOf(simulator).open();
      await stream.subscribe([resolveInstrument({ symbol: "SPY" })]);
      const said = await simulator.play(`${RECORDINGS}/spy-20131007-trades.csv.gz`);
      // The recording's own count of trades.
      assertEquals(said, 250_601);
      await sink.until(() => sink.ticked.length >= said);
      assertEquals(sink.ticked.length, 250_601);
      assertEquals(simulator.sent.get("SPY t"), 250_601);
      assert(sink.ticked.every(({ id }, i) => id === `P-${i}`));
      assertEquals(sink.problems, []);
      await stream.close();
    });
  },
});
