/**
 * The strategies' page: where they run, switching and tuning them, and what they say.
 *
 * @module
 */
import { ApiError, read } from "./api.js";
import { element, find, setText } from "./dom.js";
import { moment } from "./format.js";
import { RemovalDialog } from "./removaldialog.js";
import { SetupDialog } from "./setupdialog.js";
import { StrategyCard } from "./strategycard.js";
import { subscribe } from "./stream.js";
import { onZone, zoneFor } from "./zone.js";

/** @typedef {import("./signals.js").Signal} Signal */

/** The pace of the stream, and how often how they fare is read again, in milliseconds. */
const PACE = 1_000;
const REREAD = 10_000;
/** Signals that are read: the latest. */
const SIGNALS = 200;

const root = find("#strategies", HTMLElement);
const trouble = find("#trouble", HTMLElement);
const mayWrite = root.dataset["mayWrite"] !== undefined;
/** @type {Map<string, string>} The zone of each market. */
const zones = new Map();
/** @type {Map<string, { readonly step: number, readonly market: string }>} */
const instruments = new Map();
/** @type {Map<string, Signal>} */
const signals = new Map();

const dialog = new SetupDialog(find("#setup", HTMLDialogElement), {
  intervals: (root.dataset["intervals"] ?? "").split(","),
  backtests: root.dataset["backtests"],
  flags: JSON.parse(root.dataset["flags"] ?? "[]"),
  mayWrite,
  saved: reread,
});
const removal = new RemovalDialog(
  find("#removal", HTMLDialogElement),
  (id, symbol) => cards.get(id)?.remove(symbol),
);
/** @type {Map<string, StrategyCard>} */
const cards = new Map();
for (const section of root.querySelectorAll("section")) {
  const card = new StrategyCard(section, {
    mayWrite,
    tune: (strategy, symbol, setup) => dialog.show(strategy, symbol, setup),
    remove: (strategy, setup) => removal.ask(strategy, setup),
    again: reread,
    said: (text) => setText(trouble, text),
    instrument(symbol) {
      const { step = 0.01, market = "" } = instruments.get(symbol) ?? {};
      return { step, zone: zones.get(market) };
    },
  });
  cards.set(section.dataset["strategy"] ?? "", card);
}

/** Reads everything; what cannot be read now is read again soon. */
function reread() {
  Promise.all([
    read("/api/v1/strategies"),
    read("/api/v1/instruments"),
    read("/api/v1/signals", { limit: SIGNALS, order: "desc" }),
    read("/api/v1/markets"),
    read("/api/v1/backtests"),
  ]).then(([strategies, followed, told, markets, backtests]) => {
    for (const { id, zone } of markets.data) zones.set(id, zone);
    for (const instrument of followed.data) instruments.set(instrument.symbol, instrument);
    const symbols = followed.data.map((/** @type {{ symbol: string }} */ { symbol }) => symbol);
    for (const strategy of strategies.data) cards.get(strategy.id)?.show(strategy, symbols);
    take(told.data);
    drawBacktests(backtests.data);
  }).catch((error) => {
    if (!(error instanceof ApiError)) throw error;
    // While the page is cut off, the line on top says so.
    if (error.status !== 0) setText(trouble, error.message);
  });
}

/** @param {readonly Signal[]} told */
function take(told) {
  for (const signal of told) signals.set(signal.id, signal);
  drawSignals();
}

function drawSignals() {
  const latest = [...signals.values()].sort((one, other) => other.time.localeCompare(one.time));
  for (const signal of latest.slice(SIGNALS)) signals.delete(signal.id);
  for (const [id, card] of cards) {
    card.showSignals(latest.filter(({ strategy }) => strategy === id));
  }
}

/** @param {readonly { name: string, path: string, writtenAt: string }[]} backtests */
function drawBacktests(backtests) {
  const list = find("#backtests", HTMLElement);
  list.hidden = backtests.length === 0;
  const note = list.nextElementSibling;
  if (note instanceof HTMLElement) note.hidden = backtests.length > 0;
  list.replaceChildren(...backtests.map(({ name, path, writtenAt }) =>
    element(
      "li",
      {},
      element("a", { href: path }, name),
      element("span", { class: "soft" }, ` written ${moment(writtenAt, zoneFor())}`),
    )
  ));
}

subscribe({ symbols: "*", types: ["signal", "status"], every: PACE }, {
  open: reread,
  events(events) {
    const told = events.filter(({ event }) => event === "signal").map(({ data }) => data);
    if (told.length > 0) take(told);
    if (told.length < events.length) reread();
  },
});
onZone(() => {
  drawSignals();
  reread();
});
setInterval(() => {
  if (!document.hidden) reread();
}, REREAD);
