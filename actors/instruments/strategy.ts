/**
 * The strategy actor: shows one shard's strategies the candles that closed. What one of them does
 * wrong on one instrument is caught here and handed out with the rest; neither the candles nor the
 * other strategies notice.
 *
 * A strategy runs in the daemon's own thread. One that takes too long for a candle is told and switched
 * off when it comes back; one that never does cannot be stopped from here, and is what the canary and
 * the readiness probe are for.
 *
 * @module
 */
import { fromTransition } from "xstate";
import type { Running } from "./strategies.ts";
import { sessionAt } from "../../domain/calendar.ts";
import type { Candle } from "../../domain/candle.ts";
import type { Signal } from "../../domain/signal.ts";
import type { Closings } from "../../domain/strategies/closings.ts";
import type { RunState } from "../../domain/strategies/run.ts";

/** What one look at a candle may take, in milliseconds. */
export const MOST_TIME = 500;

/** A closed candle on its way to a strategy. */
export interface Shown {
  readonly candle: Candle;
  /** Whether it has just closed, rather than being learnt of or revised later. */
  readonly isNew: boolean;
}

/** What the actor made of an event; the sender hands it in empty. */
export interface Said {
  readonly signals: Signal[];
  /** What a strategy threw; what it was to be shown waits. */
  fault: { readonly error: unknown } | null;
  /** The longest that a look took, in milliseconds. */
  longest: number;
  /** What the run keeps after the last look that went well; `null` where there was none. */
  kept: RunState | null;
}

/** Nothing said yet. */
export function nothingSaid(): Said {
  return { signals: [], fault: null, longest: 0, kept: null };
}

/** What the actor answers to. */
export interface StrategyCommand {
  readonly type: "strategy.show";
  readonly symbol: string;
  /** The strategy's id. */
  readonly id: string;
  readonly closings: Closings;
  /** Milliseconds, monotonic. */
  readonly uptime: () => number;
  readonly said: Said;
}

/** What runs on a shard's instruments, by symbol and the strategy's id. */
export type AllRunning = ReadonlyMap<string, ReadonlyMap<string, Running>>;

/** The strategy actor. */
export const strategy = fromTransition(
  (all: AllRunning, event: StrategyCommand) => {
    const running = all.get(event.symbol)?.get(event.id);
    if (running !== undefined) show(running, event);
    return all;
  },
  ({ input }: { input: AllRunning }) => input,
);

/** Shows a strategy what waits for it; stops at the first that it fails on, which goes on waiting. */
function show(running: Running, { closings, said, uptime }: StrategyCommand): void {
  const { listing: { instrument: { market } }, run } = running;
  if (run === null) return;
  while (running.waiting.length > 0) {
    const [{ candle, isNew }] = running.waiting as [Shown];
    const session = sessionAt(market, candle.start)?.start ?? null;
    const began = uptime();
    try {
      if (isNew) said.signals.push(...run.look(candle, session, closings.at(candle)));
      else run.learn(candle, session);
    } catch (error) {
      said.fault = { error };
      return;
    }
    if (isNew) {
      said.longest = Math.max(said.longest, uptime() - began);
      said.kept = run.kept;
    }
    running.waiting.shift();
    if (said.longest > MOST_TIME) return;
  }
}
