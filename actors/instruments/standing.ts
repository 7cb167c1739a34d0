/**
 * Standing: what the state of one instrument's market follows from, kept between two looks.
 *
 * @module
 */
import type { RecalledMeasures } from "./recallmeasures.ts";
import type { FlowBar, OrderFlow } from "../../domain/flow/bar.ts";
import type { ProfileMetrics, SessionBrief } from "../../domain/profile/series.ts";
import { FLOW_SPAN, nextState, type StateAt, stateInputs } from "../../domain/state.ts";
import type { Closings } from "../../domain/strategies/closings.ts";
import { type Micros, MINUTE } from "../../domain/time.ts";

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
      if (start > flow.start - FLOW_SPAN) break;
      this.#flows.delete(start);
    }
  }

  /** Takes note of what a session's profile says. */
  noteSession(session: ProfileMetrics): void {
    if (!session.regular) return;
    const others = this.#sessions.filter(({ start }) => start !== session.start);
    this.#sessions = [session, ...others].sort((a, b) => b.start - a.start).slice(0, 2);
  }

  /** Tells one that begins only now what it would know. */
  handDown(closings: Closings, now: Micros): void {
    closings.begin(this.#sessions.find(({ end }) => end <= now) ?? null);
    for (const flow of this.#flows.values()) if (isClosed(flow)) closings.noteFlow(flow);
  }

  /** The state that follows, where it is another. */
  next(session: SessionBrief, now: Micros): StateAt | null {
    const previous = this.#sessions.find(({ start }) => start < session.start) ?? null;
    const inputs = stateInputs(session, previous, this.#flow(now));
    if (inputs === null) return null;
    const { price } = inputs;
    const before = this.#state;
    const state = nextState(before, inputs);
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
      if (flow.end <= now - FLOW_SPAN) continue;
      sum.buyVolume += flow.buyVolume;
      sum.sellVolume += flow.sellVolume;
      isKnown ||= flow.buyVolume + flow.sellVolume > 0;
    }
    return isKnown ? sum : null;
  }
}

/** Whether it is a bar as it was closed, rather than one that goes on to change. */
function isClosed(flow: Readonly<FlowBar>): flow is OrderFlow {
  return "revision" in flow;
}
