/**
 * One provider on the page: how its connection stands, and what it has left.
 *
 * @module
 */
import { drawing, element, find, setAttribute, setText } from "./dom.js";
import { count, latency, moment, NONE, number, share, span } from "./format.js";
import { graveness, STATES, stripOf } from "./machine.js";
import { fill, fillList } from "./table.js";
import { zoneFor } from "./zone.js";

/** What the strip holds, in milliseconds. */
const HOUR = 3_600_000;
/** What four figures of a latency are. */
const QUANTILES = "p50 · p95 · p99 · max";
const STRIP = { width: 1_000, height: 16 };

/**
 * Brings a provider's panel forward.
 *
 * @param {HTMLElement} panel
 * @param {any} provider as `/api/v1/providers` has it
 * @param {number} now milliseconds since 1970, by the daemon's clock
 */
export function drawProvider(panel, provider, now) {
  const { state, since, lastError, instruments, name } = provider;
  const field = (/** @type {string} */ of) => find(`[data-field="${of}"]`, HTMLElement, panel);
  setText(field("state"), state);
  setAttribute(find(".state", HTMLElement, panel), "data-tone", graveness(state));
  setText(
    field("since"),
    since === null ? NONE : `${moment(since, zoneFor(), now)}, ${age(since, now)}`,
  );
  setText(field("instruments"), count(instruments, "instrument"));
  const error = field("error");
  error.hidden = lastError === null;
  setText(error, lastError ?? "");
  find("[data-reset]", HTMLButtonElement, panel).hidden = !["backoff", "faulted", "polling"]
    .includes(state);
  drawMachine(panel, state, name);
  drawStrip(field("strip"), provider, now);
  drawFacts(field("facts"), provider);
  drawQuotas(field("quotas"), provider.quotas, now);
  fill(
    field("history"),
    provider.events,
    ({ time, event, correlation }) => `${time} ${event} ${correlation}`,
    ({ time, event, reason, correlation }) => [
      moment(time, zoneFor(), now),
      { text: event, class: "state", tone: isState(event) ? graveness(event) : "wait" },
      { text: reason === "" ? NONE : reason, class: "wrap" },
      { text: correlation, class: "mono soft" },
    ],
    "Nothing happened yet.",
  );
  const lists = {
    refusals: provider.refusals.map(refusal),
    problems: provider.lastProblems.map(problem),
    words: provider.words,
  };
  for (const [of, texts] of Object.entries(lists)) {
    field(`${of}-box`).hidden = texts.length === 0;
    fillList(field(of), texts);
  }
  setText(field("refusals-count"), number(provider.refusals.length));
  setText(field("problems-count"), number(provider.problems));
}

/** @param {{ symbol: string, reason: string, polls: boolean }} refusal */
function refusal({ symbol, reason, polls }) {
  return `${symbol}: ${reason}${polls ? " (asked by request instead)" : ""}`;
}

/** @param {{ where: string, what: string }} problem */
function problem({ where, what }) {
  return `${where}: ${what}`;
}

/** @param {string} event */
function isState(event) {
  return STATES.some(({ name }) => name === event);
}

/**
 * @param {string} since
 * @param {number} now
 */
function age(since, now) {
  return `for ${span((now - Date.parse(since)) / 1_000)}`;
}

/**
 * @param {HTMLElement} panel
 * @param {string} state
 * @param {string} name
 */
function drawMachine(panel, state, name) {
  const machine = find(".machine", SVGSVGElement, panel);
  if (machine.dataset["state"] === state) return;
  machine.dataset["state"] = state;
  setAttribute(machine, "aria-label", `The connection of ${name} is ${state}`);
  for (const place of machine.querySelectorAll("[data-name]")) {
    setAttribute(place, "class", place.getAttribute("data-name") === state ? "now" : null);
  }
}

/**
 * @param {HTMLElement} strip
 * @param {any} provider
 * @param {number} now
 */
function drawStrip(strip, provider, now) {
  const spans = stripOf(provider.events, provider, now, HOUR);
  const { width, height } = STRIP;
  // What is grave stands taller: it need not be told by its colour.
  const heights = { well: 5, wait: 8, warn: 11, fail: 16 };
  const drawn = spans.map(({ state, tone, left, width: share }) => {
    const tall = heights[/** @type {"well"} */ (tone)];
    return drawing("rect", {
      x: (left * width).toFixed(1),
      y: height - tall,
      width: Math.max(1.5, share * width).toFixed(1),
      height: tall,
      "data-tone": tone,
    }, drawing("title", {}, state));
  });
  strip.replaceChildren(drawing("svg", {
    viewBox: `0 0 ${width} ${height}`,
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  }, ...drawn));
  const told = spans.map(({ state, width }) => `${state} ${span(width * HOUR / 1_000)}`).join(", ");
  setAttribute(strip, "aria-label", `The last hour: ${told === "" ? "not known" : told}`);
}

/**
 * @param {HTMLElement} list
 * @param {any} provider
 */
function drawFacts(list, { failures, recent, latency: measured, completeness, progress }) {
  const perSecond = recent.seconds > 0 ? recent.ticks / recent.seconds : 0;
  /** @type {[string, string, string?][]} */
  const facts = [
    ["Ticks", `${number(perSecond, perSecond < 10 ? 1 : 0)} /s`],
    [
      "Refused",
      share(recent.ticks > 0 ? recent.refused / recent.ticks : 0),
      "of the last minute's",
    ],
    ["Errors", share(recent.errorRate), "refused and unusable, of the last minute's"],
    ["Heard", share(completeness.share), `missed ${span(completeness.missedSeconds)} of a day`],
    ["Failures", number(failures), "since it was last live"],
    [`Venue to here, ${QUANTILES}`, quantiles(measured.feed)],
    [`Here to told, ${QUANTILES}`, quantiles(measured.publish)],
  ];
  if (progress !== null) {
    const done = progress.total > 0 ? progress.done / progress.total : 0;
    facts.push(["Played", share(done)]);
  }
  while (list.children.length < facts.length) {
    list.append(element("div", {}, element("dt"), element("dd")));
  }
  facts.forEach(([name, value, title], at) => {
    const pair = list.children[at];
    if (pair === undefined) return;
    setText(find("dt", HTMLElement, pair), name);
    setText(find("dd", HTMLElement, pair), value);
    setAttribute(pair, "title", title);
  });
}

/** @param {{ p50: number, p95: number, p99: number, max: number } | null} measured */
function quantiles(measured) {
  if (measured === null) return NONE;
  const { p50, p95, p99, max } = measured;
  return [p50, p95, p99, max].map(latency).join(" · ");
}

/**
 * @param {HTMLElement} place
 * @param {readonly any[]} quotas
 * @param {number} now
 */
function drawQuotas(place, quotas, now) {
  while (place.children.length > quotas.length) place.lastElementChild?.remove();
  quotas.forEach(({ name, limit, per, left, resetsAt }, at) => {
    const line = place.children[at] ??
      place.appendChild(element("div", {}, element("label"), element("meter"), element("span")));
    const meter = find("meter", HTMLMeterElement, line);
    const label = find("label", HTMLLabelElement, line);
    const key = `quota-${name}-${per}-${at}`.replaceAll(/[^\w-]/g, "-");
    setAttribute(meter, "id", `${place.parentElement?.id}-${key}`);
    setAttribute(label, "for", meter.id);
    setText(label, `${name} a ${per}`);
    meter.max = limit;
    meter.low = limit / 5;
    meter.optimum = limit;
    meter.value = left;
    const again = resetsAt === null
      ? ""
      : `, all again in ${span((Date.parse(resetsAt) - now) / 1_000)}`;
    setText(
      find("span", HTMLElement, line),
      `${number(Math.floor(left))} of ${number(limit)} left${again}`,
    );
  });
}
