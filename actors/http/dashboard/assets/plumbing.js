/**
 * What lies behind the connections: routes, gaps, backfill, quality, the data path and the actors.
 *
 * @module
 */
import { ApiError, write } from "./api.js";
import { element, setAttribute, setText } from "./dom.js";
import { count, moment, NONE, number, share, span } from "./format.js";
import { graveness } from "./machine.js";
import { fill, writeCell } from "./table.js";
import { zoneFor } from "./zone.js";

/**
 * @param {HTMLElement} body
 * @param {readonly any[]} routes as `/api/v1/routes` has them
 * @param {ReadonlyMap<string, string>} states of the providers
 * @param {{ now: number, said: (text: string) => void, again: () => void }} page
 */
export function drawRoutes(body, routes, states, { now, said, again }) {
  fill(
    body,
    routes,
    ({ name }) => name,
    ({ name, match, market, providers, lead, failover }) => [
      { text: name, class: "strong" },
      [match, market].filter((one) => one !== null).join(" ") || "everything else",
      providers.map((/** @type {string} */ id) => `${id} (${states.get(id) ?? "?"})`).join(", "),
      lead === null ? NONE : lead.provider + (lead.held ? ", held by hand" : ""),
      lead === null ? NONE : moment(lead.since, zoneFor(), now),
      { text: whyOf(lead, failover), class: "wrap" },
      (cell) => drawSwitch(cell, { name, providers, lead }, said, again),
    ],
    "No route is configured: every provider may feed what it has.",
  );
}

/**
 * @param {{ reason: string | null } | null} lead
 * @param {{ delay: string, failback: string, standby: string } | null} failover
 */
function whyOf(lead, failover) {
  if (lead === null || failover === null) return "without failover";
  const { delay, failback, standby } = failover;
  return lead.reason ??
    `preferred; over after ${delay}, back after ${failback}, ${standby} standby`;
}

/**
 * @param {HTMLElement} cell
 * @param {{ name: string, providers: string[], lead: { provider: string, held: boolean } | null }} route
 * @param {(text: string) => void} said
 * @param {() => void} again
 */
function drawSwitch(cell, { name, providers, lead }, said, again) {
  if (lead === null) {
    writeCell(cell, { text: NONE, class: "soft" });
    return;
  }
  let select = cell.querySelector("select");
  // What somebody has chosen, or is about to, stays as it is until it is done.
  if (select?.dataset["chosen"] !== undefined || cell.contains(document.activeElement)) return;
  if (select === null) {
    select = element("select", { "aria-label": `Who leads the route ${name}` });
    const button = element("button", { type: "button" }, "Switch");
    const chosen = select;
    chosen.addEventListener("change", () => chosen.dataset["chosen"] = "");
    button.addEventListener("click", async () => {
      const provider = chosen.value === "" ? null : chosen.value;
      button.blur();
      delete chosen.dataset["chosen"];
      try {
        await write("POST", `/api/v1/routes/${encodeURIComponent(name)}/switch`, { provider });
        said("");
        again();
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        said(error.message);
      }
    });
    cell.replaceChildren(select, " ", button);
  }
  const options = ["", ...providers].map((id) =>
    element("option", { value: id }, id === "" ? "whoever is preferred" : id)
  );
  if (options.length !== select.options.length) select.replaceChildren(...options);
  select.value = lead.held ? lead.provider : "";
}

/** What a gap's status amounts to. */
const GAP_TONES = /** @type {Record<string, string>} */ ({
  open: "warn",
  filled: "well",
  unfillable: "fail",
});

/**
 * @param {HTMLElement} body
 * @param {readonly any[]} gaps the oldest first
 * @param {number} now
 */
export function drawGaps(body, gaps, now) {
  fill(
    body,
    gaps.toReversed(),
    ({ symbol, provider, from }) => `${symbol} ${provider} ${from}`,
    ({ symbol, provider, from, to, reason, status }) => [
      { text: symbol, class: "strong" },
      moment(from, zoneFor(), now),
      span((Date.parse(to) - Date.parse(from)) / 1_000),
      provider,
      reason,
      { text: status, class: "state", tone: GAP_TONES[status] ?? "wait" },
    ],
    "Nothing was missed.",
  );
}

/** What a job's state amounts to. */
const JOB_TONES = /** @type {Record<string, string>} */ ({ done: "well", failed: "fail" });

/**
 * @param {HTMLElement} body
 * @param {readonly any[]} jobs
 * @param {number} now
 */
export function drawBackfill(body, jobs, now) {
  fill(
    body,
    jobs,
    ({ id }) => String(id),
    ({ symbol, from, provider, progress, state, reason }) => [
      { text: symbol, class: "strong" },
      moment(from, zoneFor(), now),
      provider ?? NONE,
      (cell) => {
        const bar = cell.querySelector("progress") ??
          cell.appendChild(element("progress", { max: 1, "aria-label": `${symbol}, filled` }));
        bar.value = progress;
        const text = cell.querySelector("span") ?? cell.appendChild(element("span"));
        setText(text, ` ${share(progress)}`);
      },
      {
        text: reason === null ? state : `${state}: ${reason}`,
        class: "state wrap",
        tone: JOB_TONES[state] ?? "wait",
      },
    ],
    "Nothing is being filled.",
  );
}

/**
 * @param {HTMLElement} body
 * @param {readonly any[]} rows as `/api/v1/quality` has them
 * @param {number} now
 */
export function drawQuality(body, rows, now) {
  fill(
    body,
    [...rows].sort((a, b) => Number(b.refused) - Number(a.refused) || b.count - a.count),
    ({ provider, symbol, reason }) => `${provider} ${symbol} ${reason}`,
    ({ provider, symbol, reason, refused, count, last }) => [
      { text: symbol, class: "strong" },
      provider,
      reason,
      { text: number(count), class: "number" },
      { text: refused ? "refused" : "kept", class: "state", tone: refused ? "warn" : "wait" },
      {
        text: last.slice(0, 3).map((/** @type {any} */ tick) => offender(tick, now)).join("; "),
        class: "wrap",
      },
    ],
    "Nothing was flagged.",
  );
}

/**
 * @param {any} tick
 * @param {number} now
 */
function offender(tick, now) {
  const what = tick.kind === "trade"
    ? `${tick.size ?? NONE} at ${tick.price ?? NONE}`
    : tick.kind === "quote"
    ? `${tick.bid ?? NONE} / ${tick.ask ?? NONE}`
    : "a book";
  return `${moment(tick.time, zoneFor(), now)}  ${what}`;
}

/**
 * @param {HTMLElement} body
 * @param {any} status as `/api/v1/status` has it
 */
export function drawStages(body, { stages }) {
  fill(
    body,
    /** @type {any[]} */ (stages),
    ({ stage }) => stage,
    ({ stage, ageSeconds, alive }) => [
      { text: stage, class: "strong" },
      ageSeconds === null ? "none yet" : `${number(ageSeconds, 1)} s ago`,
      { text: alive ? "alive" : "silent", class: "state", tone: alive ? "well" : "fail" },
    ],
    "There are no stages.",
  );
}

/**
 * @param {HTMLElement} line
 * @param {any} status
 */
export function drawStore(line, { store, uptimeSeconds, stream }) {
  setText(
    line,
    `Store ${store.label}: ${store.trouble ?? "well"}; ${
      count(store.waitingRows, "row")
    } waiting, ` +
      `${count(store.ticks, "tick")} and ${count(store.candles, "candle")} kept since the start, ` +
      `${span(uptimeSeconds)} ago. ${count(stream.clients, "client")} of the stream.`,
  );
  setAttribute(line, "class", store.trouble === null ? "soft wrap" : "down wrap");
}

/**
 * @param {HTMLElement} body
 * @param {readonly any[]} actors as `/api/v1/actors` has them
 */
export function drawActors(body, actors) {
  /** @type {Map<string, number>} */
  const depths = new Map();
  for (const { id, parent } of actors) depths.set(id, (depths.get(parent) ?? 0) + 1);
  fill(
    body,
    actors,
    ({ id }) => id,
    ({ id, status, restarts, lastError }) => [
      { text: `${"\u2003".repeat(Math.max(0, (depths.get(id) ?? 1) - 1))}${id}`, class: "mono" },
      { text: status, class: "state", tone: graveness(status) },
      { text: number(restarts), class: restarts > 0 ? "number warn" : "number" },
      { text: lastError ?? NONE, class: "wrap" },
    ],
    "No actor reports.",
  );
}
