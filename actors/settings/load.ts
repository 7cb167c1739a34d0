/**
 * Loads the configuration: defaults, under `marketd.yaml` (or `--config FILE`), under
 * `marketd.local.yaml` beside it, under the environment, under the flags. Maps are joined key by
 * key; a list said by a later one replaces the earlier list. Each is checked by itself first: what
 * is wrong with it is told whatever is laid over it.
 *
 * @module
 */
import { z } from "zod";
import { addLists, withProvider } from "./additions.ts";
import { crossCheck, FICTION } from "./checks.ts";
import { Environment } from "./environment.ts";
import { type ReadFile, readFiles, readFlags } from "./layers.ts";
import { type Origins, originsOf } from "./origins.ts";
import { ConfigError, type Problem } from "./problems.ts";
import { type Settings, settingsSchema } from "./schema.ts";
import { SecretPaths } from "./secrets.ts";
import { fit } from "./shape.ts";
import { show } from "./shown.ts";
import type { Catalog, Sources } from "./sources.ts";
import { DEFAULT, emptyMap, type Node, nodeAt, overlay } from "./tree.ts";
import { checkStore } from "./storeurl.ts";
import { secretsOfUrl } from "./urls.ts";
import { validate, validateSource } from "./validate.ts";
import { readEnvironment } from "./variables.ts";

/** A configuration that can be used. */
export interface Loaded {
  readonly settings: Settings;
  /**
   * By path of every single value (and list of such): `default`, `marketd.yaml:12`,
   * `environment MARKETD_PORT` or `flag --port`.
   */
  readonly origins: Origins;
  /** The effective configuration in its own language, secrets masked: for people. */
  readonly shown: Readonly<Record<string, unknown>>;
  /** What a person should know; one sentence each. */
  readonly notes: readonly string[];
  /** The files it was read from. */
  readonly files: readonly string[];
  /** Every secret value in it, for the log to redact. */
  readonly secrets: readonly string[];
}

/**
 * Loads the configuration.
 *
 * @throws ConfigError with every problem at once.
 */
export async function loadSettings(sources: Sources): Promise<Loaded> {
  const problems: Problem[] = [];
  const { catalog } = sources;
  const environment = new Environment(sources, problems);
  const files = await readFiles(sources, environment, problems);
  let root = files.map((file) => file.root).reduce(overlay, emptyMap(DEFAULT));
  const configured = root;

  const variables = await readEnvironment({
    environment,
    schema: settingsSchema,
    catalog,
    configured: (id) => nodeAt(configured, ["providers", id]) !== undefined,
    referred: new Set(files.flatMap((file) => file.variables)),
    problems,
  });
  const flags = await readFlags(sources, problems);
  root = overlay(overlay(root, variables.root), flags);
  root = withProvider(addLists(root, variables));

  const { schema, named } = await completeSchema(root, catalog);
  const secretPaths = new SecretPaths(named);
  const found = [...files.map((file) => file.root), variables.root, flags].flatMap((source) =>
    validateSource(fit(source, schema), schema, secretPaths)
  );
  root = fit(root, schema);
  const { data, problems: left } = validate(root, schema, secretPaths);
  found.push(...left);
  problems.push(...found.filter((problem) => !isGuesswork(problem, files)));
  if (files.every((file) => file.brokenFrom === undefined)) {
    problems.push(...crossCheck(root, catalog.ids), ...checkStore(root, sources.checkStoreUrl));
  }
  if (problems.length > 0 || data === undefined) throw new ConfigError(tidy(problems, files));

  const { settings, notes } = complete(data, nodeAt(root, ["store", "url"]) !== undefined);
  return {
    settings,
    origins: originsOf(root, settings),
    shown: show(settings, { said: root, schema, secretPaths }) as Record<string, unknown>,
    notes: [...variables.notes, ...notes],
    files: files.map((file) => file.label),
    secrets: secretsOf(settings, secretPaths),
  };
}

/** The schema with those of the configured providers in it; every other id is unknown to it. */
async function completeSchema(root: Node, catalog: Catalog) {
  const providers = nodeAt(root, ["providers"]);
  const said = providers?.kind === "map" ? providers.entries : new Map<string, unknown>();
  const named = new Map<string, readonly string[]>();
  const shape: Record<string, z.ZodType> = {};
  for (const id of catalog.ids) {
    const definition = said.has(id) ? await catalog.load(id) : undefined;
    // A provider that is not configured is in the shape for the sake of its name.
    shape[id] = definition?.options ?? z.unknown().optional();
    if (definition !== undefined) named.set(id, definition.secrets);
  }
  return { schema: settingsSchema.extend({ providers: z.strictObject(shape) }), named };
}

function complete(
  parsed: z.infer<typeof settingsSchema>,
  storeSaid: boolean,
): { settings: Settings; notes: string[] } {
  const notes: string[] = [];
  const fiction = Object.keys(parsed.providers).every((id) => id === FICTION);
  const url = parsed.store.url ?? `sqlite:data/${fiction ? "demo" : "marketd"}.db`;
  if (fiction && storeSaid) {
    notes.push(
      "The data is made up, and goes to the store that you named: keep no real data there.",
    );
  }
  const intervals = [...new Set(parsed.candles.intervals)];
  if (!intervals.includes("1m")) {
    intervals.unshift("1m");
    notes.push("The interval 1m was added: all others are built from it.");
  }
  const settings = {
    ...parsed,
    store: { ...parsed.store, url },
    candles: { ...parsed.candles, intervals },
  };
  return { settings, notes };
}

function secretsOf(settings: Settings, paths: SecretPaths): string[] {
  const secrets = new Set(secretsOfUrl(settings.store.url));
  const walk = (value: unknown, path: (string | number)[]) => {
    if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value)) walk(inner, [...path, key]);
    } else if (typeof value === "string" && paths.has(path)) secrets.add(value);
  };
  walk(settings, []);
  return [...secrets];
}

/** Orders the problems by file and line, and drops repeats. */
function tidy(problems: readonly Problem[], files: readonly ReadFile[]): Problem[] {
  const labels = files.map((file) => file.label);
  const placed = problems.map((problem) => {
    const [, label = problem.origin, line = 0, column = 0] =
      /^(.*):(\d+):(\d+)$/.exec(problem.origin) ?? [];
    const file = labels.indexOf(label);
    // The environment and the flags come after the files.
    const order = file === -1 ? labels.length : file;
    return { problem, file: order, line: Number(line), column: Number(column) };
  });
  placed.sort((a, b) => a.file - b.file || a.line - b.line || a.column - b.column);
  const told = new Set<string>();
  return placed.map(({ problem }) => problem).filter((problem) => {
    // Where lists were joined, a thing has another position in the whole than in its source.
    const key = JSON.stringify({ ...problem, path: problem.path.replaceAll(/\[\d+\]/g, "[]") });
    return !told.has(key) && told.add(key);
  });
}

/** Whether a problem may only come of the rest of its file not being YAML. */
function isGuesswork({ origin }: Problem, files: readonly ReadFile[]): boolean {
  return files.some(({ label, brokenFrom }) => {
    const line = origin.startsWith(`${label}:`) ? parseInt(origin.slice(label.length + 1)) : 0;
    return brokenFrom !== undefined && line >= brokenFrom;
  });
}
