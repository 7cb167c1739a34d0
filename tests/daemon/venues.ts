/**
 * A daemon between both simulated venues: US shares of the one, London, indices and FX of the other.
 *
 * @module
 */
import { assert } from "@std/assert";
import { inFolder } from "../actors/commands/run.ts";
import { SIM_KEYS, start as startAlpaca } from "../simulators/alpaca/simulator.ts";
import { LOGIN, start as startIg } from "../simulators/ig/simulator.ts";
import { Daemon, eventually } from "./daemon.ts";

/** The credentials, none of which must ever be told. */
const SECRETS = [
  SIM_KEYS.keyId,
  SIM_KEYS.secret,
  LOGIN.apiKey,
  LOGIN.username,
  LOGIN.password,
];
/** What the simulated IG gives out in a session (accounts.ts). */
const TOKEN = /(cst|xst|access|refresh)\d+[0-9a-f]{32}/;

/** Fails where a text tells a secret, or shows a stack trace. */
export function assertDiscreet(text: string, where: string): void {
  for (const secret of SECRETS) assert(!text.includes(secret), `${where} tells ${secret}`);
  assert(!TOKEN.test(text), `${where} tells ${TOKEN.exec(text)?.[0]}`);
  assert(!text.includes("\n    at "), `${where} shows a stack trace`);
}

/** What a test works with. */
export interface Between {
  readonly alpaca: Awaited<ReturnType<typeof startAlpaca>>;
  readonly ig: Awaited<ReturnType<typeof startIg>>;
  readonly daemon: Daemon;
}

/** What a test may set otherwise. */
export interface BetweenOptions {
  readonly alpaca?: Parameters<typeof startAlpaca>[0];
  readonly ig?: Parameters<typeof startIg>[0];
  /** YAML of `instruments`. */
  readonly instruments?: string;
  /** YAML of `routes`. */
  readonly routes?: string;
  /** YAML of whatever else is to be configured. */
  readonly more?: string;
  /** Done before the daemon starts. */
  readonly prepare?: (venues: Pick<Between, "alpaca" | "ig">) => void;
}

/** A provider as `/api/v1/providers` shows it. */
export interface ProviderView {
  readonly id: string;
  readonly state: string;
  readonly lastError: string | null;
  readonly refusals: readonly { symbol: string; reason: string; polls: boolean }[];
  readonly events: readonly { event: string; reason: string; time: string }[];
  readonly quotas: readonly { name: string; left: number; spent: number }[];
}

const INSTRUMENTS = "[AAPL, MSFT, { symbol: VOD.L, level: 2 }, EURUSD]";

const ROUTES = `
  - { match: "*.L", providers: [ig] }
  - { match: "^*", providers: [ig] }
  - { market: FX, providers: [ig] }
  - { match: "*", providers: [alpaca] }
`;

/** Starts venues and daemon, lets a test work between them, and takes it all down. */
export async function between(
  work: (between: Between) => Promise<void>,
  options: BetweenOptions = {},
): Promise<void> {
  const alpaca = await startAlpaca({ symbolLimit: 100, ...options.alpaca });
  const ig = await startIg(options.ig ?? {});
  options.prepare?.({ alpaca, ig });
  const files = filesOf({ alpaca, ig }, options.instruments, options.routes, options.more);
  try {
    await inFolder(files, async (folder) => {
      const daemon = await Daemon.start({ folder, args: ["--store", "sqlite:test.db"] });
      try {
        await work({ alpaca, ig, daemon });
      } finally {
        await daemon.stop();
        assertDiscreet(daemon.stdout + daemon.stderr, "the log");
      }
    });
  } finally {
    await alpaca.stop();
    await ig.stop();
  }
}

/** The configuration of both venues. */
export function filesOf(
  { alpaca, ig }: Pick<Between, "alpaca" | "ig">,
  instruments = INSTRUMENTS,
  routes = ROUTES,
  more = "",
): Record<string, string> {
  const { trading, data, stream } = alpaca.endpoints;
  return {
    "marketd.yaml": `
providers:
  alpaca:
    keyId: ${SIM_KEYS.keyId}
    secret: ${SIM_KEYS.secret}
    endpoints: { trading: "${trading}", data: "${data}", stream: "${stream}" }
  ig:
    apiKey: ${LOGIN.apiKey}
    username: ${LOGIN.username}
    password: ${LOGIN.password}
    endpoints: { api: "${ig.api}" }
instruments: ${instruments}
routes: ${routes}
${more}
`,
  };
}

/** A provider as the daemon shows it. */
export async function providerOf(daemon: Daemon, id: string): Promise<ProviderView> {
  const { data } = await daemon.json<{ data: ProviderView[] }>("/api/v1/providers");
  return data.find((one) => one.id === id)!;
}

/** Waits until a provider is in a state. */
export async function inState(daemon: Daemon, id: string, state: string): Promise<void> {
  await eventually(
    `${id} is ${state}`,
    async () => (await providerOf(daemon, id)).state === state,
  );
}
