/**
 * The chart by keyboard.
 *
 * @module
 */

/**
 * @typedef {import("./marketchart.js").MarketChart} MarketChart
 * @typedef {import("./bars.js").Bar} Bar
 */

/** By how much a key zooms, and how many bars one scrolls. */
const ZOOM = 1.25;
const SCROLL = 40;

/**
 * Has the chart follow the keys while it has the focus.
 *
 * @param {HTMLElement} element
 * @param {MarketChart} chart
 * @param {() => readonly Bar[]} bars
 * @param {(bar: Bar | undefined) => void} went told which bar the reader went to, or that they left.
 */
export function followKeys(element, chart, bars, went) {
  /** @type {string | null} The start of the bar that the reader is at; null: at none yet. */
  let at = null;

  /** @param {number} by */
  function step(by) {
    const all = bars();
    const place = at === null
      ? chart.newestInSight + 1
      : all.findIndex(({ start }) => start === at);
    const bar = all[Math.min(all.length - 1, Math.max(0, place + by))];
    if (bar === undefined) return;
    at = bar.start;
    chart.point(all.indexOf(bar));
    went(bar);
  }

  function leave() {
    at = null;
    chart.point(-1);
    went(undefined);
  }

  /** @type {Record<string, () => void>} */
  const acts = {
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
    PageUp: () => chart.scroll(-SCROLL),
    PageDown: () => chart.scroll(SCROLL),
    "+": () => chart.zoom(ZOOM),
    "=": () => chart.zoom(ZOOM),
    "-": () => chart.zoom(1 / ZOOM),
    Home: () => step(-Infinity),
    End: () => {
      leave();
      chart.latest();
    },
    Escape: leave,
  };
  element.addEventListener("keydown", (event) => {
    const act = acts[event.key];
    if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });
  element.addEventListener("blur", leave);
}
