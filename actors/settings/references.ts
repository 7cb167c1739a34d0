/**
 * `${NAME}` in a configuration file: replaced from the environment, after the YAML was read, so
 * that no value can change the file's structure and positions stay those of the file.
 *
 * In a flow map (`{ token: ${TOKEN} }`) the braces would end YAML's scalar. So each reference is
 * hidden before parsing under a mark of the same length, and looked up in the values parsed.
 *
 * @module
 */

/** One reference in a file. */
export interface Reference {
  /** As written. */
  readonly source: string;
  /** Its place in the text, from 0. */
  readonly offset: number;
  /** What it stands for: a variable, its own text (`$${NAME}` is `${NAME}`), or a mistake. */
  readonly meaning:
    | { readonly kind: "variable"; readonly name: string; readonly fallback: string | undefined }
    | { readonly kind: "literal"; readonly text: string }
    | { readonly kind: "mistake"; readonly message: string };
}

/** A text whose references are hidden. */
export interface Hidden {
  readonly text: string;
  readonly references: readonly Reference[];
}

// Marks are of Unicode's private use area: a start, then the reference's number, then filling.
const START = "\uE000";
const FILL = "\uE001";
const FIRST = 0xE002;
const LAST = 0xF8FF;
// A well-formed one; else one that is closed but ill-formed; else its opening alone.
const REFERENCE = /\$?\$\{(?:[A-Za-z_][A-Za-z0-9_]*(?::-[^}\n]*)?\}|[^}\s"'{]*\})?/g;
const MARK = /\uE000([\uE002-\uF8FF])\uE001*/g;
const BODY = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/**
 * Hides every `${...}` of a text.
 *
 * @throws RangeError past 6,398 references in one file.
 */
export function hideReferences(text: string): Hidden {
  const references: Reference[] = [];
  const hidden = text.replaceAll(REFERENCE, (source, offset: number) => {
    const code = FIRST + references.length;
    if (code > LAST) {
      throw new RangeError(
        `Cannot read a file of more than ${LAST - FIRST + 1} \${...}: split it.`,
      );
    }
    references.push({ source, offset, meaning: meaningOf(source) });
    return (START + String.fromCharCode(code)).padEnd(source.length, FILL);
  });
  return { text: hidden, references };
}

function meaningOf(source: string): Reference["meaning"] {
  if (source.startsWith("$$")) return { kind: "literal", text: source.slice(1) };
  if (!source.endsWith("}")) {
    return {
      kind: "mistake",
      message: "has a `${` that begins no ${NAME}: write `$${` for the text",
    };
  }
  const match = BODY.exec(source.slice(2, -1));
  if (match === null) {
    return {
      kind: "mistake",
      message: `has \`${source}\`, which is neither \${NAME} nor \${NAME:-default}`,
    };
  }
  return { kind: "variable", name: match[1]!, fallback: match[2] };
}

/** Splits a parsed value into plain text and references. */
export function splitReferences(value: string, { references }: Hidden): (string | Reference)[] {
  const parts: (string | Reference)[] = [];
  let end = 0;
  for (const match of value.matchAll(MARK)) {
    const reference = references[match[1]!.charCodeAt(0) - FIRST];
    if (reference === undefined) continue;
    if (match.index > end) parts.push(value.slice(end, match.index));
    parts.push(reference);
    end = match.index + match[0].length;
  }
  if (end < value.length) parts.push(value.slice(end));
  return parts;
}

/** Puts the references back as they were written. */
export function showReferences(value: string, hidden: Hidden): string {
  return splitReferences(value, hidden).map((part) => typeof part === "string" ? part : part.source)
    .join("");
}
