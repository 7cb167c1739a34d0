/**
 * The watchlist: symbols that the viewer wants on top, kept in the browser.
 *
 * @module
 */
import { keep, recall } from "./memory.js";

const KEY = "marketd.watchlist";

/**
 * The watched symbols.
 *
 * @returns {Set<string>}
 */
export function watched() {
  try {
    const kept = JSON.parse(recall(KEY) ?? "[]");
    return new Set(Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : []);
  } catch {
    return new Set();
  }
}

/**
 * Watches a symbol, or no more.
 *
 * @param {string} symbol
 * @returns {boolean} whether it is watched now
 */
export function toggle(symbol) {
  const symbols = watched();
  const isOn = !symbols.delete(symbol);
  if (isOn) symbols.add(symbol);
  keep(KEY, JSON.stringify([...symbols]));
  return isOn;
}

/**
 * Acts when another tab changes it.
 *
 * @param {() => void} act
 */
export function onWatchlist(act) {
  addEventListener("storage", ({ key }) => {
    if (key === KEY) act();
  });
}
