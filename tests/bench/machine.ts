/**
 * What a figure means nothing without: the machine and its tools.
 *
 * @module
 */
import { cpus, loadavg, release, totalmem } from "node:os";

/** The machine that figures were taken on. */
export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMb: number;
  readonly kernel: string;
  readonly deno: string;
  readonly v8: string;
  /** Of the last minute: what else was running. */
  readonly load: number;
}

/** Describes this machine. */
export function describeMachine(): Machine {
  const processors = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryMb: Math.round(totalmem() / 2 ** 20),
    kernel: `${Deno.build.os} ${release()} ${Deno.build.arch}`,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    load: loadavg()[0] ?? NaN,
  };
}

/** The machine in one line. */
export function formatMachine(machine: Machine): string {
  const { date, cpu, cores, memoryMb, kernel, deno, v8, load } = machine;
  return `${date}; ${cpu}, ${cores} cores, ${memoryMb} MB; ${kernel}; Deno ${deno}, V8 ${v8}; ` +
    `load ${load.toFixed(2)} at the start`;
}
