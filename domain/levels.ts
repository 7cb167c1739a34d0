/**
 * One side of a book as text: `price@size|...`, best first. Numbers keep every digit.
 *
 * @module
 */
import type { Level } from "./tick.ts";

/** Writes one side of a book. */
export function formatLevels(levels: readonly Level[]): string {
  return levels.map(({ price, size }) => `${price}@${size}`).join("|");
}

/** Reads what {@link formatLevels} wrote. */
export function parseLevels(text: string): Level[] {
  if (text === "") return [];
  return text.split("|").map((level) => {
    const at = level.indexOf("@");
    return { price: Number(level.slice(0, at)), size: Number(level.slice(at + 1)) };
  });
}
