/**
 * The latest gaps in words: what was not heard, why, and whether it was refilled since.
 *
 * @module
 */
import { element, find } from "./dom.js";
import { moment, span } from "./format.js";

/** How many gaps are shown. */
const SHOWN = 12;

/** What became of a gap. */
const OUTCOMES = {
  open: "not yet",
  filled: "from history",
  unfillable: "there is no history",
};

/** The list of gaps on the page. */
export class GapList {
  #body;
  #zone;

  /**
   * @param {HTMLTableSectionElement} body
   * @param {() => string} zone
   */
  constructor(body, zone) {
    this.#body = body;
    this.#zone = zone;
  }

  /** @param {readonly import("./chartfeed.js").Gap[]} gaps the latest first. */
  show(gaps) {
    const zone = this.#zone();
    const place = this.#body.closest("div");
    if (place !== null) place.hidden = gaps.length === 0;
    find("#gaps-note", HTMLElement).hidden = gaps.length > 0;
    this.#body.replaceChildren(
      ...gaps.slice(0, SHOWN).map(({ from, to, reason, provider, status }) =>
        element(
          "tr",
          {},
          ...[
            moment(from, zone),
            moment(to, zone),
            span((Date.parse(to) - Date.parse(from)) / 1_000),
            reason,
            provider,
            OUTCOMES[status],
          ].map((text) => element("td", {}, text)),
        )
      ),
    );
  }
}
