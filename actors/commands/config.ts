/**
 * `config print`: the effective configuration, where each value came from, secrets masked. What was
 * changed through the API is in it, where the store can be read.
 *
 * @module
 */
import { Document, isCollection, isMap, isNode } from "yaml";
import { type Loaded, loadSettings } from "../settings/load.ts";
import { isSingle, type Origins } from "../settings/origins.ts";
import { formatPath, type Path } from "../settings/tree.ts";
import { type Changed, readChanges, withChanges } from "./changes.ts";
import type { CommandDeps, ConfigPrintArgs } from "./deps.ts";

/**
 * Prints the effective configuration.
 *
 * @throws ConfigError with every problem.
 */
export async function configPrint(
  { sources, openStore, stdout, stderr }: CommandDeps,
  { format }: ConfigPrintArgs,
): Promise<number> {
  const loaded = await loadSettings(sources);
  const changes = await readChanges(openStore, loaded.settings.store.url);
  const isUnread = typeof changes === "string";
  const changed = withChanges(loaded, isUnread ? undefined : changes);
  const notes = isUnread
    ? [...loaded.notes, `What was changed through the API is not shown. ${changes}`]
    : loaded.notes;
  const { files } = loaded;
  await stdout.write(
    format === "json" ? asJson({ ...changed, files, notes }) : asYaml(changed),
  );
  for (const note of notes) await stderr.write(`note: ${note}\n`);
  return 0;
}

function asJson({ shown, ...rest }: Changed & Pick<Loaded, "files" | "notes">): string {
  return `${JSON.stringify({ settings: shown, ...rest }, null, 2)}\n`;
}

/** The configuration as a file that says all of it, each value's origin in a comment. */
function asYaml(
  { shown, origins, removed, removedExchanges, removedRoutes, removedStrategies }: Changed,
): string {
  const document = new Document(shown, { aliasDuplicateObjects: false });
  annotate(document.contents, [], shown, origins);
  const gone = [
    ["instruments", removed],
    ["routes", removedRoutes],
    ["exchanges", removedExchanges],
    ["strategies", removedStrategies],
  ] as const;
  for (const [list, names] of gone) {
    if (names.length === 0 || !isMap(document.contents)) continue;
    const key = document.contents.items.find(({ key }) => String(key) === list)?.key;
    if (isNode(key)) key.commentBefore = ` removed through the API: ${names.join(", ")}`;
  }
  return document.toString({ lineWidth: 0 });
}

function annotate(node: unknown, path: Path, value: unknown, origins: Origins): void {
  if (isSingle(value)) {
    if (isCollection(node)) node.flow = true;
    const origin = origins[formatPath(path)];
    if (isNode(node) && origin !== undefined) node.comment = ` ${origin}`;
    return;
  }
  // A single value was dealt with: here is a list or a map with something in it.
  for (const [key, inner] of Object.entries(value as object)) {
    const step = Array.isArray(value) ? Number(key) : key;
    annotate(
      isCollection(node) ? node.get(step, true) : undefined,
      [...path, step],
      inner,
      origins,
    );
  }
}
