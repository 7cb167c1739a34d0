/**
 * The data path, from a frame's text to the recorder, against `JSON.parse` alone on the same frames.
 *
 * @module
 */
import type { Frame } from "./frames.ts";
import { alternate, millions, type Progress, type Row } from "./harness.ts";
import { Pipe, type PipeOptions } from "./pipe.ts";
import { profileStages, type Stage } from "./profile.ts";
import { median } from "./statistics.ts";

const GOAL = { rate: 1e6, ratio: 0.4 };

/** What is sent, and through what. */
export interface Course extends PipeOptions {
  readonly what: string;
  readonly instruments: number;
  /** In each round. */
  readonly ticks: number;
  readonly rounds: number;
}

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
  {
    name: "strategies",
    paths: /\/instruments\/strateg(y|ies)\.ts$|\/domain\/(strategies|indicators)/,
  },
  { name: "recorder", paths: /\/actors\/(outbox|recorder)\.ts$|\/bench\/discard\.ts$/ },
  { name: "shard and buffer", paths: /\/actors\/instruments\// },
  { name: "XState", paths: /\/xstate\/|\/actors\/supervision\.ts$/ },
];

/** Measures the data path. */
export async function measurePath(course: Course, progress: Progress): Promise<Row> {
  const { instruments, rounds, ticks, what } = course;
  const pipe = await Pipe.start(instruments, course);
  let frames: readonly Frame[] = [];
  let parsed = 0;
  const rateOf = async (work: () => Promise<void> | void) => {
    const began = performance.now();
    await work();
    return ticks / (performance.now() - began) * 1_000;
  };
  const { ours, limit, ratio } = await alternate(
    rounds,
    progress,
    () => rateOf(() => pipe.send(frames)),
    () =>
      rateOf(() => {
        for (const { text } of frames) parsed += JSON.parse(text).length;
      }),
    () => frames = pipe.frames(ticks),
  );
  if (parsed === 0) throw new Error("Nothing was parsed.");
  progress("profiling");
  frames = pipe.frames(2 * ticks);
  const shares = await profileStages(STAGES, () => pipe.send(frames));
  const byShare = [...shares].sort(([, a], [, b]) => b - a);
  const rate = median(ours);
  return {
    what,
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
  };
}
