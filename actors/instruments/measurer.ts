/**
 * Measuring: what the profile and flow actors have in common. Each is a reducer over the series of one
 * shard's instruments. One instrument's fault is caught here and handed out with the rest; neither its
 * candles nor its neighbours notice.
 *
 * @module
 */
import { fromTransition } from "xstate";
import { TickBuffer } from "./buffer.ts";
import type { Measure } from "../../db/store.ts";
import type { Silence } from "../../domain/candles.ts";
import type { FlowSeries } from "../../domain/flow/series.ts";
import type { ProfileSeries, SessionBrief, SessionProfile } from "../../domain/profile/series.ts";
import type { Tick } from "../../domain/tick.ts";
import type { Micros } from "../../domain/time.ts";

/** Ticks that may wait for one series. */
const BUFFER = 32_768;

/** What counts an instrument's ticks. */
export interface Measuring {
  add(tick: Tick): void;
  advance(now: Micros): void;
  finish(at: Micros): void;
  addGap?(gap: Silence): void;
}

/** Where an instrument's series is, while it has one; the shard's, so that it survives. */
export interface Slot<Series extends Measuring = Measuring> {
  series: Series | undefined;
  /** Holds its ticks while it is rebuilt after a fault; `null` where they are held elsewhere. */
  waiting: TickBuffer | null;
  /** The last tick that found no room there, by venue time. */
  shedUntil: Micros;
}

/** An instrument's slots; `null` where it is not measured. */
export interface Carrier {
  profile: Slot<ProfileSeries> | null;
  flow: Slot<FlowSeries> | null;
}

/** What the actor made of an event; the sender hands it in empty. */
export interface Measured<Forming> {
  /** To be kept. */
  readonly measures: Measure[];
  /** Sessions as they stood each time a minute of theirs was closed or revised. */
  readonly sessions: SessionProfile[];
  /** What changed, as it stands, where it is wished for. */
  readonly forming: Forming[];
  /** What the states of the markets follow from that changed. */
  readonly briefs: SessionBrief[];
  readonly faults: { readonly symbol: string; readonly error: unknown }[];
}

/** Nothing made yet. */
export function nothingMeasured<Forming>(): Measured<Forming> {
  return { measures: [], sessions: [], forming: [], briefs: [], faults: [] };
}

/** What the actor answers to. */
export type MeasureCommand<Series extends Measuring, Forming> =
  & { readonly made: Measured<Forming> }
  & (
    | {
      type: "measure.ticks";
      ticks: readonly Tick[];
      /** Whose each of them is. */
      carriers: readonly Carrier[];
    }
    | {
      type: "measure.beat";
      now: Micros;
      /** Whose bars are not to be closed: their ticks wait. */
      holds: (symbol: string) => boolean;
      /** Whether to give the briefs that changed, too. */
      brief: boolean;
      /** Of whom to give what changed, as it stands, too. */
      wish: (symbol: string) => boolean;
    }
    | {
      type: "measure.restore";
      symbol: string;
      /** Makes the series of what was kept. */
      make: () => Series;
      /** Counted after that, with those that wait. */
      ticks: readonly Tick[];
    }
    /** Gives what changed, as it stands. */
    | { type: "measure.tell"; symbol: string }
    | { type: "measure.gap"; symbol: string; gap: Silence }
    | { type: "measure.finish"; symbol: string; at: Micros }
  );

/** How the series of an actor give what they made. */
export interface Taking<Series extends Measuring, Forming> {
  slotOf(carrier: Carrier): Slot<Series> | null;
  /** What was closed or revised. */
  closed(series: Series, into: Pick<Measured<Forming>, "measures" | "sessions">): void;
  /** What changed, as it stands. */
  forming(series: Series, into: Forming[]): void;
  /** What the state of the market follows from, where it changed. */
  brief?(series: Series): SessionBrief | null;
}

/** The series of a shard's instruments, by symbol. */
export type Slots<Series extends Measuring> = ReadonlyMap<string, Slot<Series>>;

/** Makes such an actor. */
export function createMeasurer<Series extends Measuring, Forming>(
  taking: Taking<Series, Forming>,
) {
  return fromTransition(
    (slots: Slots<Series>, event: MeasureCommand<Series, Forming>) => {
      if (event.type === "measure.ticks") count(event);
      else if (event.type === "measure.beat") {
        for (const [symbol, slot] of slots) {
          if (event.holds(symbol)) continue;
          attempt(symbol, slot, event, () => beat(symbol, slot, event));
        }
      } else {
        const slot = slots.get(event.symbol);
        if (slot !== undefined) {
          attempt(event.symbol, slot, event, () => {
            if (event.type !== "measure.tell") apply(slot, event);
            else if (slot.series !== undefined) taking.forming(slot.series, event.made.forming);
          });
        }
      }
      return slots;
    },
    ({ input }: { input: Slots<Series> }) => input,
  );

  /** What is closed on the way is given with the next beat: it need not be looked for tick by tick. */
  function count(
    { carriers, made, ticks }: MeasureCommand<Series, Forming> & { type: "measure.ticks" },
  ): void {
    for (let at = 0; at < ticks.length; at++) {
      const slot = taking.slotOf(carriers[at]!);
      if (slot === null) continue;
      const tick = ticks[at]!;
      if (slot.series === undefined) {
        wait(slot, tick);
        continue;
      }
      try {
        slot.series.add(tick);
      } catch (error) {
        hold(slot);
        made.faults.push({ symbol: tick.symbol, error });
      }
    }
  }

  function attempt(
    symbol: string,
    slot: Slot<Series>,
    { made }: MeasureCommand<Series, Forming>,
    run: () => void,
  ): void {
    try {
      run();
      if (slot.series !== undefined) taking.closed(slot.series, made);
    } catch (error) {
      hold(slot);
      made.faults.push({ symbol, error });
    }
  }

  function beat(
    symbol: string,
    { series }: Slot<Series>,
    { brief, made, now, wish }: MeasureCommand<Series, Forming> & { type: "measure.beat" },
  ): void {
    if (series === undefined) return;
    series.advance(now);
    const changed = brief ? taking.brief?.(series) ?? null : null;
    if (changed !== null) made.briefs.push(changed);
    if (wish(symbol)) taking.forming(series, made.forming);
  }
}

/** Takes an instrument's series away: its ticks wait for the next. */
export function hold(slot: Slot): void {
  slot.series = undefined;
  slot.waiting ??= new TickBuffer(BUFFER);
}

function wait(slot: Slot, tick: Tick): void {
  const shed = slot.waiting?.push(tick) ?? [];
  for (const { time } of shed) slot.shedUntil = Math.max(slot.shedUntil, time);
}

function apply<Series extends Measuring, Forming>(
  slot: Slot<Series>,
  event: Exclude<
    MeasureCommand<Series, Forming>,
    { type: "measure.beat" | "measure.tell" | "measure.ticks" }
  >,
): void {
  if (event.type === "measure.restore") {
    const waiting = slot.waiting?.take() ?? [];
    slot.waiting = null;
    const series = slot.series = event.make();
    for (const tick of event.ticks) series.add(tick);
    for (const tick of waiting) series.add(tick);
  } else if (event.type === "measure.gap") slot.series?.addGap?.(event.gap);
  else slot.series?.finish(event.at);
}
