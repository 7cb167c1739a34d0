/**
 * Where each effective value came from.
 *
 * @module
 */
import { formatPath, lineOf, type Node, nodeAt, type Path } from "./tree.ts";

/** By path of each single value, or list of such: where it was said. */
export type Origins = Readonly<Record<string, string>>;

/**
 * Finds the origin of every effective value.
 *
 * @param said the tree of all that was said; what is not in it is `default`.
 */
export function originsOf(said: Node, settings: unknown): Origins {
  const origins: Record<string, string> = {};
  for (const path of effectivePaths(settings)) {
    const node = nodeAt(said, path);
    origins[formatPath(path)] = node === undefined ? "default" : lineOf(node.origin);
  }
  return origins;
}

/**
 * The paths of all single values; a list of single values and an empty map count as one, and so
 * does an empty list.
 */
export function* effectivePaths(value: unknown, path: Path = []): Generator<Path> {
  if (isSingle(value)) yield path;
  else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* effectivePaths(item, [...path, index]);
  } else {
    for (const [key, inner] of Object.entries(value as object)) {
      if (inner !== undefined) yield* effectivePaths(inner, [...path, key]);
    }
  }
}

/** Whether a value is shown and told as one. */
export function isSingle(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (Array.isArray(value)) return value.every((item) => typeof item !== "object" || item === null);
  return Object.keys(value).length === 0;
}
