/**
 * `providers list` and `providers test ID`: what venues there are, and how a configured one fares.
 * Beside a running daemon that is asked: a second connection would cost it its own.
 *
 * @module
 */
import { findToken, homeOf } from "../http/token.ts";
import { serverUrl } from "./address.ts";
import { askDaemon } from "./client.ts";
import type { CommandDeps, ProvidersTestArgs } from "./deps.ts";
import { dial, type Finding } from "./dial.ts";
import { Routes } from "../routing/routes.ts";
import { loadSettings } from "../settings/load.ts";
import type { Settings } from "../settings/schema.ts";
import { MarketdError } from "../../domain/errors.ts";
import { type Instrument, isActiveAt, resolveInstrument } from "../../domain/instrument.ts";

/** How long the running daemon may take to answer, in milliseconds. */
const TIMEOUT = 3_000;

/** What of a running daemon's provider matters here. */
export interface RunningProvider {
  readonly id: string;
  readonly state: string;
  readonly lastError: string | null;
  readonly instruments: number;
  readonly words: readonly string[];
  readonly refusals: readonly { readonly symbol: string; readonly reason: string }[];
}

/** `providers list`. @returns 0. */
export async function providersList({ sources, stdout }: CommandDeps): Promise<number> {
  const { settings } = await loadSettings(sources);
  const running = await runningProviders(settings);
  for (const id of sources.catalog.ids) {
    const definition = await sources.catalog.load(id);
    const configured = Object.hasOwn(settings.providers, id);
    const state = running?.find((one) => one.id === id)?.state;
    const fate = !configured ? "not configured" : state ?? "configured";
    const what = definition?.capabilities.join(", ") ?? "";
    await stdout.write(`${id.padEnd(10)} ${fate.padEnd(15)} ${definition?.name}: ${what}\n`);
  }
  return 0;
}

/**
 * `providers test ID`.
 *
 * @returns 0 where all is well, else 1.
 * @throws MarketdError where the provider is not configured.
 */
export async function providersTest(
  { sources, stdout }: CommandDeps,
  { id }: ProvidersTestArgs,
): Promise<number> {
  const { settings } = await loadSettings(sources);
  if (!Object.hasOwn(settings.providers, id)) {
    const known = Object.keys(settings.providers).join(", ");
    throw new MarketdError(
      "unknown-provider",
      `Cannot test "${id}": it is not configured. These are: ${known}.`,
      { terminal: true },
    );
  }
  const findings = await examine(sources.catalog, settings, id);
  for (const { what, fine, said } of findings) {
    await stdout.write(`${fine ? "ok" : "FAILED"}  ${id} ${what}: ${said}\n`);
  }
  return findings.every(({ fine }) => fine) ? 0 : 1;
}

/** How a configured provider fares: by the running daemon's word or, without one, by dialling it. */
export async function examine(
  catalog: CommandDeps["sources"]["catalog"],
  settings: Settings,
  id: string,
): Promise<Finding[]> {
  const running = (await runningProviders(settings))?.find((one) => one.id === id);
  if (running !== undefined) return tellRunning(running);
  const definition = await catalog.load(id);
  return await dial(definition!, settings.providers[id], wantedOf(settings, id));
}

function tellRunning(
  { state, lastError, instruments, words, refusals }: RunningProvider,
): Finding[] {
  const fine = state === "live" || state === "ended";
  const about = [`the running daemon says ${state}`, `${instruments} instruments`, ...words];
  if (!fine && lastError !== null) about.push(lastError);
  return [
    { what: "connection", fine, said: about.join("; ") },
    ...refusals.map(({ symbol, reason }) => ({
      what: "subscribe",
      fine: false,
      said: `${symbol}: ${reason}`,
    })),
  ];
}

/** The instruments that are routed to a provider. */
function wantedOf(settings: Settings, id: string): Instrument[] {
  const routes = new Routes(settings, new Map());
  return settings.instruments.map(resolveInstrument)
    .filter((one) => isActiveAt(one, id) && routes.askedFor(one).includes(id));
}

/** The providers of the daemon that runs as configured; `undefined` where none answers. */
async function runningProviders(settings: Settings): Promise<RunningProvider[] | undefined> {
  try {
    const token = await findToken(settings, homeOf(settings.store.url));
    const { body, ok } = await askDaemon(serverUrl(settings.server), {
      path: "/api/v1/providers",
      timeout: TIMEOUT,
      token,
    });
    const data = typeof body === "object" && body !== null && "data" in body
      ? body.data
      : undefined;
    return ok && Array.isArray(data) ? data as RunningProvider[] : undefined;
  } catch {
    // Nobody answers there, or nobody of ours.
    return undefined;
  }
}
