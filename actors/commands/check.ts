/**
 * `check`: whether marketd would start as configured, and with what.
 *
 * @module
 */
import { type OpenStore, StoreError } from "../../db/store.ts";
import { messageOf } from "../../domain/errors.ts";
import type { ProviderDefinition } from "../../providers/provider.ts";
import { type Loaded, loadSettings } from "../settings/load.ts";
import { maskUrl } from "../settings/secrets.ts";
import type { Catalog } from "../settings/sources.ts";
import { serverUrl } from "./address.ts";
import type { CheckArgs, CommandDeps } from "./deps.ts";
import { probeWriting } from "./probe.ts";

const SIGN_IN_TIMEOUT_MS = 30_000;

/** What was tried, and what came of it. */
interface Finding {
  readonly what: string;
  readonly fine: boolean;
  readonly said: string;
}

/**
 * Loads the configuration and prints what would run. Online it opens the store too, without
 * migrating it, and signs in to each provider.
 *
 * @returns 0, or 1 where something online was refused.
 * @throws ConfigError with every problem.
 */
export async function check(deps: CommandDeps, { online }: CheckArgs): Promise<number> {
  const { sources: { catalog }, stdout, stderr } = deps;
  const loaded = await loadSettings(deps.sources);
  const providers = await definitionsOf(loaded, catalog);
  const findings = online
    ? await Promise.all([
      tryStore(loaded.settings.store.url, deps.openStore),
      ...providers.map(([definition, options]) => trySignIn(definition, options)),
    ])
    : [];
  const fine = findings.every((finding) => finding.fine);
  if (fine) await stdout.write("ok\n");
  await stdout.write(summary(loaded, providers));
  for (const { what, fine, said } of findings) {
    await (fine ? stdout : stderr).write(`${fine ? "" : "marketd: "}${what}: ${said}\n`);
  }
  for (const note of loaded.notes) await stderr.write(`note: ${note}\n`);
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

function summary({ settings, files }: Loaded, providers: readonly Configured[]): string {
  const named = settings.instruments.map(({ symbol }) => symbol);
  const symbols = named.length > 0
    ? named
    : providers.flatMap(([definition, options]) => definition.defaultInstruments?.(options) ?? []);
  const rows = {
    configuration: files.length === 0 ? "no file" : files.join(", "),
    providers: providers.map(([{ id, name }]) => `${id} (${name})`).join(", "),
    instruments: symbols.length === 0 ? "none yet" : `${symbols.length}: ${symbols.join(", ")}`,
    routes: settings.routes.length === 0 ? "none" : String(settings.routes.length),
    candles: settings.candles.intervals.join(", "),
    store: maskUrl(settings.store.url),
    url: serverUrl(settings.server),
    token: settings.server.token === undefined ? "made at the first start" : "configured",
  };
  return Object.entries(rows).map(([key, value]) => `${`${key}:`.padEnd(15)}${value}\n`).join("");
}

async function tryStore(url: string, openStore: OpenStore): Promise<Finding> {
  const what = "store";
  let said = "can be read and written";
  try {
    const store = await openStore(url, { mode: "read" });
    await store.close();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (error.code !== "missing") return { what, fine: false, said: error.message };
    said = "is not there yet; the first start makes it";
  }
  const refusal = await probeWriting(url);
  return refusal === undefined ? { what, fine: true, said } : { what, fine: false, said: refusal };
}

async function trySignIn(definition: ProviderDefinition, options: unknown): Promise<Finding> {
  const what = definition.id;
  try {
    const provider = definition.create(options, { now: () => Date.now() * 1_000 });
    const session = await provider.authenticate(AbortSignal.timeout(SIGN_IN_TIMEOUT_MS));
    await session.logOut();
    return { what, fine: true, said: "signed in, and out again" };
  } catch (error) {
    return { what, fine: false, said: messageOf(error) };
  }
}
