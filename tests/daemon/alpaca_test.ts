/**
 * The whole daemon at Alpaca, with a simulated venue: what a user of its keys sees.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { inFolder } from "../actors/commands/run.ts";
import {
  type AlpacaSimulator,
  SIM_KEYS,
  type SimOptions,
  start,
} from "../simulators/alpaca/simulator.ts";
import { Daemon, eventually, pause } from "./daemon.ts";

interface ProviderView {
  readonly id: string;
  readonly state: string;
  readonly lastError: string | null;
  readonly refusals: readonly { readonly symbol: string; readonly reason: string }[];
}

interface Page<T> {
  readonly data: readonly T[];
}

/** Runs a daemon whose only configuration is the environment that users of Alpaca have. */
function atAlpaca(
  options: SimOptions & { secret?: string; symbols?: string },
  run: (daemon: Daemon, simulator: AlpacaSimulator) => Promise<void>,
): Promise<void> {
  return inFolder({}, async (folder) => {
    const simulator = await start({ rate: 200, ...options });
    const { trading, data, stream } = simulator.endpoints;
    const env = {
      APCA_API_KEY_ID: SIM_KEYS.keyId,
      APCA_API_SECRET_KEY: options.secret ?? SIM_KEYS.secret,
      ALPACA_TRADING_URL: trading,
      ALPACA_DATA_URL: data,
      ALPACA_STREAM_URL: stream,
      US_SYMBOLS: options.symbols ?? "AAPL,IBM",
    };
    const daemon = await Daemon.start({ folder, env });
    try {
      await run(daemon, simulator);
      const pages = ["/api/v1/providers", "/api/v1/status", "/health", "/metrics", "/"];
      const said = await Promise.all(
        pages.map(async (page) => await (await daemon.get(page)).text()),
      );
      for (const secret of [SIM_KEYS.keyId, env.APCA_API_SECRET_KEY]) {
        for (const text of [...said, daemon.stdout, daemon.stderr]) {
          assert(!text.includes(secret), text);
        }
      }
    } finally {
      assertEquals(await daemon.stop(), 0);
      await simulator.stop();
    }
  });
}

async function provider(daemon: Daemon): Promise<ProviderView> {
  const { data } = await daemon.json<Page<ProviderView>>("/api/v1/providers");
  return data.find(({ id }) => id === "alpaca")!;
}

Deno.test("Alpaca's keys in the environment are enough, and a cut stream comes back", () =>
  atAlpaca({}, async (daemon, simulator) => {
    await eventually("a candle of its trades forms", async () => {
      const path = "/api/v1/candles?symbol=IBM&interval=1m";
      const { data } = await daemon.json<Page<{ providers: string[]; tickVolume: number }>>(path);
      return data.some((one) => one.providers[0] === "alpaca" && one.tickVolume > 10);
    });
    simulator.command({ fault: "drop" });
    await eventually(
      "it signs in again",
      () => Promise.resolve(simulator.seen.logins.length === 2),
    );
    await eventually("it is live again", async () => (await provider(daemon)).state === "live");
    assertEquals(simulator.connections, 1);
  }));

Deno.test("a wrong key at Alpaca is tried once, and told", () =>
  atAlpaca({ secret: "a-secret-that-is-wrong" }, async (daemon, simulator) => {
    await eventually("it is faulted", async () => (await provider(daemon)).state === "faulted");
    const { lastError } = await provider(daemon);
    assert(lastError?.includes("Cannot sign in to Alpaca (paper)"), `${lastError}`);
    // Long enough for the first of any retries.
    await pause(2_000);
    assertEquals(simulator.seen.requests.length, 1);
  }));

Deno.test("what does not fit Alpaca's plan is told and polled; what does is streamed", () =>
  atAlpaca({ symbolLimit: 1, symbols: "AAPL,IBM" }, async (daemon) => {
    await eventually("a refusal is told", async () => {
      const { refusals } = await provider(daemon);
      return refusals.length === 1 && refusals[0]!.reason.includes("405");
    });
    const { refusals: [{ symbol } = { symbol: "" }] } = await provider(daemon);
    await eventually("the other is polled", async () => {
      const path = `/api/v1/ticks?symbol=${symbol}&limit=10`;
      const { data } = await daemon.json<Page<{ flags: string[] }>>(path);
      return data.length > 0 && data.every(({ flags }) => flags.includes("polled"));
    });
  }));
