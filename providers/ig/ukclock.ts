/**
 * The UK's time of day, in which IG's snapshots tell when they were made. Pure.
 *
 * @module
 */
import { DAY, HOUR, type Micros, MINUTE, SECOND } from "../../domain/time.ts";

const CLOCK = /^(\d\d):(\d\d):(\d\d)$/;
const ZONE = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/London", timeStyle: "medium" });

/** How far IG's clock may be ahead of ours. */
const AHEAD: Micros = MINUTE;

/**
 * The latest instant, not after `now` but for a little, at which the UK's clocks show a time of day.
 *
 * @param text such as `16:29:59`.
 * @returns `undefined` where the text is no time of day.
 */
export function latestTime(text: string, now: Micros): Micros | undefined {
  const said = timeOfDay(text);
  if (said === undefined) return undefined;
  const second = Math.floor(now / SECOND) * SECOND;
  const shown = timeOfDay(ZONE.format(second / 1_000))!;
  const ago = (shown - said + DAY) % DAY;
  return DAY - ago <= AHEAD ? second + DAY - ago : second - ago;
}

function timeOfDay(text: string): Micros | undefined {
  const match = CLOCK.exec(text);
  if (match === null) return undefined;
  const [hour, minute, second] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return hour * HOUR + minute * MINUTE + second * SECOND;
}
