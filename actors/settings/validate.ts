/**
 * Holds what was said against a schema, and tells every problem with its place.
 *
 * @module
 */
import type { z } from "zod";
import { hintFor, nearest, type Problem } from "./problems.ts";
import { type SecretPaths, showValue } from "./secrets.ts";
import { childOf, keysOf, leavesOf } from "./shape.ts";
import {
  formatPath,
  keyOriginAt,
  type Node,
  nodeAt,
  originAt,
  type Path,
  placeOf,
  toData,
} from "./tree.ts";

type Issue = z.core.$ZodIssue;

/** A schema's verdict. */
export type Verdict<T> = { readonly data: T; readonly problems: readonly Problem[] } | {
  readonly data: undefined;
  readonly problems: readonly Problem[];
};

/**
 * Checks what one source says before another is laid over it, which would hide what is wrong with
 * it. What is missing may be said by another, unless it is missing in a list: lists are not joined.
 * A rule over several values at once may need what another says, and is left to {@link validate}.
 */
export function validateSource(root: Node, schema: z.ZodType, secrets: SecretPaths): Problem[] {
  const result = schema.safeParse(toData(root), { error: messageFor });
  const issues = result.success ? [] : result.error.issues.filter((issue) => {
    const path = issue.path.filter((step) => typeof step !== "symbol");
    const node = nodeAt(root, path);
    if (node === undefined) return path.some((step) => typeof step === "number");
    return issue.code !== "custom" || node.kind === "leaf";
  });
  return issues.flatMap((issue) => problemsOf(issue, [], { root, schema, secrets }));
}

/**
 * Checks a tree.
 *
 * @returns the completed data (absent where there is any problem), and the problems. What is broken
 * in the tree is not told again.
 */
export function validate<T>(root: Node, schema: z.ZodType<T>, secrets: SecretPaths): Verdict<T> {
  const result = schema.safeParse(toData(root), { error: messageFor });
  if (result.success) return { data: result.data, problems: [] };
  const problems = result.error.issues.flatMap((issue) =>
    problemsOf(issue, [], { root, schema, secrets })
  );
  return { data: undefined, problems };
}

interface Scope {
  readonly root: Node;
  readonly schema: z.ZodType;
  readonly secrets: SecretPaths;
}

function problemsOf(issue: Issue, above: Path, scope: Scope): Problem[] {
  const { root, schema, secrets } = scope;
  const path: Path = [...above, ...issue.path.filter((step) => typeof step !== "symbol")];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownKey([...path, key], scope));
  }
  const node = nodeAt(root, path);
  if (node?.kind === "broken") return [];
  if (issue.code === "invalid_union") {
    const branch = issue.errors.find((issues) => issues.every(({ path }) => path.length > 0));
    if (branch !== undefined) return branch.flatMap((inner) => problemsOf(inner, path, scope));
  }
  const problem = { path: formatPath(path), origin: placeOf(originAt(root, path)) };
  if (node === undefined) return [{ ...problem, message: "is missing", hint: undefined }];

  const typed = issue.code === "invalid_type" || issue.code === "invalid_union";
  const shown = node.kind === "leaf" || typed
    ? ` (was ${showValue(toData(node), path, secrets)})`
    : "";
  return [{ ...problem, message: issue.message + shown, hint: hintOf(issue, node, schema, path) }];
}

function hintOf(issue: Issue, node: Node, schema: z.ZodType, path: Path): string | undefined {
  if (node.kind !== "leaf") return undefined;
  if (issue.code === "invalid_value" && typeof node.value === "string") {
    const near = nearest(node.value, issue.values.map(String));
    return near === undefined ? undefined : `did you mean \`${near}\`?`;
  }
  if (issue.message === messageOfType("string") && node.value !== null) {
    return "put it in quotes to make it a text";
  }
  const children = keysOf(schemaAt(schema, path));
  const key = /^(\w+):\S/.exec(String(node.value))?.[1];
  if (key !== undefined && children.includes(key)) return `put a space after \`${key}:\``;
  return children.length === 0 ? undefined : `it has ${children.join(", ")}`;
}

function schemaAt(schema: z.ZodType, path: Path): z.core.$ZodType | undefined {
  return path.reduce<z.core.$ZodType | undefined>(
    (inner, step) => inner === undefined ? undefined : childOf(inner, step),
    schema,
  );
}

function unknownKey(path: Path, { root, schema }: Scope): Problem {
  const key = String(path.at(-1));
  const siblings = keysOf(schemaAt(schema, path.slice(0, -1)));
  const problem = {
    path: formatPath(path),
    origin: placeOf(keyOriginAt(root, path) ?? originAt(root, path)),
  };
  if (path.length === 2 && path[0] === "providers") {
    return {
      ...problem,
      message: "is not a provider of this marketd",
      hint: hintFor(key, siblings),
    };
  }
  const elsewhere = leavesOf(schema).find((leaf) => leaf.path.at(-1) === key)?.path;
  const near = nearest(key, siblings);
  const hint = near === undefined && elsewhere !== undefined
    ? `did you mean \`${formatPath(elsewhere)}\`?`
    : hintFor(key, siblings);
  return { ...problem, message: "is not a known key", hint };
}

const TYPES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a map",
  record: "a map",
};

/** What an issue says, continuing the path; `undefined` leaves it to zod's own words. */
export function messageFor(issue: z.core.$ZodRawIssue | Issue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return messageOfType(issue.expected);
    case "invalid_value":
      return `must be ${alternatives(issue.values.map(String))}`;
    case "too_small":
      return limit(issue.origin, Number(issue.minimum), issue.inclusive ?? true, "least", "more");
    case "too_big":
      return limit(issue.origin, Number(issue.maximum), issue.inclusive ?? true, "most", "less");
    case "invalid_format":
      return `must be ${issue.format === "url" ? "a URL" : `of the form ${issue.format}`}`;
    case "invalid_key":
      return issue.issues[0]?.message;
    case "invalid_union": {
      const said = issue.errors.flat().map((inner) => inner.message.replace(/^must be /, ""));
      return said.length === 0 ? undefined : `must be ${alternatives([...new Set(said)])}`;
    }
    default:
      return undefined;
  }
}

function messageOfType(type: string): string {
  return `must be ${TYPES[type] ?? type}`;
}

function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function limit(
  origin: string,
  bound: number,
  inclusive: boolean,
  extreme: "least" | "most",
  beyond: "more" | "less",
): string {
  const unit = origin === "string" ? " characters" : origin === "array" ? " entries" : "";
  if (bound === 1 && extreme === "least" && unit !== "") return "must not be empty";
  if (!inclusive) return `must be ${beyond} than ${bound}${unit}`;
  return `must ${origin === "array" ? "have" : "be"} at ${extreme} ${bound}${unit}`;
}
