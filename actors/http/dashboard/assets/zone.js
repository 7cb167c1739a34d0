/**
 * In whose zone times are shown: the market's, the viewer's own, or UTC. Kept in the browser, and
 * the same in all of its tabs.
 *
 * @module
 */
import { setText } from "./dom.js";
import { minute, moment } from "./format.js";
import { keep, recall } from "./memory.js";

/** @typedef {"market" | "own" | "utc"} Choice */

const KEY = "marketd.zone";
/** @type {Set<() => void>} */
const watchers = new Set();

/**
 * What was chosen.
 *
 * @returns {Choice}
 */
export function chosen() {
  const kept = recall(KEY);
  return kept === "own" || kept === "utc" ? kept : "market";
}

/** @param {string} choice */
export function choose(choice) {
  keep(KEY, choice);
  for (const watcher of watchers) watcher();
}

/**
 * Acts when another zone is chosen, in this tab or in another.
 *
 * @param {() => void} watcher
 */
export function onZone(watcher) {
  watchers.add(watcher);
}

/**
 * The zone in which to show a market's times.
 *
 * @param {string} [market] its IANA zone; without it, UTC stands for it
 * @returns {string | undefined} undefined: the viewer's own
 */
export function zoneFor(market) {
  const choice = chosen();
  if (choice === "own") return undefined;
  return choice === "utc" ? "UTC" : market ?? "UTC";
}

/**
 * Writes every `<time datetime>` below a node in the zone that was chosen. Its `data-zone` is the
 * market's, and `data-form="minute"` leaves out the day and the seconds.
 *
 * @param {ParentNode} [root]
 */
export function drawTimes(root = document) {
  for (const one of root.querySelectorAll("time[datetime]")) {
    if (one instanceof HTMLTimeElement) drawTime(one);
  }
}

/** @param {HTMLTimeElement} element */
export function drawTime(element) {
  const zone = zoneFor(element.dataset["zone"]);
  const write = element.dataset["form"] === "minute" ? minute : moment;
  setText(element, write(element.dateTime, zone));
}

addEventListener("storage", ({ key }) => {
  if (key === KEY) { for (const watcher of watchers) watcher(); }
});
