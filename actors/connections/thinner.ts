/**
 * Thinning a feed under overload: books are shed and, where that does not help, of the quotes all but
 * the latest of each instrument, which is handed on at a pace, or before its next trade. Trades pass.
 *
 * @module
 */
import type { Overload } from "../overload/overload.ts";
import type { Credit } from "../../domain/credit.ts";
import type { Depth, Quote, Tick } from "../../domain/tick.ts";

/** Between two quotes of an instrument at least, unless it trades, in milliseconds. */
const PACE = 250;

/** What it works with. */
export interface ThinnerInput {
  readonly provider: string;
  readonly overload: Pick<Overload, "state" | "note">;
  readonly credit: Credit;
  /** Takes what goes on; must not throw. */
  readonly deal: (ticks: Tick[]) => void;
}

/** Thins one feed. */
export class Thinner {
  readonly #input: ThinnerInput;
  /** The latest quote of each instrument that was not handed on yet. */
  readonly #held = new Map<string, Quote>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(input: ThinnerInput) {
    this.#input = input;
  }

  /** Takes ticks, in the order received, and hands on those that are not shed. */
  add(ticks: Tick[]): void {
    const { deal, overload: { state: { level } } } = this.#input;
    if (level === "normal") {
      if (this.#held.size > 0) this.flush();
      deal(ticks);
      return;
    }
    const kept: Tick[] = [];
    const shed: (Quote | Depth)[] = [];
    for (const tick of ticks) {
      if (tick.kind === "depth") shed.push(tick);
      else if (tick.kind === "trade" || level === "sheds-depth") this.#pass(tick, kept);
      else this.#hold(tick, shed);
    }
    this.#shed(shed);
    if (kept.length > 0) deal(kept);
    if (this.#held.size > 0) this.#timer ??= setTimeout(() => this.flush(), PACE);
  }

  /** Hands on what it holds: before anything else is said of the feed. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#held.size === 0) return;
    const ticks = [...this.#held.values()];
    this.#held.clear();
    this.#input.deal(ticks);
  }

  /** What was quoted before is told before. */
  #pass(tick: Tick, kept: Tick[]): void {
    const quote = this.#held.get(tick.symbol);
    if (quote !== undefined) {
      this.#held.delete(tick.symbol);
      kept.push(quote);
    }
    kept.push(tick);
  }

  #hold(quote: Quote, shed: (Quote | Depth)[]): void {
    const before = this.#held.get(quote.symbol);
    if (before !== undefined) shed.push(before);
    this.#held.set(quote.symbol, quote);
  }

  #shed(ticks: readonly (Quote | Depth)[]): void {
    if (ticks.length === 0) return;
    const { credit, overload, provider } = this.#input;
    overload.note(provider, ticks);
    credit.give(ticks.length);
  }
}
