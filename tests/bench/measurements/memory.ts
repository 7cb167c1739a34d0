/**
 * Resident memory of the daemon, idle and with a thousand instruments, against the least that a
 * daemon can be. All three run at once.
 *
 * @module
 */
import { Daemon } from "../daemon.ts";
import { type Measurement, pause, type Row } from "../harness.ts";
import { symbolsOf } from "../place.ts";

const MANY = 1_000;
const RATE = 1_000;
/** When the memory is read, after the daemon was ready: seconds. */
const AFTER = { idle: 20, many: 30 };
/** Megabytes. */
const GOALS = { idle: 120, many: 250 };

/** Measures the memory. */
export const memory: Measurement = {
  name: "memory",
  async run(progress): Promise<Row[]> {
    const bare = await Daemon.bare();
    const idle = await Daemon.demo({ providers: { demo: { rate: 1 } } });
    const many = await Daemon.demo({
      providers: { demo: { rate: RATE } },
      instruments: symbolsOf(MANY),
    });
    progress(`waiting ${AFTER.many} s`);
    await pause(AFTER.idle * 1_000);
    const [least, resting] = [await bare.memory(), await idle.memory()];
    await pause((AFTER.many - AFTER.idle) * 1_000);
    const working = await many.memory();
    for (const daemon of [bare, idle, many]) await daemon.stop();

    const row = (what: string, goal: number, ours: number): Row => ({
      what,
      goal: `< ${goal} MB`,
      ours: `${ours.toFixed(0)} MB`,
      limit: `${least.toFixed(0)} MB (bare server)`,
      ratio: ours / least,
      met: ours < goal,
      notes: [],
      figures: { oursMegabytes: ours, limitMegabytes: least },
    });
    const instruments = MANY.toLocaleString("en");
    return [
      row("resident memory, idle", GOALS.idle, resting),
      row(`resident memory, ${instruments} instruments, ${RATE} ticks/s`, GOALS.many, working),
    ];
  },
};
