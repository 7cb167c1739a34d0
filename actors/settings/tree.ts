/**
 * What one source or several laid over each other say, each value with the place where it was
 * said. Nothing here knows what a configuration may say.
 *
 * @module
 */
import { maskText } from "./urls.ts";

/** A place where something was said. */
export interface Origin {
  /** A file's name, `environment NAME` or `flag --name`. */
  readonly label: string;
  /** From 1, in a file. */
  readonly line?: number;
  /** From 1, in a file. */
  readonly column?: number;
}

/** What nobody said. */
export const DEFAULT: Origin = { label: "default" };

/** `marketd.yaml:12`, or the label of what has no lines. */
export function lineOf({ label, line }: Origin): string {
  return line === undefined ? label : `${label}:${line}`;
}

/** `marketd.yaml:12:3`, or the label of what has no lines. */
export function placeOf({ label, line, column }: Origin): string {
  return line === undefined ? label : `${label}:${line}:${column ?? 1}`;
}

/** A single value. */
export interface Leaf {
  readonly kind: "leaf";
  readonly origin: Origin;
  readonly value: string | number | boolean | null;
  /** Whether it came as mere text (environment, flag, `${NAME}`), to be read as its place wants. */
  readonly text: boolean;
}

/** A value that was said but could not be had; its problem is told where that was found. */
export interface Broken {
  readonly kind: "broken";
  readonly origin: Origin;
}

/** A list. */
export interface ListNode {
  readonly kind: "list";
  readonly origin: Origin;
  readonly items: readonly Node[];
}

/** A map; each entry knows where its key stands. */
export interface MapNode {
  readonly kind: "map";
  readonly origin: Origin;
  readonly entries: ReadonlyMap<string, { readonly key: Origin; readonly node: Node }>;
}

/** Anything that was said. */
export type Node = Leaf | Broken | ListNode | MapNode;

/** Keys of maps and positions in lists, from the root. */
export type Path = readonly (string | number)[];

/**
 * `["instruments", 1, "market"]` as `instruments[1].market`. A key may be a URL that was put there by
 * mistake.
 */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return `${text}${text === "" ? "" : "."}${maskText(step)}`;
  }, "");
}

/** A map without entries. */
export function emptyMap(origin: Origin): MapNode {
  return { kind: "map", origin, entries: new Map() };
}

/** A tree that says one thing. */
export function treeOf(path: readonly string[], node: Node): Node {
  return path.toReversed().reduce<Node>(
    (inner, key) => ({
      kind: "map",
      origin: node.origin,
      entries: new Map([[key, { key: node.origin, node: inner }]]),
    }),
    node,
  );
}

/**
 * Lays one tree over another: maps are joined key by key, anything else is replaced. Nothing said
 * (`providers:` with nothing after it) takes no map or list away.
 */
export function overlay(base: Node, over: Node): Node {
  if (isNothing(over) && base.kind !== "leaf") return base;
  if (base.kind !== "map" || over.kind !== "map") return over;
  const entries = new Map(base.entries);
  for (const [key, entry] of over.entries) {
    const below = entries.get(key);
    entries.set(
      key,
      below === undefined ? entry : { key: entry.key, node: overlay(below.node, entry.node) },
    );
  }
  return { kind: "map", origin: over.origin, entries };
}

/** Whether the node is an empty value. */
export function isNothing(node: Node): boolean {
  return node.kind === "leaf" && node.value === null;
}

/** What a tree says at a path. */
export function nodeAt(root: Node, path: Path): Node | undefined {
  return path.reduce<Node | undefined>((node, step) => {
    if (node?.kind === "map") return node.entries.get(String(step))?.node;
    return node?.kind === "list" ? node.items[Number(step)] : undefined;
  }, root);
}

/** Where the key of a path stands, or the value where it has none (in a list). */
export function keyOriginAt(root: Node, path: Path): Origin | undefined {
  const parent = nodeAt(root, path.slice(0, -1));
  const last = path.at(-1);
  if (parent?.kind === "map" && last !== undefined) return parent.entries.get(String(last))?.key;
  return nodeAt(root, path)?.origin;
}

/** Where the value of a path stands or, where it is missing, what was to hold it. */
export function originAt(root: Node, path: Path): Origin {
  for (let length = path.length; length > 0; length--) {
    const node = nodeAt(root, path.slice(0, length));
    if (node === undefined) continue;
    // Of a missing thing the key of its holder is the better place: the value may start below it.
    return length === path.length
      ? node.origin
      : keyOriginAt(root, path.slice(0, length)) ?? node.origin;
  }
  return root.origin;
}

/** Plain data: maps as objects, broken values as `undefined`. */
export function toData(node: Node): unknown {
  switch (node.kind) {
    case "leaf":
      return node.value;
    case "broken":
      return undefined;
    case "list":
      return node.items.map(toData);
    case "map": {
      // A null prototype: `__proto__` is a key like any other.
      const data: Record<string, unknown> = Object.create(null);
      for (const [key, entry] of node.entries) data[key] = toData(entry.node);
      return data;
    }
  }
}
