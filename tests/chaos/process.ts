/**
 * Processes that run under a lens (lens.ts).
 *
 * @module
 */
import about from "../../deno.json" with { type: "json" };
import { LENS, type Lens } from "./lens.ts";

const HERE = new URL("./", import.meta.url);

/** How a process under a lens is started. */
export interface UnderLens {
  /** Arguments of `deno run`. */
  readonly runtime: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Prepares a lens for other processes.
 *
 * @param folder where the import map that they need is put.
 */
export async function underLens(lens: Lens, folder: string): Promise<UnderLens> {
  const map = `${folder}/imports.json`;
  const own = new URL("timers.ts", HERE).href;
  // What deno.json says of a package goes for what lies below it; an import map wants that said.
  const below = Object.entries(about.imports).filter(([, target]) => target.startsWith("npm:"))
    .map(([name, target]) => [`${name}/`, `${target.replace(/^npm:/, "npm:/")}/`]);
  const imports = {
    ...about.imports,
    ...Object.fromEntries(below),
    "node:timers/promises": own,
  };
  await Deno.writeTextFile(map, JSON.stringify({ imports }));
  return {
    runtime: ["--import-map", map, "--preload", new URL("lens.ts", HERE).pathname],
    env: { [LENS]: JSON.stringify(lens) },
  };
}
