/**
 * Losses: what was shed on its way to the store, by instrument and provider, until it is told as
 * gaps.
 *
 * @module
 */
import type { Gap } from "../domain/gap.ts";
import type { Tick } from "../domain/tick.ts";
import type { Micros } from "../domain/time.ts";

type Span = Pick<Gap, "symbol" | "provider" | "from" | "to">;

/** Spans that are missing: one for each instrument and provider. */
export class Losses {
  readonly #spans = new Map<string, Span>();

  /** Notes ticks. Books are passed over: no candle is made of them. */
  note(ticks: Iterable<Tick>): void {
    for (const { kind, symbol, provider, receivedAt } of ticks) {
      if (kind !== "depth") this.add({ symbol, provider, from: receivedAt, to: receivedAt + 1 });
    }
  }

  /** Widens the span of an instrument and provider by another. */
  add({ symbol, provider, from, to }: Span): void {
    const key = `${symbol}\n${provider}`;
    const known = this.#spans.get(key) ?? { symbol, provider, from, to };
    this.#spans.set(key, {
      ...known,
      from: Math.min(known.from, from),
      to: Math.max(known.to, to),
    });
  }

  /** Takes what another has noted. */
  takeFrom(other: Losses): void {
    for (const span of other.spans()) this.add(span);
    other.#spans.clear();
  }

  /** What was noted. */
  spans(): readonly Span[] {
    return [...this.#spans.values()];
  }

  /** Takes what was noted, as gaps. */
  take(now: Micros): Gap[] {
    const spans = this.spans();
    this.#spans.clear();
    return spans.map((span) => ({
      ...span,
      reason: "shed",
      status: "open",
      detectedAt: now,
    }));
  }
}
