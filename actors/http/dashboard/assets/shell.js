/**
 * What every page has: the line that tells how the stream fares, the choice of zone, the keys.
 *
 * @module
 */
import { find, setAttribute, setText } from "./dom.js";
import { clock, count, span } from "./format.js";
import { retry, subscribe, watch } from "./stream.js";
import { choose, chosen, drawTimes, onZone } from "./zone.js";

/** @typedef {import("./feed.js").FeedState} FeedState */

/** How long a resumption is told, in milliseconds. */
const TOLD = 60_000;

const line = find("#stream", HTMLElement);
const words = find("#stream-words", HTMLElement);
/** @type {FeedState | null} */
let state = null;

/**
 * How the stream fares, for eyes and for ears.
 *
 * @param {FeedState} state
 * @param {number} now milliseconds since 1970
 * @returns {{ tone: "live" | "wait" | "cut" | "warn", text: string }}
 */
function tell({ phase, since, reason, resumed }, now) {
  switch (phase) {
    case "live":
      if (resumed === null || now - resumed.at > TOLD) return { tone: "live", text: "live" };
      return resumed.missed === 0
        ? { tone: "live", text: `live, resumed after ${span(resumed.cutFor / 1_000)}` }
        : {
          tone: "warn",
          text: `live, resumed after ${span(resumed.cutFor / 1_000)}: ${lost(resumed)}`,
        };
    case "cut":
      return { tone: "cut", text: `cut off since ${clock(since, zoneOfClock())}: ${reason}` };
    case "refused":
      return { tone: "cut", text: `refused: ${reason}` };
    case "connecting":
      return { tone: "wait", text: "connecting" };
    case "idle":
      return { tone: "wait", text: "not connected" };
  }
}

/** @param {import("./feed.js").Resumed} resumed */
function lost({ missed, replayed }) {
  const caughtUp = replayed === 0 ? "" : `, ${count(replayed, "event")} caught up`;
  return missed === "unknown"
    ? `what happened meanwhile was missed${caughtUp}`
    : `${count(missed, "event")} missed${caughtUp}`;
}

function zoneOfClock() {
  return chosen() === "utc" ? "UTC" : undefined;
}

function draw() {
  if (state === null) return;
  const { tone, text } = tell(state, Date.now());
  setAttribute(line, "data-tone", tone);
  setText(words, text);
}

// Every page is told when the stream is cut off: so every page has one.
subscribe({ symbols: [], types: ["status"], every: 500 }, { events() {} });
watch((now) => {
  state = now;
  draw();
});
setInterval(draw, 5_000);
line.addEventListener("click", retry);
addEventListener("online", retry);

const zone = find("#zone", HTMLSelectElement);
zone.value = chosen();
zone.addEventListener("change", () => choose(zone.value));
onZone(() => drawTimes());
drawTimes();

/** @type {Map<string, () => void>} */
const keys = new Map();

/**
 * Has a key do something, unless the viewer is writing.
 *
 * @param {string} key such as `j`
 * @param {() => void} act
 */
export function onKey(key, act) {
  keys.set(key, act);
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { target } = event;
  const isWriting = target instanceof HTMLInputElement || target instanceof HTMLSelectElement ||
    target instanceof HTMLTextAreaElement;
  if (isWriting) return;
  const act = keys.get(event.key);
  if (act === undefined) return;
  event.preventDefault();
  act();
});

const help = find("#help", HTMLDialogElement);
onKey("?", () => help.open ? help.close() : help.showModal());
find("#help-open", HTMLButtonElement).addEventListener("click", () => help.showModal());
