/**
 * The watch over a stream that says nothing. A quiet market is not a dead one: silence past the
 * limit is settled by one look at the venue by request, and only a newer tick there proves the
 * stream mute. Without such proof the looks grow rarer; where no look can be had it is stale.
 *
 * @module
 */
import { assign, fromPromise, setup } from "xstate";
import { failure, giveUp, sessionOver } from "./over.ts";
import type { ConnectionSink } from "./sink.ts";
import type { Shared } from "../shared.ts";
import { messageOf } from "../../domain/errors.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { silentSince } from "../../domain/silence.ts";
import type { Tick } from "../../domain/tick.ts";
import { formatTime, type Micros, MILLISECOND, MINUTE, SECOND } from "../../domain/time.ts";
import { type Provider, ProviderError, type Session } from "../../providers/provider.ts";

/** What a watch tells its connection. */
export type WatchEvent =
  | { type: "stale"; reason: string }
  | { type: "fresh" }
  | { type: "lost"; error: ProviderError };

/** What a watch works with. */
export interface WatchInput {
  readonly shared: Shared;
  readonly provider: Provider;
  readonly session: Session;
  readonly sink: ConnectionSink;
  /** Those that are streamed. */
  readonly instruments: () => readonly Instrument[];
  readonly tell: (event: WatchEvent) => void;
}

interface Context extends WatchInput {
  /** Before this instant silence counts for nothing: it was looked into. */
  readonly settledAt: Micros;
  /** Whether the last look came to nothing. */
  readonly isUnsure: boolean;
  /** Looks since the stream was heard. */
  readonly looks: number;
  /** What the last look found, newer than what was heard. */
  readonly newer: Tick | null;
}

/** How often it listens, and how long a tick may be under way, in milliseconds. */
const PACE = 1_000;
const UNDER_WAY = 2_000;
/** How long a look may take, in milliseconds. */
const PATIENCE = 20_000;
/** A silence that is looked into, unless the provider says otherwise. */
export const SILENCE: Micros = 30 * SECOND;
/** The longest between two looks into one silence. */
const RAREST: Micros = 10 * MINUTE;
/** The same where nobody could be asked. */
const RAREST_UNSURE: Micros = MINUTE;
/** Instruments that one look takes in: those heard last are the likeliest to speak. */
const LOOKED_AT = 10;

/** Asks the venue for what it said last; gives the newest tick that the stream should have said. */
const look = fromPromise(
  async ({ input, signal }: { input: Context; signal: AbortSignal }): Promise<Tick | null> => {
    const { provider, session, shared, sink } = input;
    if (session.latest === undefined) {
      throw new ProviderError("no-look", `${provider.id} cannot be asked what it said last.`);
    }
    const heard = (symbol: string) => sink.latest.get(symbol) ?? -Infinity;
    const likeliest = [...input.instruments()]
      .sort((a, b) => heard(b.symbol) - heard(a.symbol)).slice(0, LOOKED_AT);
    const since = sinceOf(input) ?? shared.clock.now();
    const ticks = await session.latest(likeliest, { purpose: "live", signal });
    const known = (tick: Tick) => {
      const last = heard(tick.symbol);
      // A delayed feed's times lie behind: they are compared with their like where there is one.
      return last === -Infinity ? since : last;
    };
    const newer = ticks.filter((tick) => tick.time > known(tick) + UNDER_WAY * MILLISECOND);
    return newer.sort((a, b) => b.time - a.time)[0] ?? null;
  },
);

/** Since when silence counts; `null` while it does not. */
function sinceOf({ instruments, provider, sink, shared, settledAt }: Context): Micros | null {
  if (provider.alwaysOpen || provider.clock === "driven") return null;
  const markets = instruments().map(({ market }) => market);
  const since = silentSince(markets, sink.heardAt, shared.clock.now());
  return since === null ? null : Math.max(since, settledAt);
}

const lasts = (context: Context) => {
  const since = sinceOf(context);
  if (since === null) return false;
  const limit = Math.max(SECOND, context.provider.silence ?? SILENCE);
  const rarest = context.isUnsure ? RAREST_UNSURE : RAREST;
  const wait = Math.min(rarest, limit * 2 ** Math.min(context.looks, 20));
  return context.shared.clock.now() - since >= wait;
};

const SURE = { type: "settle", params: false } as const;
const UNSURE = { type: "settle", params: true } as const;

/** The watch as an actor; over when it has found the stream mute. */
export const watch = setup({
  types: { context: {} as Context, input: {} as WatchInput },
  actors: { look },
  guards: {
    silent: ({ context }) => lasts(context),
    heard: ({ context: { settledAt, sink } }) => sink.heardAt > settledAt,
    sessionOver,
    found: ({ event }) => "output" in event && event.output !== null,
  },
  delays: { PACE, UNDER_WAY, PATIENCE },
  actions: {
    settle: assign({
      isUnsure: (_, isUnsure: boolean) => isUnsure,
      settledAt: ({ context }) => context.shared.clock.now(),
      looks: ({ context }) => context.looks + 1,
    }),
    begin: assign({ looks: 0 }),
    prove: ({ context }) => context.sink.prove(),
    giveUp,
    fresh: ({ context }) => context.tell({ type: "fresh" }),
    stale: ({ context }, why: string) => {
      const since = formatTime(context.sink.heardAt);
      context.tell({ type: "stale", reason: `Nothing was heard since ${since}: ${why}` });
    },
    mute: ({ context: { newer, provider, sink, tell } }) => {
      const since = formatTime(sink.heardAt);
      const proof = newer === null ? "" : ` of ${newer.symbol} at ${formatTime(newer.time)}`;
      const message = `The stream of ${provider.id} is mute: nothing was heard since ${since}, ` +
        `while the venue has a ${newer?.kind ?? "tick"}${proof}.`;
      tell({ type: "lost", error: new ProviderError("mute", message, { since: sink.heardAt }) });
    },
  },
}).createMachine({
  id: "watch",
  context: ({ input }) => ({
    ...input,
    settledAt: input.shared.clock.now(),
    looks: 0,
    isUnsure: false,
    newer: null,
  }),
  initial: "listening",
  states: {
    listening: {
      after: {
        PACE: [
          { guard: "silent", target: "looking" },
          { guard: "heard", target: "listening", reenter: true, actions: "begin" },
          { target: "listening", reenter: true },
        ],
      },
    },
    looking: {
      invoke: {
        src: "look",
        input: ({ context }) => context,
        onDone: [
          {
            guard: "found",
            target: "doubting",
            actions: assign({
              newer: ({ event }) => event.output,
              settledAt: ({ context }) => context.shared.clock.now(),
            }),
          },
          { target: "listening", actions: [SURE, "prove", "fresh"] },
        ],
        onError: [
          {
            guard: "sessionOver",
            target: "over",
            actions: { type: "giveUp", params: failure },
          },
          {
            target: "unsure",
            actions: [
              UNSURE,
              { type: "stale", params: ({ event }) => messageOf(failure({ event })) },
            ],
          },
        ],
      },
      after: {
        PATIENCE: {
          target: "unsure",
          actions: [UNSURE, { type: "stale", params: "the venue does not answer either." }],
        },
      },
    },
    // What the venue has may be under way.
    doubting: {
      after: {
        UNDER_WAY: [
          { guard: "heard", target: "listening", actions: ["begin", "fresh"] },
          { target: "mute" },
        ],
      },
    },
    unsure: {
      after: {
        PACE: [
          { guard: "heard", target: "listening", actions: ["begin", "fresh"] },
          { guard: "silent", target: "looking" },
          { target: "unsure", reenter: true },
        ],
      },
    },
    mute: { type: "final", entry: "mute" },
    over: { type: "final" },
  },
});
