/**
 * `config print`: the effective configuration, where each value came from, secrets masked.
 *
 * @module
 */
import { Document, isCollection, isNode } from "yaml";
import { type Loaded, loadSettings } from "../settings/load.ts";
import { isSingle, type Origins } from "../settings/origins.ts";
import { formatPath, type Path } from "../settings/tree.ts";
import type { CommandDeps, ConfigPrintArgs } from "./deps.ts";

/**
 * Prints the effective configuration.
 *
 * @throws ConfigError with every problem.
 */
export async function configPrint(
  { sources, stdout, stderr }: CommandDeps,
  { format }: ConfigPrintArgs,
): Promise<number> {
  const loaded = await loadSettings(sources);
  await stdout.write(format === "json" ? asJson(loaded) : asYaml(loaded));
  for (const note of loaded.notes) await stderr.write(`note: ${note}\n`);
  return 0;
}

function asJson({ shown, origins, files, notes }: Loaded): string {
  return `${JSON.stringify({ settings: shown, origins, files, notes }, null, 2)}\n`;
}

/** The configuration as a file that says all of it, each value's origin in a comment. */
function asYaml({ shown, origins }: Loaded): string {
  const document = new Document(shown, { aliasDuplicateObjects: false });
  annotate(document.contents, [], shown, origins);
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
