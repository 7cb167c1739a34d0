/**
 * How a result is drawn and told, in every chart alike.
 *
 * @module
 */
import { signed } from "../figures.ts";
import type { Result } from "../../../../domain/backtest/tally.ts";
import { formatTime } from "../../../../domain/time.ts";

/** The class of its marks: the outcome's name. */
export function classOf({ result }: Result): string {
  return result;
}

/** A result in a line, shown while pointed at. */
export function titleOf({ entered, left, net, result, signal }: Result): string {
  const { side, time } = signal;
  return `${side} ${formatTime(time)}: ${entered!.price} to ${left!.price}, ${result}, ` +
    `${signed(net, 1)} bps net`;
}
