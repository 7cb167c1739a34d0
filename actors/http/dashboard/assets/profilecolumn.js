/**
 * The volume profile beside the candles: a column at the right of the pane, on the same price axis,
 * whose lines of the point of control and of the value area run across the chart.
 *
 * @module
 */

/** The column's width as a share of the pane's, and its bounds in pixels. */
const WIDTH = { share: 0.16, least: 56, most: 180 };
/** Pixels: bins whose lower edges are closer than this are added up to one row. */
const ROW = 2;
/** The lines of the value area are dashed, that of the point of control is not. */
const DASH = [5, 4];

/**
 * A profile as the API tells it.
 *
 * @typedef {object} Profile
 * @property {number} poc
 * @property {number} vah
 * @property {number} val
 * @property {"volume" | "ticks"} basis
 * @property {string} status
 * @property {number} binSize
 * @property {readonly { readonly price: number, readonly volume: number }[]} bins the lowest first.
 */

/**
 * @typedef {import("./palette.js").Palette} Palette
 * @typedef {import("lightweight-charts").UTCTimestamp} UTCTimestamp
 * @typedef {import("lightweight-charts").SeriesAttachedParameter<UTCTimestamp>} Host
 * @typedef {import("lightweight-charts").IPrimitivePaneView} PaneView
 * @typedef {import("lightweight-charts").ISeriesPrimitiveAxisView} AxisView
 * @typedef {Parameters<import("lightweight-charts").IPrimitivePaneRenderer["draw"]>[0]} Target
 */

/**
 * The column's width in a pane, in pixels.
 *
 * @param {number} paneWidth
 */
export function columnWidth(paneWidth) {
  return Math.round(Math.min(WIDTH.most, Math.max(WIDTH.least, paneWidth * WIDTH.share)));
}

/**
 * Adds up bins that would be drawn closer than can be seen. Where there are none, no row reaches.
 *
 * @param {Profile["bins"]} bins
 * @param {number} binSize
 * @param {number} step the smallest step between prices: a price stands for half of one to each side.
 * @param {(price: number) => number | null} place the distance of a price from the top, in pixels.
 * @returns {{ top: number, bottom: number, volume: number, low: number, high: number }[]}
 */
export function rowsOf(bins, binSize, step, place) {
  /** @type {ReturnType<typeof rowsOf>} */
  const rows = [];
  for (const { price, volume } of bins) {
    const low = price - step / 2;
    const high = low + binSize;
    const bottom = place(low);
    const top = place(high);
    if (bottom === null || top === null) continue;
    const row = rows.at(-1);
    if (row !== undefined && row.bottom - bottom < ROW) {
      row.top = top;
      row.volume += volume;
      row.high = high;
    } else rows.push({ top, bottom, volume, low, high });
  }
  return rows;
}

/** The column, as the charting library draws it. */
export class ProfileColumn {
  /** @type {Profile | null} */
  #profile = null;
  /** @type {Palette} */
  #colors;
  /** @type {Host | null} */
  #host = null;
  /** @type {AxisView[]} */
  #labels = [];
  /** @type {PaneView[]} */
  #views;
  #step;

  /**
   * @param {Palette} colors
   * @param {number} step the instrument's smallest price step.
   */
  constructor(colors, step) {
    this.#colors = colors;
    this.#step = step;
    const renderer = { draw: (/** @type {Target} */ target) => this.#draw(target) };
    this.#views = [{ zOrder: () => "top", renderer: () => renderer }];
  }

  /** @param {Host} host */
  attached(host) {
    this.#host = host;
  }

  detached() {
    this.#host = null;
  }

  /** @param {Palette} colors */
  set colors(colors) {
    this.#colors = colors;
    this.#host?.requestUpdate();
  }

  /** The profile that is shown; `null` shows none. */
  get profile() {
    return this.#profile;
  }

  set profile(profile) {
    this.#profile = profile;
    this.#labels = profile === null
      ? []
      : /** @type {const} */ (["poc", "vah", "val"]).map((name) =>
        this.#label(name, profile[name])
      );
    this.#host?.requestUpdate();
  }

  paneViews() {
    return this.#views;
  }

  priceAxisViews() {
    return this.#labels;
  }

  /**
   * @param {"poc" | "vah" | "val"} name
   * @param {number} price
   * @returns {AxisView}
   */
  #label(name, price) {
    return {
      coordinate: () => this.#host?.series.priceToCoordinate(price) ?? -100,
      text: () => name.toUpperCase(),
      textColor: () => this.#colors.label,
      backColor: () => name === "poc" ? this.#colors.poc : this.#colors.value,
      tickVisible: () => false,
    };
  }

  /** @param {Target} target */
  #draw(target) {
    const profile = this.#profile;
    if (profile === null || this.#host === null) return;
    const { series } = this.#host;
    target.useMediaCoordinateSpace(({ context, mediaSize: { width, height } }) => {
      const column = columnWidth(width);
      const left = width - column;
      const place = (/** @type {number} */ price) => series.priceToCoordinate(price);
      const { line, poc, value } = this.#colors;
      context.fillStyle = this.#colors.ground;
      context.fillRect(left, 0, column, height);
      context.fillStyle = line;
      context.fillRect(left, 0, 1, height);
      const rows = rowsOf(profile.bins, profile.binSize, this.#step, place);
      const most = rows.reduce((most, { volume }) => Math.max(most, volume), 0);
      for (const { top, bottom, volume, low, high } of rows) {
        const isPoc = profile.poc >= low && profile.poc < high;
        const isValue = high > profile.val && low <= profile.vah;
        context.fillStyle = isPoc ? poc : isValue ? value : this.#colors.bar;
        const length = Math.max(1, (column - 8) * volume / most);
        const gap = bottom - top > 3 ? 1 : 0;
        context.fillRect(left + 4, top, length, Math.max(1, bottom - top - gap));
      }
      this.#drawLines(context, left, profile, place);
    });
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} left
   * @param {Profile} profile
   * @param {(price: number) => number | null} place
   */
  #drawLines(context, left, { poc, vah, val }, place) {
    const { poc: strong, value } = this.#colors;
    const lines =
      /** @type {const} */ ([[poc, strong, []], [vah, value, DASH], [val, value, DASH]]);
    for (const [price, color, dash] of lines) {
      const y = place(price);
      if (y === null) continue;
      context.setLineDash([...dash]);
      context.strokeStyle = color;
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(0, Math.round(y) + 0.5);
      context.lineTo(left, Math.round(y) + 0.5);
      context.stroke();
    }
    context.setLineDash([]);
  }
}
