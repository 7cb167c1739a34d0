/**
 * From the start of the process until it says that it is ready, with the embedded store, against the
 * least that a daemon can be.
 *
 * @module
 */
import { Daemon } from "../daemon.ts";
import { alternate, type Measurement, type Row } from "../harness.ts";
import { median } from "../statistics.ts";

const ROUNDS = 5;
/** Milliseconds. */
const GOAL = 1_000;

/** Measures the start. */
export const start: Measurement = {
  name: "start",
  async run(progress): Promise<Row[]> {
    const timed = async (start: () => Promise<Daemon>) => {
      const daemon = await start();
      await daemon.stop();
      return daemon.took;
    };
    const { ours, limit, ratio } = await alternate(
      ROUNDS,
      progress,
      () => timed(() => Daemon.demo({})),
      () => timed(() => Daemon.bare()),
    );
    const took = median(ours);
    return [{
      what: "start to /readyz, embedded store",
      goal: "< 1 s",
      ours: `${took.toFixed(0)} ms`,
      limit: `${median(limit).toFixed(0)} ms (bare server)`,
      ratio,
      met: took < GOAL,
      notes: [],
      figures: { oursMilliseconds: ours, limitMilliseconds: limit },
    }];
  },
};
