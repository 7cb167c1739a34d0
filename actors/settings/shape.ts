/**
 * Reads a zod schema: which values it has, and what each place wants of a mere text.
 *
 * @module
 */
import type { z } from "zod";
import { emptyMap, type Leaf, type Node } from "./tree.ts";

type Schema = z.core.$ZodType;

/** A single value that a schema has, or a list of such. */
export interface SchemaLeaf {
  readonly path: readonly string[];
  readonly schema: Schema;
  /** Whether it is a list of single values. */
  readonly list: boolean;
}

/** A schema without what only adds a default or lets the value be absent. */
export function bare(schema: Schema): z.core.$ZodTypes {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "optional":
    case "nullable":
    case "nonoptional":
    case "default":
    case "prefault":
    case "catch":
    case "readonly":
      return bare(def.innerType);
    case "pipe": {
      const isPreprocess = (def.in as z.core.$ZodTypes)._zod.def.type === "transform";
      return bare(isPreprocess ? def.out : def.in);
    }
    default:
      return schema as z.core.$ZodTypes;
  }
}

/** The schema of what stands under a key or in a list; `undefined` where nothing may. */
export function childOf(schema: Schema, step: string | number): Schema | undefined {
  const { def } = bare(schema)._zod;
  switch (def.type) {
    case "object":
      return Object.hasOwn(def.shape, step) ? def.shape[step] : def.catchall;
    case "record":
      return def.valueType;
    case "array":
      return def.element;
    case "union":
      return def.options.map((option) => childOf(option, step)).find((child) => child);
    default:
      return undefined;
  }
}

/** The keys that a map may have, as far as the schema names them. */
export function keysOf(schema: Schema | undefined): string[] {
  const def = schema === undefined ? undefined : bare(schema)._zod.def;
  if (def?.type === "object") return Object.keys(def.shape);
  return def?.type === "union" ? def.options.flatMap(keysOf) : [];
}

/** Every single value below a schema, and every list of such; not what stands in lists of maps. */
export function leavesOf(schema: Schema, path: readonly string[] = []): SchemaLeaf[] {
  const { def } = bare(schema)._zod;
  if (def.type === "object") {
    return Object.entries(def.shape).flatMap(([key, child]) => leavesOf(child, [...path, key]));
  }
  if (def.type === "array") {
    return wanted(def.element).size > 0 ? [{ path, schema, list: true }] : [];
  }
  return wanted(schema).size > 0 ? [{ path, schema, list: false }] : [];
}

function wanted(schema: Schema): Set<string> {
  const { def } = bare(schema)._zod;
  switch (def.type) {
    case "string":
    case "template_literal":
      return new Set(["string"]);
    case "number":
    case "boolean":
      return new Set([def.type]);
    case "enum":
      return new Set(Object.values(def.entries).map((value) => typeof value));
    case "literal":
      return new Set(def.values.map((value) => typeof value));
    case "union":
      return new Set(def.options.flatMap((option) => [...wanted(option)]));
    default:
      return new Set();
  }
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const TRUTHS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
};

/** Reads a text such as `true`, `no` or `1`; `undefined` where it is neither yes nor no. */
export function parseTruth(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  return Object.hasOwn(TRUTHS, word) ? TRUTHS[word] : undefined;
}

/** Splits a text at commas, dropping what is empty. */
export function splitList(text: string): string[] {
  return text.split(",").map((item) => item.trim()).filter((item) => item !== "");
}

/**
 * Makes a tree fit a schema where only its form is in the way: a text becomes the number, truth or
 * list that its place wants, and nothing (`instruments:`) an empty map or list.
 */
export function fit(node: Node, schema: Schema | undefined): Node {
  if (schema === undefined) return node;
  const { type } = bare(schema)._zod.def;
  switch (node.kind) {
    case "broken":
      return node;
    case "leaf":
      if (node.value === null && (type === "object" || type === "record")) {
        return emptyMap(node.origin);
      }
      if (node.value === null && type === "array") {
        return { kind: "list", origin: node.origin, items: [] };
      }
      return node.text ? fitText(node, schema) : node;
    case "list":
      return { ...node, items: node.items.map((item, at) => fit(item, childOf(schema, at))) };
    case "map": {
      const entries = [...node.entries].map(([key, entry]) =>
        [key, { key: entry.key, node: fit(entry.node, childOf(schema, key)) }] as const
      );
      return { ...node, entries: new Map(entries) };
    }
  }
}

function fitText(leaf: Leaf, schema: Schema): Node {
  const text = String(leaf.value);
  const { def } = bare(schema)._zod;
  if (def.type === "array") {
    const items = splitList(text).map((value) => fitText({ ...leaf, value }, def.element));
    return { kind: "list", origin: leaf.origin, items };
  }
  const types = wanted(schema);
  if (types.has("number") && NUMBER.test(text.trim())) {
    return { ...leaf, value: Number(text), text: false };
  }
  const truth = parseTruth(text);
  if (types.has("boolean") && truth !== undefined) return { ...leaf, value: truth, text: false };
  return { ...leaf, text: false };
}
