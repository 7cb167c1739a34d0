/**
 * The instrument's page: puts its parts together, and hands each what the API and the stream tell.
 *
 * @module
 */
import { read } from "./api.js";
import { BarTable } from "./bartable.js";
import { Beside } from "./beside.js";
import { ChartFeed } from "./chartfeed.js";
import { followKeys } from "./chartkeys.js";
import { find, setText } from "./dom.js";
import { Facts } from "./facts.js";
import { GapList } from "./gaplist.js";
import { IndicatorFeed } from "./indicatorfeed.js";
import { IndicatorChoice } from "./indicators.js";
import { MarketChart } from "./marketchart.js";
import { keep, recall } from "./memory.js";
import { readPalette, watchScheme } from "./palette.js";
import { ProfileFeed } from "./profilefeed.js";
import { Readout, sentenceOf } from "./readout.js";
import { Signals } from "./signals.js";
import { subscribe } from "./stream.js";
import { drawSign } from "./trustmarks.js";
import { onZone, zoneFor } from "./zone.js";

/** @typedef {import("./bars.js").Bar} Bar */

/** The pace of the stream, in milliseconds. */
const PACE = 250;
/** Gaps that are read: the latest. */
const GAPS = 200;
const INTERVAL_KEY = "marketd.interval";

const root = find("#instrument", HTMLElement);
const symbol = root.dataset["symbol"] ?? "";
const instrument = {
  symbol,
  step: Number(root.dataset["step"]),
  level: Number(root.dataset["level"]),
  basis: root.dataset["basis"] ?? "",
};

/** The zone of the chart: a canvas has to be told the viewer's own by its name. */
function zone() {
  return zoneFor(root.dataset["zone"]) ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}

const container = find("#chart", HTMLElement);
const facts = new Facts(root);
const beside = new Beside(root, instrument, zone);
const readout = new Readout(find("#readout", HTMLElement), instrument);
const table = new BarTable(
  find("#bar-table", HTMLDetailsElement),
  find("#bar-table tbody", HTMLTableSectionElement),
  instrument,
  zone,
);
/** @type {Bar | undefined} */
let pointed;

const chart = new MarketChart(container, {
  palette: readPalette(root),
  zone: zone(),
  step: instrument.step,
  hasFlow: instrument.basis === "trade",
  older: () => void feed.older(),
  pointed(bar) {
    pointed = bar;
    drawReadout();
  },
});
const feed = new ChartFeed(symbol, chart, {
  changed(bars) {
    drawReadout();
    table.show(bars.list);
    const { last } = bars;
    if (last !== undefined) {
      facts.setPrice(last.close);
      container.dataset["bars"] = String(bars.list.length);
      setText(find("#chart-summary", HTMLElement), sentenceOf(last, instrument, zone()));
    }
    indicatorFeed.touch();
  },
  loaded(from, to) {
    indicatorFeed.reload();
    attempt(async () => {
      await signals.load(to === undefined ? { from } : { from, to });
      drawSignals();
    });
  },
  trouble(trouble) {
    const place = find("#chart-trouble", HTMLElement);
    place.hidden = trouble === null;
    setText(place, trouble === null ? "" : `The chart could not be read: ${trouble}`);
  },
});
const indicatorFeed = new IndicatorFeed(
  symbol,
  chart.indicators,
  () => feed,
  (text, reason) => {
    setText(find("#indicator-trouble", HTMLElement), reason);
    choice?.remove(text);
  },
);
const gapList = new GapList(find("#gaps", HTMLTableSectionElement), zone);
const signals = new Signals(find("#signals", HTMLElement), instrument, zone, (time) => {
  const place = chart.placeBefore(time);
  pointed = feed.bars.list[place];
  chart.point(place);
  drawReadout();
  container.focus();
});
const profile = new ProfileFeed(
  symbol,
  chart,
  (text) => setText(find("#profile-said", HTMLElement), text),
  instrument,
);
/** @type {IndicatorChoice | null} */
let choice = null;

function drawSignals() {
  chart.showSignals(signals.all);
  find("#signals-note", HTMLElement).hidden = signals.all.length > 0;
}

function drawReadout() {
  const bar = pointed ?? feed.bars.last;
  const said = bar === undefined ? [] : signals.sayAt(bar, feed.bars.after(bar));
  readout.show(bar, zone(), chart.indicators, said);
}

function drawLegend() {
  const { mark } = readPalette(root);
  for (const canvas of root.querySelectorAll("canvas[data-sign]")) {
    if (canvas instanceof HTMLCanvasElement) {
      drawSign(canvas, /** @type {"gap"} */ (canvas.dataset["sign"]), mark);
    }
  }
}

followKeys(container, chart, () => feed.bars.list, (bar) => {
  pointed = bar;
  drawReadout();
  const said = bar === undefined ? "" : sentenceOf(bar, instrument, zone());
  setText(find("#chart-said", HTMLElement), said);
});
find("#latest", HTMLButtonElement).addEventListener("click", () => chart.latest());
watchScheme(() => {
  chart.palette = readPalette(root);
  drawLegend();
});
onZone(() => {
  chart.zone = zone();
  beside.draw();
  table.draw();
  gapList.show(feed.gaps);
  signals.draw();
  drawReadout();
});
drawLegend();

/** What the page wants of the stream. */
function want() {
  return {
    symbols: [symbol],
    types: [
      "trade",
      "quote",
      "depth",
      "candle",
      "profile",
      "flow",
      "state",
      "signal",
      "gap",
      "status",
    ],
    intervals: [feed.interval],
    every: PACE,
  };
}

/** @type {Record<string, (data: any) => void>} */
const takers = {
  candle: (data) => feed.takeBar(data),
  flow: (data) => feed.takeFlow(data),
  gap: (data) => takeGaps([data]),
  profile: (data) => profile.take(data),
  signal: (data) => {
    signals.take([data]);
    drawSignals();
  },
  state: (data) => facts.setState(data),
  quote: (data) => {
    facts.hear(data.receivedAt);
    beside.takeQuote(data);
  },
  depth: (data) => {
    facts.hear(data.receivedAt);
    beside.takeBook(data);
  },
  // How fresh it is follows from more than one event tells.
  status: () => facts.reread(),
};

async function readGaps() {
  const { data } = await read("/api/v1/gaps", { symbol, limit: GAPS });
  takeGaps(data);
}

/** @param {readonly import("./chartfeed.js").Gap[]} gaps */
function takeGaps(gaps) {
  feed.takeGaps(gaps);
  gapList.show(feed.gaps);
}

/**
 * What is beside the chart is read again with the next connection where it cannot be had now.
 *
 * @param {() => Promise<void>} run
 */
function attempt(run) {
  run().catch((error) => console.info(String(error)));
}

/** Reads what is now: the stream carries what follows. */
function readAll() {
  void feed.load();
  facts.reread();
  attempt(() => beside.readBook());
  attempt(() => beside.readTape());
  attempt(() => profile.load());
  attempt(readGaps);
}

feed.begin(recallInterval());
const subscription = subscribe(want(), {
  open: readAll,
  events(events) {
    const trades = events.filter(({ event }) => event === "trade").map(({ data }) => data);
    for (const { receivedAt } of trades) facts.hear(receivedAt);
    beside.takeTrades(trades);
    for (const { event, data } of events) takers[event]?.(data);
  },
});

/** The interval that was looked at last, where it is still there; else the first. */
function recallInterval() {
  const inputs = [...root.querySelectorAll("input[name=interval]")]
    .filter((input) => input instanceof HTMLInputElement);
  const kept = recall(INTERVAL_KEY);
  const input = inputs.find(({ value }) => value === kept) ?? inputs[0];
  if (input === undefined) throw new TypeError("Cannot show a chart: there is no interval.");
  input.checked = true;
  return input.value;
}

find("#intervals", HTMLElement).addEventListener("change", ({ target }) => {
  if (!(target instanceof HTMLInputElement)) return;
  keep(INTERVAL_KEY, target.value);
  pointed = undefined;
  feed.begin(target.value);
  subscription.change(want());
});

find("#spans", HTMLElement).addEventListener("change", ({ target }) => {
  if (target instanceof HTMLInputElement) profile.choose(target.value);
});

attempt(async () => {
  const { data } = await read("/api/v1/indicators/catalog");
  choice = new IndicatorChoice(
    {
      form: find("#indicator-form", HTMLFormElement),
      fields: find("#indicator-fields", HTMLElement),
      list: find("#indicator-list", HTMLUListElement),
    },
    data,
    chooseIndicators,
  );
  chooseIndicators();
});

function chooseIndicators() {
  if (choice === null) return;
  const known = choice;
  const chosen = known.chosen.flatMap((text) => {
    const spec = known.find(text);
    return spec === undefined ? [] : [{ text, spec }];
  });
  indicatorFeed.choose(chosen);
  drawReadout();
}
