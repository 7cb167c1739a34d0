/**
 * The chart's colours: a canvas knows no style sheet, so they are looked up in it.
 *
 * @module
 */

/** What the chart draws, and the custom property that colours it. */
const PROPERTIES = /** @type {const} */ ({
  ground: "--chart-ground",
  text: "--chart-text",
  line: "--chart-line",
  up: "--chart-up",
  down: "--chart-down",
  upVolume: "--chart-up-volume",
  downVolume: "--chart-down-volume",
  delta: "--chart-delta",
  mark: "--chart-mark",
  signal: "--chart-signal",
  bar: "--profile-bar",
  value: "--profile-value",
  poc: "--profile-poc",
  label: "--chart-label",
});

/** How many colours there are for indicators: `--indicator-1` and so on. */
const INDICATORS = 6;

/**
 * The chart's colours, in a form that a canvas understands.
 *
 * @typedef {{ readonly [Name in keyof typeof PROPERTIES]: string }
 *   & { readonly indicators: readonly string[] }} Palette
 */

/**
 * Looks the colours up as they are now: light or dark.
 *
 * @param {HTMLElement} within
 * @returns {Palette}
 */
export function readPalette(within) {
  const probe = document.createElement("span");
  probe.hidden = true;
  within.append(probe);
  const style = getComputedStyle(probe);
  const look = (/** @type {string} */ property) => {
    probe.style.color = `var(${property})`;
    return style.color;
  };
  const colors = Object.fromEntries(
    Object.entries(PROPERTIES).map(([name, property]) => [name, look(property)]),
  );
  const indicators = Array.from({ length: INDICATORS }, (_, at) => look(`--indicator-${at + 1}`));
  probe.remove();
  return /** @type {Palette} */ (/** @type {unknown} */ ({ ...colors, indicators }));
}

/**
 * Calls back when light turns to dark, or back.
 *
 * @param {() => void} changed
 */
export function watchScheme(changed) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
}
