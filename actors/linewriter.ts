/**
 * Writes lines in the background, so that a terminal that stands still never stops a feed.
 *
 * @module
 */

/** Lines that may wait. */
const LIMIT = 10_000;

/** A queue of lines with a bound; what does not fit is counted, and told once there is room. */
export class LineWriter {
  #waiting: string[] = [];
  #lost = 0;
  #writing: Promise<void> | undefined;

  /** @param take writes a text whole. */
  constructor(private readonly take: (text: string) => Promise<void>) {}

  /** Adds a line, its end included. */
  write(line: string): void {
    if (this.#waiting.length >= LIMIT) {
      this.#lost++;
      return;
    }
    this.#waiting.push(line);
    this.#writing ??= this.#drain();
  }

  /** Resolves once everything that was added is written, or cannot be. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async #drain(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const text = this.#waiting.join("");
        this.#waiting = [];
        await this.take(text);
        if (this.#lost > 0) {
          this.#waiting.push(
            `${this.#lost} lines of the log were lost: nobody took them in time\n`,
          );
          this.#lost = 0;
        }
      }
    } catch {
      // Nobody listens any more, and there is nowhere else to say so.
      this.#waiting = [];
    } finally {
      this.#writing = undefined;
    }
  }
}
