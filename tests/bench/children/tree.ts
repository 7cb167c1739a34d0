/**
 * A tree in a process of its own, which tells what sending ticks through it costs.
 *
 * @module
 */
import process from "node:process";
import { answerAll } from "../child.ts";
import { Pipe } from "../pipe.ts";

/** Asks to send so many ticks. */
export interface TreeRequest {
  readonly ticks: number;
}

/** The processor's time that a tick took, and the wall's: microseconds. */
export interface TreeAnswer {
  readonly cpu: number;
  readonly wall: number;
}

const pipe = await Pipe.start(Number(Deno.args[0]));

await answerAll<TreeRequest>(async ({ ticks }): Promise<TreeAnswer> => {
  const frames = pipe.frames(ticks);
  const before = process.cpuUsage();
  const began = performance.now();
  await pipe.send(frames);
  const wall = (performance.now() - began) * 1_000;
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / ticks, wall: wall / ticks };
});
