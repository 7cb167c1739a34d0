/**
 * How far the bars can be trusted, drawn: a hatched band where a feed was not heard, and a sign of its
 * own shape below each bar that is partial, gapped or repaired. The shapes tell them apart without
 * colour.
 *
 * @module
 */

/**
 * @typedef {import("lightweight-charts").UTCTimestamp} UTCTimestamp
 * @typedef {import("lightweight-charts").SeriesAttachedParameter<UTCTimestamp>} Host
 * @typedef {import("lightweight-charts").Logical} Logical
 * @typedef {Parameters<import("lightweight-charts").IPrimitivePaneRenderer["draw"]>[0]} Target
 */

/**
 * Draws a sign around a point.
 *
 * @typedef {(context: CanvasRenderingContext2D, x: number, y: number, radius: number) => void} Sign
 */

/**
 * What each status is drawn as.
 *
 * @satisfies {Record<string, Sign>}
 */
const SIGNS = {
  /** A half-filled circle: watched for only a part of it. */
  partial(context, x, y, radius) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.stroke();
    context.beginPath();
    context.arc(x, y, radius, Math.PI / 2, 1.5 * Math.PI);
    context.fill();
  },
  /** A cross: an outage lies inside it. */
  gapped(context, x, y, radius) {
    context.beginPath();
    context.moveTo(x - radius, y - radius);
    context.lineTo(x + radius, y + radius);
    context.moveTo(x + radius, y - radius);
    context.lineTo(x - radius, y + radius);
    context.stroke();
  },
  /** A plus in a square: refilled from history. */
  repaired(context, x, y, radius) {
    context.strokeRect(x - radius, y - radius, 2 * radius, 2 * radius);
    context.beginPath();
    context.moveTo(x, y - radius);
    context.lineTo(x, y + radius);
    context.moveTo(x - radius, y);
    context.lineTo(x + radius, y);
    context.stroke();
  },
};

/**
 * A status that has a sign.
 *
 * @typedef {keyof typeof SIGNS} Signed
 */

/**
 * @param {string} status
 * @returns {status is Signed}
 */
function isSigned(status) {
  return Object.hasOwn(SIGNS, status);
}

/** Pixels: how big a sign is, and how far above the pane's lower edge. */
const SIGN = { radius: 3, bottom: 8 };
/** The least width of a band, and between the lines of its hatching, in pixels. */
const BAND = { least: 4, hatch: 6 };

/**
 * Draws the sign of a status, or a piece of a gap's band, in the middle of a canvas: for the legend.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Signed | "gap"} status
 * @param {string} color
 */
export function drawSign(canvas, status, color) {
  const ratio = globalThis.devicePixelRatio || 1;
  canvas.width = canvas.height = 14 * ratio;
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.scale(ratio, ratio);
  context.strokeStyle = context.fillStyle = color;
  context.lineWidth = 1.5;
  if (status === "gap") {
    context.beginPath();
    context.rect(1, 1, 12, 12);
    context.clip();
    hatch(context, 1, 12, 14);
  } else SIGNS[status](context, 7, 7, 4);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} left
 * @param {number} width
 * @param {number} height
 */
function hatch(context, left, width, height) {
  context.beginPath();
  for (let at = left - height; at < left + width; at += BAND.hatch) {
    context.moveTo(at, height);
    context.lineTo(at + height, 0);
  }
  context.stroke();
}

/**
 * Where gaps lie among bars: the places of the first and of the last bar that each touches. One in the
 * hole between two bars touches none: its first is the bar after it, its last the one before. One
 * before the oldest bar or after the newest has no place among them.
 *
 * @param {readonly { readonly from: string, readonly to: string }[]} gaps
 * @param {readonly { readonly start: string, readonly end: string }[]} bars the oldest first; each ends
 *   where the next starts, or before.
 * @returns {{ first: number, last: number }[]}
 */
export function placesOf(gaps, bars) {
  const starts = bars.map(({ start }) => Date.parse(start));
  const ends = bars.map(({ end }) => Date.parse(end));
  return gaps.flatMap(({ from, to }) => {
    const first = countUntil(ends, (end) => end > Date.parse(from));
    const last = countUntil(starts, (start) => start >= Date.parse(to)) - 1;
    return first === bars.length || last < 0 ? [] : [{ first, last }];
  });
}

/**
 * How many times come before the first that is late enough.
 *
 * @param {readonly number[]} times the earliest first.
 * @param {(time: number) => boolean} isLate
 */
function countUntil(times, isLate) {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isLate(times[middle] ?? Infinity)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The marks, as the charting library draws them. */
export class TrustMarks {
  /** @type {Host | null} */
  #host = null;
  #color;
  /** @type {ReturnType<typeof placesOf>} */
  #places = [];
  /** @type {{ place: number, status: Signed }[]} */
  #signs = [];
  /** @type {import("lightweight-charts").IPrimitivePaneView[]} */
  #views;

  /** @param {string} color */
  constructor(color) {
    this.#color = color;
    const below = {
      draw() {},
      drawBackground: (/** @type {Target} */ target) => this.#drawBands(target),
    };
    const above = { draw: (/** @type {Target} */ target) => this.#drawSigns(target) };
    this.#views = [
      { zOrder: () => "bottom", renderer: () => below },
      { zOrder: () => "normal", renderer: () => above },
    ];
  }

  /** @param {Host} host */
  attached(host) {
    this.#host = host;
  }

  detached() {
    this.#host = null;
  }

  /** @param {string} color */
  set color(color) {
    this.#color = color;
    this.#host?.requestUpdate();
  }

  /**
   * Takes over the bars, and the gaps among them.
   *
   * @param {readonly import("./bars.js").Bar[]} bars
   * @param {readonly { readonly from: string, readonly to: string }[]} gaps
   */
  show(bars, gaps) {
    this.#signs = bars.flatMap(({ status }, place) => isSigned(status) ? [{ place, status }] : []);
    this.#places = placesOf(gaps, bars);
    this.#host?.requestUpdate();
  }

  paneViews() {
    return this.#views;
  }

  /** @param {Target} target */
  #drawBands(target) {
    const timeScale = this.#host?.chart.timeScale();
    if (timeScale === undefined) return;
    target.useMediaCoordinateSpace(({ context, mediaSize: { width, height } }) => {
      context.strokeStyle = this.#color;
      context.lineWidth = 1;
      // A bar's place is its middle, and the library knows whole places alone.
      const half = timeScale.options().barSpacing / 2;
      for (const { first, last } of this.#places) {
        const start = timeScale.logicalToCoordinate(/** @type {Logical} */ (first));
        const end = timeScale.logicalToCoordinate(/** @type {Logical} */ (last));
        if (start === null || end === null) continue;
        const [from, to] = [start - half, end + half];
        if (to < 0 || from > width) continue;
        const span = Math.max(to - from, BAND.least);
        const left = (from + to - span) / 2;
        context.save();
        context.globalAlpha = 0.35;
        context.beginPath();
        context.rect(left, 0, span, height);
        context.clip();
        hatch(context, left, span, height);
        context.restore();
      }
    });
  }

  /** @param {Target} target */
  #drawSigns(target) {
    const timeScale = this.#host?.chart.timeScale();
    if (timeScale === undefined) return;
    target.useMediaCoordinateSpace(({ context, mediaSize: { width, height } }) => {
      context.strokeStyle = context.fillStyle = this.#color;
      context.lineWidth = 1;
      const radius = Math.min(SIGN.radius, Math.max(1, timeScale.options().barSpacing / 2.5));
      for (const { place, status } of this.#signs) {
        const x = timeScale.logicalToCoordinate(/** @type {Logical} */ (place));
        if (x === null || x < 0 || x > width) continue;
        SIGNS[status](context, x, height - SIGN.bottom, radius);
      }
    });
  }
}
