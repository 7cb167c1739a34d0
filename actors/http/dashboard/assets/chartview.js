/**
 * Which bars of the chart are in sight, and moving among them.
 *
 * Where the chart stands, and how wide its bars are, is told anew with each frame alone: what follows
 * from it is done in the next one.
 *
 * @module
 */

/** @typedef {import("lightweight-charts").Logical} Logical */

/** How many bars are in sight at first, and how few are given the whole width. */
const IN_SIGHT = { most: 120, least: 30 };
/** Pixels from bar to bar: at first, and at all. */
const SPACING = { first: [2, 16], any: [0.5, 60] };
/** Pixels between the last bar and what stands at its right. */
const MARGIN = 12;
/** How many bars stay in sight where one scrolls beyond the oldest. */
const KEPT = 10;

/** The view of a chart. */
export class ChartView {
  #scale;
  #room;
  /** How many bars to the right the next frame is to scroll. */
  #toScroll = 0;

  /**
   * @param {import("./chartlook.js").Chart} chart
   * @param {(width: number) => number} room the pixels at the right that the newest bars must not be
   *   covered by, of a chart so wide.
   */
  constructor(chart, room) {
    this.#scale = chart.timeScale();
    this.#room = room;
    this.#scale.subscribeSizeChange(() => this.makeRoom());
  }

  /**
   * The places of the bars in sight, the outermost ones cut and those below what stands at the right
   * left out; `null` where there are none.
   *
   * @returns {{ from: number, to: number } | null}
   */
  get range() {
    const range = this.#scale.getVisibleLogicalRange();
    const width = this.#scale.width();
    const edge = this.#scale.coordinateToLogical(width - this.#room(width));
    return range === null ? null : { from: range.from, to: Math.min(range.to, edge ?? range.to) };
  }

  /** @param {() => void} moved called when other bars come into sight. */
  onMove(moved) {
    this.#scale.subscribeVisibleLogicalRangeChange(moved);
  }

  /**
   * Goes to the newest bars.
   *
   * @param {number} bars how many there are.
   */
  latest(bars) {
    this.makeRoom();
    const width = this.#scale.width();
    const shown = Math.min(IN_SIGHT.most, Math.max(IN_SIGHT.least, bars));
    this.#setSpacing(
      (width - this.#room(width) - MARGIN) / shown,
      SPACING.first,
    );
    this.#goToNewest();
  }

  /** Keeps what is beside the candles from covering the newest ones. */
  makeRoom() {
    const rightOffsetPixels = this.#room(this.#scale.width()) + MARGIN;
    if (this.#scale.options().rightOffsetPixels === rightOffsetPixels) return;
    const position = this.#scale.scrollPosition();
    this.#scale.applyOptions({ rightOffsetPixels });
    // Who reads older bars stays there; else the newest one moves along with the room beside it.
    if (position < 0) this.#scale.scrollToPosition(position, false);
    else this.#goToNewest();
  }

  #goToNewest() {
    requestAnimationFrame(() => {
      const { rightOffsetPixels = 0 } = this.#scale.options();
      const spacing = this.#spacing;
      if (spacing > 0) {
        this.#scale.scrollToPosition(rightOffsetPixels / spacing, false);
      }
    });
  }

  /** Pixels from bar to bar; 0 where there are no bars. */
  get #spacing() {
    const [one, next] = [0, 1].map((place) =>
      this.#scale.logicalToCoordinate(/** @type {Logical} */ (place))
    );
    return typeof one === "number" && typeof next === "number" ? next - one : 0;
  }

  /**
   * @param {number} spacing
   * @param {readonly number[]} bounds
   */
  #setSpacing(spacing, [least = 0, most = 0]) {
    this.#scale.applyOptions({
      barSpacing: Math.max(least, Math.min(most, spacing)),
    });
  }

  /** @param {number} factor above 1 shows fewer bars. */
  zoom(factor) {
    this.#setSpacing(this.#spacing * factor, SPACING.any);
  }

  /**
   * @param {number} by bars to the right.
   * @param {number} bars how many there are.
   */
  scroll(by, bars) {
    const isScheduled = this.#toScroll !== 0;
    this.#toScroll += by;
    if (isScheduled) return;
    requestAnimationFrame(() => {
      const position = this.#scale.scrollPosition() + this.#toScroll;
      this.#toScroll = 0;
      this.#scale.scrollToPosition(Math.max(KEPT - bars, position), false);
    });
  }

  /**
   * Brings a bar into sight.
   *
   * @param {number} place
   */
  reveal(place) {
    const range = this.range;
    if (range === null || (place >= range.from && place <= range.to)) return;
    const half = (range.to - range.from) / 2;
    this.#scale.setVisibleLogicalRange({
      from: place - half,
      to: place + half,
    });
  }
}
