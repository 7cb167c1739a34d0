/**
 * The charting library, as browsers get it: the build of its package that needs no other file.
 *
 * @module
 */

/** Names the library and its version. */
export const CHART_LIBRARY = import.meta.resolve("lightweight-charts");

/** Reads the library's text out of its package. */
export async function readChartLibrary(): Promise<string> {
  // The package is then a part of the program, of a compiled one too; its `exports` name one build
  // alone, which imports from another package.
  await import("lightweight-charts", { with: { type: "text" } });
  return await Deno.readTextFile(
    new URL("lightweight-charts.standalone.production.mjs", CHART_LIBRARY),
  );
}
