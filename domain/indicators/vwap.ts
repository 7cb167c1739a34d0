/**
 * The volume-weighted mean price since the session's start.
 *
 * It is exact where candles carry their own mean; else a candle's typical price stands for it, as
 * is usual. (That of `trading-signals` has no session, and loses count where a forming candle that
 * is replaced had no volume.)
 *
 * @module
 */
import type { Micros } from "../time.ts";
import { type Core, type IndicatorInput, type IndicatorValues, SOURCES } from "./input.ts";

/** Computes it. */
export class SessionVwap implements Core {
  #last: IndicatorInput | null = null;
  /** Sums of the candles before the last, of their latest session. */
  #session: Micros | null = null;
  #volume = 0;
  #notional = 0;

  update(input: IndicatorInput, replace: boolean): IndicatorValues | null {
    if (!replace && this.#last !== null) {
      [this.#notional, this.#volume] = this.#with(this.#last);
      this.#session = this.#last.session;
    }
    this.#last = input;
    const [notional, volume] = this.#with(input);
    return volume > 0 ? { value: notional / volume } : null;
  }

  /** The sums with a candle, which begin anew with another session. */
  #with(candle: IndicatorInput): [notional: number, volume: number] {
    const [notional, volume] = [notionalOf(candle), candle.volume];
    if (candle.session !== this.#session) return [notional, volume];
    return [this.#notional + notional, this.#volume + volume];
  }
}

function notionalOf(input: IndicatorInput): number {
  return (input.vwap ?? SOURCES.typical(input)) * input.volume;
}
