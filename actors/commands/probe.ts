/**
 * Whether a store's file could be written, without writing to it.
 *
 * @module
 */
import { dirname } from "node:path";
import { messageOf } from "../../domain/errors.ts";

/**
 * Tries a `sqlite:` URL's file or, where there is none yet, the nearest folder that it is to be in.
 * Other stores tell by themselves.
 *
 * @returns why it cannot be written; `undefined` where it can.
 */
export async function probeWriting(url: string): Promise<string | undefined> {
  const path = /^sqlite:(.+)$/i.exec(url)?.[1];
  if (path === undefined || path === ":memory:") return undefined;
  try {
    const file = await Deno.open(path, { write: true });
    file.close();
    return undefined;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) return refusal(path, error);
  }
  for (let folder = dirname(path);; folder = dirname(folder)) {
    try {
      await Deno.remove(await Deno.makeTempFile({ dir: folder, prefix: ".marketd-check-" }));
      return undefined;
    } catch (error) {
      const isTop = folder === dirname(folder);
      if (!(error instanceof Deno.errors.NotFound) || isTop) return refusal(folder, error);
    }
  }
}

function refusal(path: string, error: unknown): string {
  return `cannot write to ${path}: ${messageOf(error)}`;
}
