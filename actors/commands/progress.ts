/**
 * A progress bar for a person who is watching, and nothing for a file or a pipe.
 *
 * @module
 */
import type { Output } from "./deps.ts";

const WIDTH = 30;

/** How far something has come. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** A bar that is drawn over and over in one place. */
export class ProgressBar {
  readonly #output: Output;
  readonly #began = performance.now();
  #drawn = false;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Draws it. */
  async draw(progress: Progress): Promise<void> {
    if (!Deno.stderr.isTerminal()) return;
    this.#drawn = true;
    const text = renderProgress(progress, performance.now() - this.#began);
    await this.#output.write(`\r\x1b[2K${text}`);
  }

  /** Wipes it away. */
  async clear(): Promise<void> {
    if (this.#drawn) await this.#output.write("\r\x1b[2K");
    this.#drawn = false;
  }
}

/**
 * The bar as text: `[=====     ]  50 %, 12 s left`.
 *
 * @param elapsed milliseconds since it began.
 */
export function renderProgress({ done, total }: Progress, elapsed: number): string {
  const share = total > 0 ? Math.min(1, done / total) : 1;
  const full = Math.round(share * WIDTH);
  const bar = "=".repeat(full).padEnd(WIDTH);
  const left = share > 0 ? Math.round(elapsed * (1 - share) / share / 1_000) : null;
  const percent = String(Math.floor(share * 100)).padStart(3);
  return `[${bar}] ${percent} %${left === null ? "" : `, ${left} s left`}`;
}
