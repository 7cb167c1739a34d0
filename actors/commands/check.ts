/**
 * `check`: whether marketd would start as configured, and with what.
 *
 * @module
 */
import { type OpenStore, StoreError } from "../../db/store.ts";
import { messageOf } from "../../domain/errors.ts";
import { type Instrument, isActiveAt, resolveInstrument } from "../../domain/instrument.ts";
import { ANY } from "../../domain/strategies/config.ts";
import { MILLISECOND } from "../../domain/time.ts";
import type { ProviderDefinition } from "../../providers/provider.ts";
import { testBody } from "../notifications/body.ts";
import { findToken, homeOf } from "../http/token.ts";
import { post } from "../notifications/post.ts";
import { Routes } from "../routing/routes.ts";
import { inactive } from "../routing/table.ts";
import { type Loaded, loadSettings } from "../settings/load.ts";
import type { NotificationSettings, Settings } from "../settings/schema.ts";
import { maskUrl } from "../settings/urls.ts";
import type { Catalog } from "../settings/sources.ts";
import { serverUrl } from "./address.ts";
import type { CheckArgs, CommandDeps } from "./deps.ts";
import { tryDoor } from "./door.ts";
import { probeWriting } from "./probe.ts";
import { examine } from "./providers.ts";

/** What was tried, and what came of it. */
interface Finding {
  readonly line: string;
  readonly fine: boolean;
}

/**
 * Loads the configuration and prints what would run. Online it opens the store too, without
 * migrating it, tries its lock and the port, dials each provider, and sends each webhook a message.
 *
 * @returns 0, or 1 where something online was refused: also where marketd runs already, as a second
 * one could not start.
 * @throws ConfigError with every problem.
 */
export async function check(deps: CommandDeps, { online }: CheckArgs): Promise<number> {
  const { sources: { catalog }, stdout, stderr } = deps;
  const loaded = await loadSettings(deps.sources);
  const providers = await definitionsOf(loaded, catalog);
  const findings = online
    ? (await Promise.all([
      tryPlace(loaded, deps),
      ...providers.map(([{ id }]) => tryVenue(catalog, loaded.settings, id)),
      ...Object.entries(loaded.settings.notifications).map(([name, one]) => tryWebhook(name, one)),
    ])).flat()
    : [];
  const fine = findings.every((finding) => finding.fine);
  if (fine) await stdout.write("ok\n");
  await stdout.write(summary(loaded, providers, await tokenOf(loaded)));
  for (const { line, fine } of findings) await (fine ? stdout : stderr).write(`${line}\n`);
  for (const note of [...loaded.notes, ...unfed(loaded, providers), ...idle(loaded, providers)]) {
    await stderr.write(`note: ${note}\n`);
  }
  return fine ? 0 : 1;
}

type Configured = readonly [definition: ProviderDefinition, options: unknown];

async function definitionsOf({ settings }: Loaded, catalog: Catalog): Promise<Configured[]> {
  const configured: Configured[] = [];
  for (const [id, options] of Object.entries(settings.providers)) {
    const definition = await catalog.load(id);
    if (definition !== undefined) configured.push([definition, options]);
  }
  return configured;
}

function summary(
  { settings, files }: Loaded,
  providers: readonly Configured[],
  token: string,
): string {
  const symbols = instrumentsOf(settings, providers).map(({ symbol }) => symbol);
  const rows = {
    configuration: files.length === 0 ? "no file" : files.join(", "),
    providers: providers.map(([{ id, name }]) => `${id} (${name})`).join(", "),
    instruments: symbols.length === 0 ? "none yet" : `${symbols.length}: ${symbols.join(", ")}`,
    routes: settings.routes.length === 0 ? "none" : String(settings.routes.length),
    candles: settings.candles.intervals.join(", "),
    strategies: saidOf(settings).map(([id, symbol]) => `${id} on ${symbol}`).join(", ") || "none",
    store: maskUrl(settings.store.url),
    url: serverUrl(settings.server),
    notifications: listOf(settings.notifications),
    token,
  };
  return Object.entries(rows).map(([key, value]) => `${`${key}:`.padEnd(16)}${value}\n`).join("");
}

/** What is followed: what is named or, failing that, what the providers bring. */
function instrumentsOf(
  { instruments }: Settings,
  providers: readonly Configured[],
): Instrument[] {
  const brought = providers.flatMap(([definition, options]) =>
    definition.defaultInstruments?.(options) ?? []
  );
  return (instruments.length > 0 ? instruments : brought.map((symbol) => ({ symbol })))
    .map(resolveInstrument);
}

/** Each strategy that is switched on, with the instrument that it is set up for. */
function saidOf({ strategies }: Settings): [id: string, symbol: string][] {
  return Object.entries(strategies).flatMap(([id, setups]) =>
    Object.entries(setups ?? {}).filter(([, { enabled }]) => enabled)
      .map(([symbol]): [string, string] => [id, symbol.toUpperCase()])
  );
}

/** Tells the instruments of which nobody is asked for a feed. */
function unfed({ settings }: Loaded, providers: readonly Configured[]): string[] {
  const routes = new Routes(settings, new Map());
  return instrumentsOf(settings, providers).flatMap((instrument) => {
    const asked = routes.askedFor(instrument);
    if (asked.some((id) => isActiveAt(instrument, id))) return [];
    const why = asked.length === 0
      ? "none of its exchange's providers is active"
      : `no provider of its route is asked${inactive(instrument, asked)}`;
    return [`${instrument.symbol} will not be followed: ${why}.`];
  });
}

/** Tells the strategies on an instrument that is not configured: one may be added while it runs. */
function idle({ settings }: Loaded, providers: readonly Configured[]): string[] {
  const symbols = instrumentsOf(settings, providers).map(({ symbol }) => symbol);
  return saidOf(settings).filter(([, symbol]) => symbol !== ANY && !symbols.includes(symbol))
    .map(([id, symbol]) =>
      `strategies.${id}.${symbol} waits: ${symbol} is not configured; it runs once that is added.`
    );
}

/** Where the token is; none is made. */
async function tokenOf({ settings }: Loaded): Promise<string> {
  if (settings.server.token !== undefined) return "configured";
  const home = homeOf(settings.store.url);
  return await findToken(settings, home) === undefined
    ? "made at the first start"
    : `in ${home}.token`;
}

/** The webhooks by name, with their form; their URLs are secrets. */
function listOf(notifications: Settings["notifications"]): string {
  return Object.entries(notifications).map(([name, { format }]) => `${name} (${format})`)
    .join(", ") || "none";
}

/** Tries what only one marketd at a time can have: the store's lock and the port. */
async function tryPlace({ settings }: Loaded, deps: CommandDeps): Promise<Finding[]> {
  const { url } = settings.store;
  const [store, writer, door] = await Promise.all([
    tryStore(url, deps.openStore),
    deps.findWriter(url).catch(ignoreStore),
    tryDoor(settings.server),
  ]);
  if (
    door.kind === "shut" && writer !== undefined && store.fine &&
    door.neighbour?.store === store.label
  ) {
    const line = `marketd already runs here: ${writer} answers at ${serverUrl(settings.server)} ` +
      `and writes to ${store.label}. A second one could not start.`;
    return [{ line, fine: false }];
  }
  return [
    writer === undefined || !store.fine
      ? finding("store", store.fine, store.said)
      : finding("store", false, `${writer} writes to it. Stop that, or name another in store.url.`),
    door.kind === "free"
      ? finding("port", true, "can be listened on")
      : finding("port", false, door.said),
  ];
}

/** What keeps a store from being asked is told by the attempt to open it. */
function ignoreStore(error: unknown): undefined {
  if (!(error instanceof StoreError)) throw error;
}

interface StoreFinding {
  readonly fine: boolean;
  readonly said: string;
  /** Of a store that could be opened. */
  readonly label?: string;
}

async function tryStore(url: string, openStore: OpenStore): Promise<StoreFinding> {
  let found: StoreFinding = { fine: true, said: "is not there yet; the first start makes it" };
  try {
    const store = await openStore(url, { mode: "read", mayWrite: true });
    found = { fine: true, said: "can be read and written", label: store.label };
    await store.close();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (error.code !== "missing") return { fine: false, said: error.message };
  }
  const refusal = await probeWriting(url);
  return refusal === undefined ? found : { fine: false, said: refusal };
}

async function tryVenue(catalog: Catalog, settings: Settings, id: string): Promise<Finding[]> {
  const found = await examine(catalog, settings, id);
  return found.map(({ what, fine, said }) => finding(`${id} ${what}`, fine, said));
}

/** Sends a message that says that it is a test. */
async function tryWebhook(name: string, settings: NotificationSettings): Promise<Finding[]> {
  try {
    await post(settings, testBody(settings.format, Date.now() * MILLISECOND));
    return [finding(`notifications.${name}`, true, "it took a message that says it is a test")];
  } catch (error) {
    return [finding(`notifications.${name}`, false, messageOf(error))];
  }
}

function finding(what: string, fine: boolean, said: string): Finding {
  return { line: `${fine ? "" : "marketd: "}${what}: ${said}`, fine };
}
