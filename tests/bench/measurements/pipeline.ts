/**
 * The data path, from a frame's text to the recorder, against `JSON.parse` alone.
 *
 * @module
 */
import type { Frame } from "../frames.ts";
import { alternate, type Measurement, millions, type Row } from "../harness.ts";
import { Pipe } from "../pipe.ts";
import { profileStages, type Stage } from "../profile.ts";
import { median } from "../statistics.ts";

const INSTRUMENTS = 100;
const TICKS = 400_000;
const ROUNDS = 9;
const GOAL = { rate: 1e6, ratio: 0.4 };

const STAGES: readonly Stage[] = [
  { name: "decode, JSON.parse included", paths: /\/bench\/frames\.ts$|\/domain\/timetext\.ts$/ },
  { name: "routing and gate", paths: /\/actors\/routing\// },
  { name: "candles", paths: /\/actors\/instruments\/candles\.ts$|\/domain\/(candles|bar)\.ts$/ },
  {
    name: "profile and flow",
    paths:
      /\/actors\/instruments\/(profile|flow|measurer|measures|standing)\.ts$|\/domain\/(profile\/|flow\/|state\.ts$)/,
  },
  {
    name: "hub",
    paths: /\/actors\/hub\.ts$|\/actors\/instruments\/events\.ts$|\/domain\/ring\.ts$/,
  },
  { name: "recorder", paths: /\/actors\/(outbox|recorder)\.ts$|\/bench\/discard\.ts$/ },
  { name: "shard and buffer", paths: /\/actors\/instruments\// },
  { name: "XState", paths: /\/xstate\/|\/actors\/supervision\.ts$/ },
];

/** Measures the data path. */
export const pipeline: Measurement = {
  name: "pipeline",
  async run(progress): Promise<Row[]> {
    const pipe = await Pipe.start(INSTRUMENTS);
    let frames: readonly Frame[] = [];
    let parsed = 0;
    const { ours, limit, ratio } = await alternate(
      ROUNDS,
      progress,
      () => rateOf(() => pipe.send(frames)),
      () =>
        rateOf(() => {
          for (const { text } of frames) parsed += JSON.parse(text).length;
        }),
      () => frames = pipe.frames(TICKS),
    );
    if (parsed === 0) throw new Error("Nothing was parsed.");
    progress("profiling");
    frames = pipe.frames(2 * TICKS);
    const shares = await profileStages(STAGES, () => pipe.send(frames));
    const byShare = [...shares].sort(([, a], [, b]) => b - a);
    const rate = median(ours);
    return [{
      what: "pipeline, 100 instruments",
      goal: ">= 1 M ticks/s and >= 0.4 x",
      ours: millions(rate, "ticks"),
      limit: `${millions(median(limit), "ticks")} (JSON.parse)`,
      ratio,
      met: rate >= GOAL.rate && ratio >= GOAL.ratio,
      notes: [
        `by V8's profiler: ${
          byShare.map(([name, share]) => `${name} ${(100 * share).toFixed(0)} %`).join(", ")
        }`,
      ],
      figures: {
        oursTicksPerSecond: ours,
        limitTicksPerSecond: limit,
        ...Object.fromEntries(byShare.map(([name, share]) => [`share of ${name}`, share])),
      },
    }];
  },
};

async function rateOf(work: () => Promise<void> | void): Promise<number> {
  const began = performance.now();
  await work();
  return TICKS / (performance.now() - began) * 1_000;
}
