/**
 * The clock of one file of a recording.
 *
 * @module
 */
import { DAY, type Micros } from "../../domain/time.ts";

/** A row that stands further than this ahead of both its neighbours has a wrong time. */
const ASTRAY: Micros = 7 * DAY;

/**
 * Where a file's clock stands at each of its rows. It never goes back, and a single row that strays
 * far into the future does not take it along: all rows below would come too late.
 */
export class FileClock {
  #now: Micros = -Infinity;

  /**
   * Goes on by some rows.
   *
   * @param times what each row says; NaN for one that says nothing.
   * @param following what the row below them says; NaN where there is none.
   * @returns where the clock stands at each; -Infinity before the first that says something.
   */
  pass(times: readonly Micros[], following: Micros = NaN): Micros[] {
    const below = timesBelow(times, following);
    return times.map((time, at) => {
      const next = below[at]!;
      const isAstray = time - next > ASTRAY && time - this.#now > ASTRAY;
      const said = !isAstray ? time : this.#now === -Infinity ? next : this.#now;
      if (said > this.#now) this.#now = said;
      return this.#now;
    });
  }
}

/** What the row below each says. */
function timesBelow(times: readonly Micros[], following: Micros): Micros[] {
  const below: Micros[] = Array(times.length);
  let next = following;
  for (let at = times.length - 1; at >= 0; at--) {
    below[at] = next;
    if (!Number.isNaN(times[at]!)) next = times[at]!;
  }
  return below;
}
