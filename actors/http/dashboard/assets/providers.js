/**
 * The providers page: reads how everything fares, and does what is asked.
 *
 * @module
 */
import { ApiError, read, write } from "./api.js";
import { find, setAttribute, setText } from "./dom.js";
import {
  drawActors,
  drawBackfill,
  drawGaps,
  drawQuality,
  drawRoutes,
  drawStages,
  drawStore,
} from "./plumbing.js";
import { drawProvider } from "./provider.js";
import "./shell.js";
import { subscribe, watch } from "./stream.js";
import { onZone } from "./zone.js";

/** How often what changes quickly is read, in milliseconds. */
const REREAD = 2_000;
/** The same for what changes slowly. */
const SLOWLY = 10_000;
const DAY = 86_400_000;
/** Gaps read at most. */
const GAPS = 200;

const verdict = find("#verdict", HTMLElement);
const trouble = find("#trouble", HTMLElement);
/** @param {string} id */
const body = (id) => find(`#${id} tbody`, HTMLElement);

let ahead = 0;
let isCut = false;

/** What changes quickly: the connections, the routes, the data path. */
async function readQuickly() {
  const [status, providers, routes, backfill] = await Promise.all([
    read("/api/v1/status"),
    read("/api/v1/providers"),
    read("/api/v1/routes"),
    read("/api/v1/backfill"),
  ]);
  ahead = Date.parse(status.clock.now) - Date.now();
  const now = Date.now() + ahead;
  for (const provider of providers.data) {
    const panel = document.getElementById(`provider-${provider.id}`);
    if (panel !== null) drawProvider(panel, provider, now);
  }
  const states = new Map(Object.entries(status.providers));
  drawRoutes(body("routes"), routes.data, states, {
    now,
    said: (text) => setText(trouble, text),
    again: () => refresh(readQuickly),
  });
  drawBackfill(body("backfill"), backfill.data, now);
  drawStages(body("stages"), status);
  drawStore(find("#store", HTMLElement), status);
}

/** What changes slowly, or is long. */
async function readSlowly() {
  const now = Date.now() + ahead;
  const from = new Date(now - DAY).toISOString();
  const [health, gaps, quality, actors] = await Promise.all([
    read("/health").catch(unready),
    read("/api/v1/gaps", { from, limit: GAPS }),
    read("/api/v1/quality"),
    read("/api/v1/actors"),
  ]);
  const { status, output = "nothing is amiss" } = health;
  setText(verdict, `${status}: ${output}`);
  setAttribute(verdict, "class", status === "pass" ? "soft" : status === "warn" ? "warn" : "down");
  drawGaps(body("gaps"), gaps.data, now);
  drawQuality(body("quality"), quality.data, now);
  drawActors(body("actors"), actors.data);
}

/**
 * A daemon that is not ready answers 503, and says why all the same.
 *
 * @param {unknown} error
 */
function unready(error) {
  if (error instanceof ApiError && error.status === 503) {
    return { status: "fail", output: error.message };
  }
  throw error;
}

/** @param {() => Promise<void>} work */
async function refresh(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // While the page is cut off, the line on top says so.
    setText(trouble, isCut || error.status === 0 ? "" : error.message);
  }
}

function all() {
  refresh(readQuickly);
  refresh(readSlowly);
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let soon;

subscribe({ symbols: [], types: ["status"], every: 250 }, {
  open: all,
  events() {
    clearTimeout(soon);
    soon = setTimeout(() => refresh(readQuickly), 100);
  },
});
watch(({ phase }) => {
  isCut = phase === "cut" || phase === "refused";
  setAttribute(document.body, "data-cut", isCut);
  if (isCut) {
    setText(verdict, "this page is cut off from marketd: what it shows is as it was");
    setAttribute(verdict, "class", "down");
  }
});
onZone(all);
setInterval(() => {
  if (!document.hidden && !isCut) refresh(readQuickly);
}, REREAD);
setInterval(() => {
  if (!document.hidden && !isCut) refresh(readSlowly);
}, SLOWLY);

for (const button of document.querySelectorAll("[data-reset]")) {
  if (!(button instanceof HTMLButtonElement)) continue;
  button.addEventListener("click", () =>
    refresh(async () => {
      const id = button.dataset["reset"] ?? "";
      await write("POST", `/api/v1/providers/${encodeURIComponent(id)}/reset`);
      setText(trouble, "");
      await readQuickly();
    }));
}
