/**
 * The effective configuration as a person may see it: in the configuration's own language, with
 * every secret masked.
 *
 * @module
 */
import type { z } from "zod";
import { formatDuration } from "../../domain/time.ts";
import { duration } from "../../providers/provider.ts";
import { age, FOREVER } from "./schema.ts";
import { maskSecret, type SecretPaths } from "./secrets.ts";
import { childOf } from "./shape.ts";
import { type Node, nodeAt, type Path } from "./tree.ts";

/** What showing needs beside the settings. */
export interface Showing {
  /** The tree of all that was said. */
  readonly said: Node;
  readonly schema: z.core.$ZodType;
  readonly secretPaths: SecretPaths;
}

/** Shows settings, or what stands at a path in them. */
export function show(value: unknown, showing: Showing, path: Path = []): unknown {
  if (typeof value === "object" && value !== null) {
    if (Array.isArray(value)) {
      return value.map((item, index) => show(item, showing, [...path, index]));
    }
    const said = Object.entries(value).filter(([, inner]) => inner !== undefined);
    return Object.fromEntries(
      said.map(([key, inner]) => [key, show(inner, showing, [...path, key])]),
    );
  }
  if (showing.secretPaths.has(path)) return maskSecret(String(value));
  const node = nodeAt(showing.said, path);
  // A value that was read into another form (a span, say) is shown as it was written.
  const written = node?.kind === "leaf" && typeof node.value !== typeof value ? node.value : value;
  if (typeof written === "string") return showing.secretPaths.mask(path, written);
  if (node !== undefined || !isSpan(showing.schema, path)) return written;
  return typeof written === "number" ? formatDuration(written) : FOREVER;
}

function isSpan(root: z.core.$ZodType, path: Path): boolean {
  let schema = path.reduce<z.core.$ZodType | undefined>(
    (inner, step) => inner === undefined ? undefined : childOf(inner, step),
    root,
  );
  while (schema !== undefined && schema !== duration && schema !== age) {
    const { def } = (schema as z.core.$ZodTypes)._zod;
    schema = "innerType" in def ? def.innerType : undefined;
  }
  return schema !== undefined;
}
