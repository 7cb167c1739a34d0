/**
 * Readiness: whether data comes in, is made into candles, kept and given out. A provider's outage
 * is not the daemon's, and an instrument's fault is not the others': neither counts here.
 *
 * @module
 */
import { redact } from "../log.ts";
import type { HttpDeps } from "./deps.ts";

/** One thing that has to be well. */
export interface Check {
  /** Such as `stage gate` or `store`. */
  readonly name: string;
  readonly ok: boolean;
  /** What is amiss; empty where nothing is. */
  readonly reason: string;
  /** What anyone may know of it beside `ok`. */
  readonly word?: string;
}

/** The supervisor whose children the daemon cannot do without. */
const ROOT = "root";

/** Everything that has to be well. */
export function readiness(deps: HttpDeps): Check[] {
  return [tree(deps), ...lost(deps), ...stages(deps), store(deps)];
}

function tree({ running, draining }: HttpDeps): Check {
  const reason = draining() ? "marketd is stopping" : running() ? "" : "marketd is starting";
  return { name: "tree", ok: reason === "", reason };
}

/** The parts of the daemon that are not started again. */
function lost({ reports }: HttpDeps): Check[] {
  return reports()
    .filter(({ parent, report }) => parent === ROOT && report.status === "given-up")
    .map(({ report }) => ({
      name: `actor ${report.id}`,
      ok: false,
      reason: redact(report.lastError ?? "it was given up"),
    }));
}

function stages({ shared: { vitals } }: HttpDeps): Check[] {
  return vitals.report().map(({ stage, age, alive }) => ({
    name: `stage ${stage}`,
    ok: alive,
    reason: alive
      ? ""
      : age === null
      ? "no canary came by yet"
      : `the last canary came by ${(age / 1_000).toFixed(1)} s ago`,
  }));
}

/** While rows are spooled nothing is lost: that is told, and no reason to be taken for unready. */
function store({ shared: { journal } }: HttpDeps): Check {
  const { state, trouble, spooled } = journal;
  const kept = state === "spooling" ? `${spooled.rows} rows wait on disk: ` : `${state}: `;
  return {
    name: "store",
    ...(state === "writing" ? {} : { word: state }),
    ok: trouble === null || state === "spooling",
    reason: trouble === null ? "" : kept + redact(trouble),
  };
}
