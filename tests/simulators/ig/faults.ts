/**
 * How the simulated venue misbehaves.
 *
 * @module
 */

/** Faults that last until they are healed; each is off at first. */
export class Faults {
  /** The stream is open and says nothing, not even that it is alive. */
  mute = false;
  /** Streams are refused, requests are answered. */
  refuse = false;
  /** Each update comes twice. */
  duplicate = false;
  /** The updates of each message come in the wrong order. */
  reorder = false;
  /** Everything answers 503. */
  maintenance = false;
  /** Requests are answered so many milliseconds late. */
  slow = 0;
  /** The error code of a 403 that every request but the sign-out is answered with. */
  allowance: string | null = null;
  /** The switched-off `MARKET:` items are accepted, and never speak. */
  silentLegacy = false;

  /** Puts everything right. */
  heal(): void {
    Object.assign(this, new Faults());
  }

  /** What becomes of the lines of one message. */
  arrange(lines: string[]): string[] {
    const arranged = this.duplicate ? lines.flatMap((line) => again(line)) : lines;
    return this.reorder ? arranged.toReversed() : arranged;
  }
}

function again(line: string): string[] {
  return line.startsWith("U,") ? [line, line] : [line];
}
