/**
 * What a tick costs the processor when the same ticks are spread over more instruments. Each tree is
 * in a process of its own; they take turns.
 *
 * @module
 */
import { Child } from "../child.ts";
import type { TreeAnswer, TreeRequest } from "../children/tree.ts";
import type { Measurement, Row } from "../harness.ts";
import { median } from "../statistics.ts";

const FEW = 10;
/** Instruments, and what a tick may cost against {@link FEW}. */
const GOALS: readonly (readonly [instruments: number, ratio: number])[] = [[1_000, 1.3], [
  10_000,
  3,
]];
const TICKS = 200_000;
const ROUNDS = 5;

/** Measures the cost of a tick. */
export const scale: Measurement = {
  name: "scale",
  async run(progress): Promise<Row[]> {
    const counts = [FEW, ...GOALS.map(([count]) => count)];
    const trees = new Map(counts.map((count) => [count, Child.start("tree.ts", String(count))]));
    const costs = new Map(counts.map((count) => [count, [] as TreeAnswer[]]));
    for (let round = 0; round <= ROUNDS; round++) {
      progress(round === 0 ? "warming up" : `round ${round} of ${ROUNDS}`);
      const order = round % 2 === 0 ? counts : counts.toReversed();
      for (const count of order) {
        const request: TreeRequest = { ticks: TICKS };
        const answer = await trees.get(count)!.ask<TreeAnswer>(request);
        if (round > 0) costs.get(count)!.push(answer);
      }
    }
    for (const tree of trees.values()) await tree.stop();

    const cpu = (count: number) => costs.get(count)!.map((cost) => cost.cpu);
    const few = cpu(FEW);
    return GOALS.map(([count, goal]) => {
      const many = cpu(count);
      const ratio = median(many.map((cost, round) => cost / few[round]!));
      return {
        what: `processor time per tick, ${count.toLocaleString("en")} instruments`,
        goal: `<= ${goal} x`,
        ours: `${median(many).toFixed(2)} us`,
        limit: `${median(few).toFixed(2)} us (${FEW} instruments)`,
        ratio,
        met: ratio <= goal,
        notes: [],
        figures: {
          oursMicroseconds: many,
          limitMicroseconds: few,
          oursWallMicroseconds: costs.get(count)!.map(({ wall }) => wall),
        },
      };
    });
  },
};
