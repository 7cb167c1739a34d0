/**
 * The flow actor: order flow of one shard's instruments, bar by bar.
 *
 * @module
 */
import { createMeasurer } from "./measurer.ts";
import type { OrderFlow } from "../../domain/flow/bar.ts";
import type { FlowSeries } from "../../domain/flow/series.ts";

/** The flow actor. */
export const flow = createMeasurer<FlowSeries, OrderFlow>({
  slotOf: ({ flow }) => flow,
  closed: (series, { measures }) => {
    for (const value of series.takeMade()) measures.push({ kind: "flow", value });
    const sizes = series.takeSizes();
    if (sizes !== null) measures.push({ kind: "sizes", value: sizes });
  },
  forming: (series, into) => into.push(...series.takeForming()),
});
