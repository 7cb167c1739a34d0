/**
 * Reads a YAML file into a tree that knows each value's line, with `${NAME}` replaced.
 *
 * @module
 */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseDocument,
  visit,
  type YAMLError,
} from "yaml";
import type { Environment, Found } from "./environment.ts";
import type { Problem } from "./problems.ts";
import {
  type Hidden,
  hideReferences,
  type Reference,
  showReferences,
  splitReferences,
} from "./references.ts";
import {
  emptyMap,
  formatPath,
  isNothing,
  type Leaf,
  type Node,
  type Origin,
  type Path,
  placeOf,
} from "./tree.ts";

/** What a file says. */
export interface YamlFile {
  readonly root: Node;
  readonly problems: readonly Problem[];
  /** The first line that is not YAML: what is read from there on is guesswork. */
  readonly brokenFrom: number | undefined;
  /** The variables it refers to. */
  readonly variables: readonly string[];
}

/**
 * Reads a file.
 *
 * @param label its name in origins and problems.
 */
export async function readYaml(
  label: string,
  text: string,
  environment: Environment,
): Promise<YamlFile> {
  const hidden = hideReferences(text);
  const counter = new LineCounter();
  const document = parseDocument<ParsedNode>(hidden.text, {
    lineCounter: counter,
    prettyErrors: false,
    stringKeys: true,
  });
  const variables = variablesIn(document, hidden);
  const found = new Map<string, Found | undefined>();
  for (const name of variables) found.set(name, await environment.get(name));
  const reader = new TreeReader(label, document, counter, hidden, found);

  let brokenFrom: number | undefined;
  for (const error of [...document.errors, ...document.warnings]) {
    const { line } = reader.tell([], error.pos[0], wordsOf(error, hidden));
    if (error.code !== "DUPLICATE_KEY" && error.name === "YAMLParseError") {
      brokenFrom = Math.min(brokenFrom ?? Infinity, line!);
    }
  }
  let root = document.contents === null ? undefined : reader.read(document.contents);
  if (root?.kind !== "map") {
    if (root !== undefined && !isNothing(root) && brokenFrom === undefined) {
      const message = "must be a map of settings, such as `server: { port: 8080 }`";
      reader.problems.push({ path: "", origin: placeOf(root.origin), message });
    }
    root = emptyMap({ label, line: 1, column: 1 });
  }
  return { root, problems: reader.problems, brokenFrom, variables };
}

/** Makes a tree of a document's nodes. */
class TreeReader {
  readonly problems: Problem[] = [];

  constructor(
    private readonly label: string,
    private readonly document: Document.Parsed,
    private readonly counter: LineCounter,
    private readonly hidden: Hidden,
    private readonly found: ReadonlyMap<string, Found | undefined>,
  ) {}

  /** @param inside the nodes that this one stands in: an alias of one of them has no end. */
  read(node: ParsedNode, path: Path = [], inside: ReadonlySet<ParsedNode> = new Set()): Node {
    const origin = this.#at(node.range[0]);
    if (isAlias(node)) {
      const target = node.resolve(this.document) as ParsedNode | undefined;
      if (target !== undefined && !inside.has(target)) return this.read(target, path, inside);
      this.tell(
        path,
        node.range[0],
        // The anchor's name is not told: it may be a secret that begins with a star.
        "refers to an anchor that stands nowhere before it",
        "put a text that begins with * in quotes",
      );
      return { kind: "broken", origin };
    }
    const within = new Set([...inside, node]);
    if (isSeq(node)) {
      const items = node.items.map((item, index) => this.read(item, [...path, index], within));
      return { kind: "list", origin, items };
    }
    if (isMap(node)) {
      const entries = new Map<string, { key: Origin; node: Node }>();
      for (const { key, value } of node.items) {
        const name = showReferences(isScalar(key) ? String(key.value) : String(key), this.hidden);
        const place = this.#at(key.range[0]);
        const child: Node = value === null
          ? leaf(place, null)
          : this.read(value, [...path, name], within);
        if (!entries.has(name)) entries.set(name, { key: place, node: child });
      }
      return { kind: "map", origin, entries };
    }
    const value: unknown = isScalar(node) ? node.value : null;
    if (typeof value === "string") return this.#text(value, origin, path);
    return leaf(origin, typeof value === "number" || typeof value === "boolean" ? value : null);
  }

  /** Adds a problem, and gives the place where it was put. */
  tell(path: Path, offset: number, message: string, hint?: string): Origin {
    const origin = this.#at(offset);
    this.problems.push({ path: formatPath(path), origin: placeOf(origin), message, hint });
    return origin;
  }

  #at(offset: number): Origin {
    const { line, col } = this.counter.linePos(offset);
    return { label: this.label, line, column: col };
  }

  #text(value: string, origin: Origin, path: Path): Node {
    const parts = splitReferences(value, this.hidden);
    if (parts.every((part) => typeof part === "string")) return leaf(origin, value);
    const texts = parts.map((part) => typeof part === "string" ? part : this.#resolve(part, path));
    if (texts.includes(undefined)) return { kind: "broken", origin };
    return { ...leaf(origin, texts.join("")), text: true };
  }

  /** A reference's text, or `undefined` after telling why there is none. */
  #resolve({ meaning, offset }: Reference, path: Path): string | undefined {
    if (meaning.kind === "literal") return meaning.text;
    if (meaning.kind === "mistake") {
      this.tell(path, offset, meaning.message);
      return undefined;
    }
    const { name, fallback } = meaning;
    const held = this.found.get(name);
    if (held !== undefined) return held.kind === "value" ? held.value : undefined;
    if (fallback !== undefined) return fallback;
    this.tell(
      path,
      offset,
      `needs the environment variable ${name}, which is not set`,
      `set ${name} or ${name}_FILE, or write \${${name}:-default}`,
    );
    return undefined;
  }
}

/** The variables that values refer to; what stands in a comment is not looked up. */
function variablesIn(document: Document.Parsed, hidden: Hidden): string[] {
  const names = new Set<string>();
  visit(document, {
    Scalar: (_key, { value }) => {
      for (const part of typeof value === "string" ? splitReferences(value, hidden) : []) {
        if (typeof part !== "string" && part.meaning.kind === "variable") {
          names.add(part.meaning.name);
        }
      }
    },
  });
  return [...names];
}

/** The parser's words on other errors hold none of the text that they are about. */
const WORDS: Readonly<Partial<Record<YAMLError["code"], string>>> = {
  BLOCK_AS_IMPLICIT_KEY:
    "two keys stand on one line; put the second on a line of its own, or a text with `: ` in quotes",
  MULTILINE_IMPLICIT_KEY: "a key without a colon behind it, or one of several lines",
  TAG_RESOLVE_FAILED: "an unknown tag; put a text that begins with ! in quotes",
  BAD_DIRECTIVE: "an unknown directive; put a text that begins with % in quotes",
  UNEXPECTED_TOKEN: "something that belongs to nothing; look at quotes, brackets and indentation",
};

function wordsOf({ code, message }: YAMLError, hidden: Hidden): string {
  if (code === "DUPLICATE_KEY") return "this key stands twice in its map";
  if (code === "MULTIPLE_DOCS") {
    return "begins a second document; keep all settings in one, without `---` between";
  }
  return `not readable as YAML: ${WORDS[code] ?? showReferences(message, hidden)}`;
}

function leaf(origin: Origin, value: Leaf["value"]): Leaf {
  return { kind: "leaf", origin, value, text: false };
}
