/**
 * Sparklines: the closes of the last hour, minute by minute.
 *
 * @module
 */
import { read } from "./api.js";
import { setAttribute } from "./dom.js";

/** Minutes shown. */
const MINUTES = 60;
const SIZE = { width: 96, height: 22, edge: 2 };
/** Histories read at once: the page asks for more urgent things too. */
const AT_ONCE = 3;
const MINUTE = 60_000;

/** A line of closes. */
export class Spark {
  /** Closes by their minute since 1970. */
  /** @type {Map<number, number>} */
  #closes = new Map();

  /** @param {SVGPolylineElement} line */
  constructor(line) {
    this.line = line;
    this.isRead = false;
  }

  /**
   * Takes a candle of a minute.
   *
   * @param {{ start: string, close: number }} candle
   */
  take({ start, close }) {
    this.#closes.set(Math.floor(Date.parse(start) / MINUTE), close);
  }

  /** Draws what is known; a minute without a candle leaves no point. */
  draw() {
    if (this.#closes.size === 0) return;
    const minutes = [...this.#closes.keys()];
    const last = Math.max(...minutes);
    for (const minute of minutes) if (minute <= last - MINUTES) this.#closes.delete(minute);
    const kept = [...this.#closes].sort(([a], [b]) => a - b);
    const closes = kept.map(([, close]) => close);
    const [low, high] = [Math.min(...closes), Math.max(...closes)];
    const { width, height, edge } = SIZE;
    const points = kept.map(([minute, close]) => {
      const x = edge + (width - 2 * edge) * (MINUTES - 1 - (last - minute)) / (MINUTES - 1);
      const share = high > low ? (close - low) / (high - low) : 0.5;
      return `${x.toFixed(1)},${(height - edge - (height - 2 * edge) * share).toFixed(1)}`;
    });
    // A line of one point is drawn as a dot by its round ends.
    if (points.length === 1) points.push(/** @type {string} */ (points[0]));
    setAttribute(this.line, "points", points.join(" "));
  }
}

/** @type {(() => Promise<void>)[]} */
const waiting = [];
let reading = 0;

/**
 * Has an instrument's last hour read, when its turn comes.
 *
 * @param {string} symbol
 * @param {Spark} spark
 */
export function readLater(symbol, spark) {
  if (spark.isRead) return;
  spark.isRead = true;
  waiting.push(async () => {
    try {
      const { data } = await read("/api/v1/candles", { symbol, limit: MINUTES });
      for (const candle of data) spark.take(candle);
      spark.draw();
    } catch {
      // It is no more than an ornament: what is missing is drawn from now on.
      spark.isRead = false;
    }
  });
  next();
}

function next() {
  if (reading >= AT_ONCE) return;
  const work = waiting.shift();
  if (work === undefined) return;
  reading++;
  work().finally(() => {
    reading--;
    next();
  });
}
