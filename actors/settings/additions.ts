/**
 * What is added to what was said, before it is checked: instruments and routes of the environment,
 * and the provider of a first start.
 *
 * @module
 */
import { FICTION } from "./checks.ts";
import {
  DEFAULT,
  emptyMap,
  type ListNode,
  type MapNode,
  type Node,
  nodeAt,
  overlay,
  treeOf,
} from "./tree.ts";
import type { EnvironmentLayer } from "./variables.ts";

/** Adds routes of the environment before those said, and instruments that are not there after. */
export function addLists(said: Node, { routes, instruments }: EnvironmentLayer): Node {
  const root = add(said, "routes", routes, "before");
  return add(root, "instruments", instruments.filter(isNew(root)), "after");
}

/** Adds maps to a list; a thing that is no list is left to be told as a problem. */
function add(
  root: Node,
  key: string,
  items: readonly MapNode[],
  where: "before" | "after",
): Node {
  const node = nodeAt(root, [key]);
  const said = node?.kind === "list" ? node.items : [];
  const isNothing = node === undefined || (node.kind === "leaf" && node.value === null);
  if (items.length === 0 || (node?.kind !== "list" && !isNothing)) return root;
  const list: ListNode = {
    kind: "list",
    origin: node?.origin ?? items[0]!.origin,
    items: where === "before" ? [...items, ...said] : [...said, ...items],
  };
  return overlay(root, treeOf([key], list));
}

/** Makes `- AAPL` the map that it stands for, so that its symbol has a path and a place. */
export function nameSymbols(root: Node): Node {
  const node = nodeAt(root, ["instruments"]);
  if (node?.kind !== "list") return root;
  const items = node.items.map((item) =>
    item.kind === "leaf" && item.value !== null ? treeOf(["symbol"], item) : item
  );
  return overlay(root, treeOf(["instruments"], { ...node, items }));
}

function isNew(root: Node): (instrument: MapNode) => boolean {
  const node = nodeAt(root, ["instruments"]);
  const items = node?.kind === "list" ? node.items : [];
  const seen = new Set(items.map(symbolOf));
  return (instrument) => {
    const symbol = symbolOf(instrument);
    if (seen.has(symbol)) return false;
    seen.add(symbol);
    return true;
  };
}

function symbolOf(node: Node): string {
  const symbol = nodeAt(node, ["symbol"]);
  return symbol?.kind === "leaf" ? String(symbol.value).toUpperCase() : "";
}

/** With no provider at all there is the made-up one, so that the first start shows something. */
export function withProvider(root: Node): Node {
  const node = nodeAt(root, ["providers"]);
  const none = node === undefined || (node.kind === "leaf" && node.value === null) ||
    (node.kind === "map" && node.entries.size === 0);
  return none ? overlay(root, treeOf(["providers", FICTION], emptyMap(DEFAULT))) : root;
}
