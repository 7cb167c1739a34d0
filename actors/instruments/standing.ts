/**
 * Standing: what the state of one instrument's market follows from, kept between two looks.
 *
 * @module
 */
import type { RecalledMeasures } from "./recallmeasures.ts";
import type { FlowBar } from "../../domain/flow/bar.ts";
import type { ProfileMetrics, SessionBrief } from "../../domain/profile/series.ts";
import { nextState, type StateAt } from "../../domain/state.ts";
import { type Micros, MINUTE } from "../../domain/time.ts";

/** How far back order flow has a say. */
const FLOW: Micros = 30 * MINUTE;

/** What is known of an instrument between two looks at it. */
export class Standing {
  #state: StateAt | null = null;
  /** Whether the state is another than the one that was told last. */
  #isNews = false;
  /** The last sessions, newest first: a session does not speak for itself. */
  #sessions: readonly ProfileMetrics[] = [];
  /** Minutes of flow of late, by start. */
  readonly #flows = new Map<Micros, Readonly<FlowBar>>();
  /** The minute and the regime that were kept last. */
  #kept: Pick<StateAt, "time" | "regime"> | null = null;

  /** Takes up what was kept. */
  recall({ flows, previous, state }: RecalledMeasures): void {
    for (const flow of flows) this.noteFlow(flow);
    if (previous !== null) this.#sessions = [previous];
    this.#state = this.#kept = state;
  }

  /** Takes note of a minute of flow; one that is open goes on to change. */
  noteFlow(flow: Readonly<FlowBar>): void {
    if (this.#flows.get(flow.start) === flow) return;
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
  next(session: SessionBrief, now: Micros): StateAt | null {
    const price = session.close;
    if (price === null) return null;
    const previous = this.#sessions.find(({ start }) => start < session.start) ?? null;
    const before = this.#state;
    const state = nextState(before, {
      price,
      value: session.value,
      previous,
      range: session.range,
      initial: session.initial,
      flow: this.#flow(now),
    });
    this.#state = { symbol: session.symbol, time: now, price, ...state };
    const isSame = before !== null && before.price === price && before.score === state.score &&
      before.confidence === state.confidence;
    if (isSame) return null;
    this.#isNews = true;
    return this.#state;
  }

  /** The state, where it is another than the one that was told last. */
  takeNews(): StateAt | null {
    const news = this.#isNews ? this.#state : null;
    this.#isNews = false;
    return news;
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
