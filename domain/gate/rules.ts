/**
 * The quality gate's thresholds.
 *
 * @module
 */
import type { Micros } from "../time.ts";

/** What makes a tick an offender. */
export interface GateRules {
  readonly time: {
    /** How long before it was received a tick may be from. */
    readonly past: Micros;
    /** How far a venue's clock may run ahead of ours. */
    readonly future: Micros;
  };
  readonly outlier: {
    /** Standard deviations from the window beyond which a price is in doubt. */
    readonly z: number;
    /** Ticks in the window: of an exponential one, 1 / alpha. */
    readonly window: number;
    /** The least standard deviation, in percent of the price. */
    readonly percent: number;
    /** The least standard deviation, in price steps. */
    readonly steps: number;
    /** Later ticks near a price in doubt that make it believed. */
    readonly confirmations: number;
    /** How long a tick in doubt waits for them. */
    readonly hold: Micros;
    /** A silence after which a price may start elsewhere. */
    readonly pause: Micros;
    /** How far above the last price it may then start, in percent, or below it by the same factor. */
    readonly reopening: number;
  };
  readonly crossed: {
    /** Usual spreads beyond which a crossed quote is refused. */
    readonly spreads: number;
  };
  readonly duplicates: {
    /** Ticks of an instrument and a kind that are remembered. */
    readonly memory: number;
  };
}
