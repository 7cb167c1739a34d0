/**
 * Standing: what the state of one instrument's market follows from, kept between two looks.
 *
 * @module
 */
import type { RecalledMeasures } from "./recallmeasures.ts";
import type { OrderFlow } from "../../domain/flow/bar.ts";
import { BASE_INTERVAL } from "../../domain/interval.ts";
import { highestPrice, lowestPrice } from "../../domain/profile/bins.ts";
import type { ProfileMetrics, SessionProfile } from "../../domain/profile/series.ts";
import { valueArea } from "../../domain/profile/valuearea.ts";
import { nextState, type StateAt, type Value } from "../../domain/state.ts";
import { type Micros, MINUTE } from "../../domain/time.ts";

/** How far back order flow has a say. */
const FLOW: Micros = 30 * MINUTE;

/** What is known of an instrument between two looks at it. */
export class Standing {
  #state: StateAt | null = null;
  /** The last sessions, newest first: a session does not speak for itself. */
  #sessions: readonly ProfileMetrics[] = [];
  /** Minutes of flow of late, by start. */
  readonly #flows = new Map<Micros, OrderFlow>();
  /** The minute and the regime that were kept last. */
  #kept: Pick<StateAt, "time" | "regime"> | null = null;

  /** Takes up what was kept. */
  recall({ flows, previous, state }: RecalledMeasures): void {
    for (const flow of flows) this.noteFlow(flow);
    if (previous !== null) this.#sessions = [previous];
    this.#state = this.#kept = state;
  }

  /** Takes note of a bar of flow; of the longer ones not. */
  noteFlow(flow: OrderFlow): void {
    if (flow.interval !== BASE_INTERVAL.name) return;
    this.#flows.set(flow.start, flow);
    for (const start of this.#flows.keys()) {
      if (start > flow.start - FLOW) break;
      this.#flows.delete(start);
    }
  }

  /** Takes note of what a session's profile says. */
  noteSession(session: ProfileMetrics): void {
    if (!session.regular) return;
    const others = this.#sessions.filter(({ start }) => start !== session.start);
    this.#sessions = [session, ...others].sort((a, b) => b.start - a.start).slice(0, 2);
  }

  /** The state that follows, where it is another. */
  next(session: SessionProfile, now: Micros): StateAt | null {
    const price = session.close;
    if (price === null) return null;
    const previous = this.#sessions.find(({ start }) => start < session.start) ?? null;
    const before = this.#state;
    const state = nextState(before, {
      price,
      value: valueOf(session),
      previous,
      range: session.range,
      initial: session.initial,
      flow: this.#flow(now),
    });
    this.#state = { symbol: session.symbol, time: now, price, ...state };
    const isSame = before !== null && before.price === price && before.score === state.score &&
      before.confidence === state.confidence;
    return isSame ? null : this.#state;
  }

  /** Whether a state is to be kept: the first of a minute, and each change of regime. */
  isDue({ time, regime }: StateAt): boolean {
    const kept = this.#kept;
    const minuteOf = (at: Micros) => Math.floor(at / MINUTE);
    const isDue = kept === null || kept.regime !== regime || minuteOf(kept.time) !== minuteOf(time);
    if (isDue) this.#kept = { time, regime };
    return isDue;
  }

  #flow(now: Micros): { buyVolume: number; sellVolume: number } | null {
    const sum = { buyVolume: 0, sellVolume: 0 };
    let isKnown = false;
    for (const flow of this.#flows.values()) {
      if (flow.end <= now - FLOW) continue;
      sum.buyVolume += flow.buyVolume;
      sum.sellVolume += flow.sellVolume;
      isKnown ||= flow.buyVolume + flow.sellVolume > 0;
    }
    return isKnown ? sum : null;
  }
}

function valueOf({ bins }: SessionProfile): Value | null {
  const area = valueArea(bins.values);
  if (area === null) return null;
  return { val: lowestPrice(bins, area.val), vah: highestPrice(bins, area.vah) };
}
