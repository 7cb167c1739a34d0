/**
 * What /health says of the daemon's load, and of what is shed for it.
 *
 * @module
 */
import type { HttpDeps } from "./deps.ts";
import type { Findings } from "./health.ts";
import { LOADS, wordsOf } from "../overload/overload.ts";

/** The checks of the load. */
export function* loads({ shared: { overload } }: HttpDeps): Findings {
  const { cause, level } = overload.state;
  yield ["overload:level", {
    componentType: "system",
    observedValue: level,
    status: level === "normal" ? "pass" : "warn",
    ...(cause === null ? {} : { output: wordsOf(cause) }),
  }];
  for (const load of overload.loads()) {
    const isOver = load.value >= load.limit;
    yield [`load:${load.name}`, {
      componentType: "system",
      observedValue: load.value,
      observedUnit: LOADS[load.name],
      status: isOver ? "warn" : "pass",
      ...(isOver ? { output: wordsOf(load) } : {}),
    }];
  }
}
