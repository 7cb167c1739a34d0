/**
 * The overview: brings the rows forward, and moves between them.
 *
 * @module
 */
import { ApiError, read } from "./api.js";
import { element, find, setAttribute, setText } from "./dom.js";
import { DAY, Row } from "./row.js";
import { phaseOf, tally } from "./rows.js";
import { onKey } from "./shell.js";
import { subscribe, watch } from "./stream.js";
import { onWatchlist, toggle, watched } from "./watchlist.js";
import { drawTime, drawTimes } from "./zone.js";

/** @typedef {import("./rows.js").Snapshot} Snapshot */

/** The pace of the stream, in milliseconds. */
const PACE = 500;
/** How often what the stream does not tell is read, in milliseconds. */
const REREAD = 10_000;
/** The same for the calendar. */
const CALENDAR = 60_000;

const markets = find("#markets", HTMLElement);
const search = find("#search", HTMLInputElement);
const tallyLine = find("#tally", HTMLElement);
const trouble = find("#trouble", HTMLElement);
const noHit = find("#no-hit", HTMLElement);

/** @type {Map<string, Row>} */
const rows = new Map();
/** @type {Map<string, any>} */
const calendar = new Map();
/** By how much the daemon's clock is ahead of this one, in milliseconds. */
let ahead = 0;
let isCut = false;
/** Whether instruments are subscribed only while something needs them. */
const isDynamic = markets.dataset["dynamic"] === "true";
/** The candles that it takes: not every daemon makes a day's. */
const intervals = ["1m", ...markets.dataset["daily"] === "true" ? [DAY] : []];

const sight = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const row = rows.get(/** @type {HTMLElement} */ (target).dataset["symbol"] ?? "");
    if (row === undefined) continue;
    row.show(isIntersecting);
    // To ask for an instrument's past is to need it.
    if (isIntersecting && (!isDynamic || watched().has(row.symbol))) row.remember();
  }
  schedule();
}, { rootMargin: "100px 0px" });

/** Finds the rows that the page has, and puts those that are watched on top. */
function adopt() {
  sight.disconnect();
  rows.clear();
  for (const element of markets.querySelectorAll("tr[data-symbol]")) {
    if (!(element instanceof HTMLTableRowElement)) continue;
    const row = new Row(element);
    rows.set(row.symbol, row);
    row.star.addEventListener("click", () => star(row));
    sight.observe(element);
  }
  remember();
  arrange();
  filter();
  drawTimes(markets);
}

/** Where each row is at home. */
/** @type {Map<string, HTMLTableSectionElement>} */
const homes = new Map();

function remember() {
  homes.clear();
  for (const row of rows.values()) {
    const home = row.element.parentElement;
    if (home instanceof HTMLTableSectionElement) homes.set(row.symbol, home);
  }
}

/** Puts the rows that are watched on top, and the others where they are at home. */
function arrange() {
  const symbols = watched();
  const top = find("#watchlist tbody", HTMLTableSectionElement, markets);
  for (const row of rows.values()) {
    const isOn = symbols.has(row.symbol);
    setAttribute(row.star, "aria-pressed", String(isOn));
    setText(row.star, isOn ? "★" : "☆");
    const place = isOn ? top : homes.get(row.symbol);
    if (place === undefined || row.element.parentElement === place) continue;
    const after = [...place.rows].find((other) => (other.dataset["symbol"] ?? "") > row.symbol);
    place.insertBefore(row.element, after ?? null);
  }
}

/** Does what a change of the watchlist asks. */
function rearrange() {
  arrange();
  filter();
  if (isDynamic) subscription.change(want());
}

/** @param {Row} row */
function star(row) {
  const hadFocus = document.activeElement;
  toggle(row.symbol);
  rearrange();
  if (hadFocus instanceof HTMLElement) hadFocus.focus();
}

/** Shows the rows that are searched for, and the sections that have any. */
function filter() {
  const wanted = search.value.trim().toUpperCase();
  for (const row of rows.values()) row.element.hidden = !row.symbol.includes(wanted);
  for (const section of markets.querySelectorAll("section")) {
    section.hidden = section.querySelector("tr[data-symbol]:not([hidden])") === null;
  }
  noHit.hidden = rows.size === 0 || shown().length > 0;
  setText(noHit, noHit.hidden ? "" : `No symbol has “${wanted}” in it. Escape clears the search.`);
}

let isScheduled = false;

/** Writes what changed before the next frame, once. */
function schedule() {
  if (isScheduled) return;
  isScheduled = true;
  requestAnimationFrame(() => {
    isScheduled = false;
    for (const row of rows.values()) if (row.isDirty && row.isVisible) row.draw();
  });
}

function now() {
  return Date.now() + ahead;
}

/** Writes what changes with time alone. */
function beat() {
  const at = now();
  for (const row of rows.values()) if (row.isVisible) row.tick(at, isCut);
  for (const line of markets.querySelectorAll(".phase")) {
    const market = calendar.get(line.getAttribute("data-market") ?? "");
    if (market === undefined) continue;
    const { tone, text, then } = phaseOf(market, at);
    const word = find("b", HTMLElement, line);
    setText(word, text);
    setAttribute(word, "data-tone", tone);
    setText(find(".then", HTMLElement, line), then);
    const time = find("time", HTMLTimeElement, line);
    if (time.dateTime === market.next.time) continue;
    time.dateTime = market.next.time;
    drawTime(time);
  }
}

let isReading = false;
let isOutdated = false;

/** Reads where everything is; what is asked for meanwhile is read once more afterwards. */
async function reread() {
  if (isReading) {
    isOutdated = true;
    return;
  }
  isReading = true;
  isOutdated = false;
  try {
    const [{ data }, status] = await Promise.all([
      read("/api/v1/snapshots"),
      read("/api/v1/status"),
    ]);
    ahead = Date.parse(status.clock.now) - Date.now();
    take(data);
    setText(trouble, "");
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // While the page is cut off, the line on top says so.
    setText(trouble, isCut || error.status === 0 ? "" : error.message);
  } finally {
    isReading = false;
  }
  if (isOutdated) await reread();
}

/** @param {Snapshot[]} snapshots */
function take(snapshots) {
  const isSame = snapshots.length === rows.size &&
    snapshots.every(({ symbol }) => rows.has(symbol));
  if (!isSame) {
    redraw().catch(report);
    return;
  }
  for (const snapshot of snapshots) rows.get(snapshot.symbol)?.take(snapshot);
  setTally(snapshots);
  schedule();
  beat();
}

/** @param {Snapshot[]} snapshots */
function setTally(snapshots) {
  const counts = isCut
    ? [element("span", { class: "fresh", "data-tone": "cut" }, `${rows.size} unknown`)]
    : tally(snapshots).map(([state, many]) =>
      element("span", { class: "fresh", "data-tone": state }, `${many} ${state}`)
    );
  const words = counts.map(({ textContent }) => textContent).join();
  const before = [...tallyLine.children].map(({ textContent }) => textContent).join();
  // Said aloud where it changed, and only then.
  if (words !== before) tallyLine.replaceChildren(...counts);
}

/** Has the daemon draw the page again, where instruments came or went. */
async function redraw() {
  const response = await fetch(location.pathname, { headers: { accept: "text/html" } });
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.querySelector("#markets");
  if (fresh === null) return;
  markets.replaceChildren(...[...fresh.children].map((child) => document.adoptNode(child)));
  adopt();
}

async function readCalendar() {
  const { data } = await read("/api/v1/markets");
  for (const market of data) calendar.set(market.id, market);
  beat();
}

/** @param {unknown} error */
function report(error) {
  if (!(error instanceof ApiError)) throw error;
}

adopt();
/**
 * What the page needs of the stream. Where an instrument is subscribed at its venue only while
 * something needs it, a page that is left open must not need them all: only those on the watchlist.
 *
 * @returns {import("./wants.js").Want}
 */
function want() {
  const symbols = isDynamic ? [...watched()].filter((symbol) => rows.has(symbol)) : "*";
  const types = symbols.length === 0 ? ["status"] : ["candle", "quote", "state", "flow", "status"];
  return { symbols, types, intervals, every: PACE };
}

const subscription = subscribe(want(), {
  open: () => {
    reread().catch(report);
    readCalendar().catch(report);
  },
  events(events) {
    let isNews = false;
    for (const { event, data } of events) {
      if (event === "status") isNews = true;
      else rows.get(data.symbol)?.apply(event, data);
    }
    // How fresh everything is follows from more than one event tells.
    if (isNews) reread().catch(report);
    schedule();
  },
});

watch(({ phase }) => {
  const wasCut = isCut;
  isCut = phase === "cut" || phase === "refused";
  if (wasCut === isCut) return;
  setAttribute(document.body, "data-cut", isCut);
  setTally([...rows.values()].flatMap(({ snapshot }) => snapshot === null ? [] : [snapshot]));
  beat();
});

setInterval(beat, 1_000);
setInterval(() => {
  if (!document.hidden && !isCut) reread().catch(report);
}, REREAD);
setInterval(() => readCalendar().catch(report), CALENDAR);

search.addEventListener("input", filter);
search.addEventListener("keydown", ({ key }) => {
  if (key === "Escape") clear();
  if (key === "Enter") shown()[0]?.link.focus();
});
onWatchlist(rearrange);

function clear() {
  search.value = "";
  filter();
  search.blur();
}

/** The rows that are shown, from top to bottom. */
function shown() {
  return [...markets.querySelectorAll("section:not([hidden]) tr[data-symbol]:not([hidden])")]
    .flatMap((element) =>
      rows.get(/** @type {HTMLElement} */ (element).dataset["symbol"] ?? "") ?? []
    );
}

/** @param {number} step */
function move(step) {
  const all = shown();
  const at = all.findIndex(({ element }) => element.contains(document.activeElement));
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step];
  next?.link.focus();
}

onKey("j", () => move(1));
onKey("k", () => move(-1));
onKey("/", () => search.focus());
onKey("Escape", clear);
onKey("w", () => {
  const row = shown().find(({ element }) => element.contains(document.activeElement));
  if (row !== undefined) star(row);
});
