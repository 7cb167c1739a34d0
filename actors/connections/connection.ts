/**
 * One connection to one provider: the same machine for all venues, which supply only their
 * services. It is the only thing that retries.
 *
 * Ticks do not pass through the machine: the stream's sink hands them to routing as they come.
 *
 * @module
 */
import { type ActorRefFrom, type AnyActorRef, assign, setup } from "xstate";
import {
  type Attempt,
  type AttemptInput,
  authenticate,
  close,
  dropStream,
  leave,
  newAttempt,
  open,
} from "./attempt.ts";
import { tellState } from "./notes.ts";
import { poll } from "./poll.ts";
import { renewal } from "./renewal.ts";
import { createSink, type SinkEvent } from "./sink.ts";
import { watch, type WatchEvent } from "./watch.ts";
import { tell } from "../addresses.ts";
import { logger } from "../log.ts";
import type { Shared } from "../shared.ts";
import { backoffDelay } from "../../domain/backoff.ts";
import { MarketdError, messageOf } from "../../domain/errors.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { type Micros, MILLISECOND, SECOND } from "../../domain/time.ts";
import {
  isSessionOver,
  type Provider,
  ProviderError,
  type Refusal,
  type Session,
} from "../../providers/provider.ts";

/** What a connection answers to. */
export type ConnectionEvent =
  | { type: "subscribe"; instruments: readonly Instrument[] }
  | { type: "unsubscribe"; symbols: readonly string[] }
  | { type: "refused"; asked: readonly Instrument[]; refusals: readonly Refusal[] }
  | { type: "reset" }
  | { type: "drain" }
  | SinkEvent
  | WatchEvent;

/** What a connection works with. */
export interface ConnectionInput {
  readonly shared: Shared;
  readonly provider: Provider;
  /** Those of the instruments that are its to stream. */
  readonly instruments: () => readonly Instrument[];
  /** Its own, made by its parent: what a connection that fails leaves to the next one. */
  readonly memory: ConnectionMemory;
}

/** What outlives a connection that fails. */
export interface ConnectionMemory {
  /** What may have to be given back to the venue. */
  attempt: Attempt | null;
  /** Since when nothing is heard; `null` while it is live. */
  lostAt: Micros | null;
}

interface Context extends ConnectionInput {
  readonly attempt: Attempt;
  /** Failures since it was last live for a while. */
  readonly failures: number;
  /** Of them, those in a row in which it was signed in, but no stream could be opened. */
  readonly unopened: number;
  readonly lastError: string | null;
  /** When it went to where it is, by the injected clock. */
  readonly changedAt: Micros;
  /** Since when nothing is heard; `null` while it is live, and subscribed. */
  readonly lostAt: Micros | null;
  /** Instruments that the venue does not give, and why. */
  readonly refusals: readonly Refusal[];
  readonly retryAfter: Micros;
}

/** A connection as the outside sees it. */
export interface ConnectionReport {
  readonly state: string;
  readonly changedAt: Micros;
  readonly failures: number;
  readonly lastError: string | null;
  readonly refusals: readonly Refusal[];
  /** What the venue told when it let us in; none while it has not. */
  readonly words: readonly string[];
}

/** How long a connection must live before its failures are forgotten, in milliseconds. */
const STEADY = 30_000;
/** How long signing in or opening a stream may take, in milliseconds. */
const PATIENCE = 30_000;
/** Attempts to open a stream before it is polled meanwhile. */
const UNOPENED = 3;

const log = logger("connections");

/** What becomes of a connection whose stream or session is gone. */
const LOST = [
  { guard: "terminal", target: "#connection.faulted", actions: ["failed", "outage", "discard"] },
  { target: "#connection.backoff", actions: ["failed", "outage", "discard"] },
] as const;

/** The connection machine. Answers `drain` when the session has been ended at the venue. */
export const connection = setup({
  types: {
    context: {} as Context,
    events: {} as ConnectionEvent,
    input: {} as ConnectionInput,
  },
  actors: { authenticate, open, close, watch, renewal, poll },
  guards: {
    mayPoll: ({ context: { attempt, unopened } }) =>
      unopened + 1 >= UNOPENED && attempt.session?.latest !== undefined,
    sessionOver: ({ event }) => isSessionOver(errorOf(event)),
    terminal: ({ event }) => {
      const error = errorOf(event);
      return error instanceof MarketdError && error.terminal;
    },
  },
  delays: {
    backoff: ({ context }) =>
      backoffDelay(context.failures, Math.random(), context.retryAfter) / MILLISECOND,
  },
  actions: {
    note: ({ context, self }, { state, reason }: { state: string; reason: string | null }) => {
      const { provider, shared, attempt: { correlation } } = context;
      tellState(shared, self, { provider: provider.id, state, reason, correlation });
    },
    began: assign({ attempt: ({ context }) => context.memory.attempt = newAttempt() }),
    changed: assign({ changedAt: ({ context }) => context.shared.clock.now() }),
    failed: assign({
      failures: ({ context }) => context.failures + 1,
      lastError: ({ event }) => messageOf(errorOf(event)),
      retryAfter: ({ event }) => {
        const error = errorOf(event);
        return error instanceof ProviderError ? error.retryAfter ?? 0 : 0;
      },
    }),
    unopened: assign({ unopened: ({ context }) => context.unopened + 1 }),
    /** Says what took too long. */
    late: assign({
      failures: ({ context }) => context.failures + 1,
      lastError: ({ context }, what: string) =>
        `${context.provider.id} has not answered for ${PATIENCE / 1_000} s: ${what}.`,
      retryAfter: 0,
    }),
    /** Says since when nothing is heard, so that bars closing meanwhile are known to be gapped. */
    outage: assign({
      lostAt: ({ context, event, self }) => {
        const { attempt, provider, shared } = context;
        const error = errorOf(event);
        const since = error instanceof ProviderError ? error.since : undefined;
        const doubted = self.getSnapshot().matches({ live: "stale" })
          ? attempt.sink?.heardAt
          : undefined;
        const from = context.lostAt ?? since ?? doubted ?? shared.clock.now();
        tell(self, "instruments", { type: "instruments.outage", provider: provider.id, from });
        context.memory.lostAt = from;
        return from;
      },
    }),
    back: assign({ lastError: null }),
    /**
     * Tells the span that was missed while the connection was away, which ends when the venue has
     * answered what is wanted of it. A first attempt that succeeds within a second has missed
     * nothing worth telling: the instruments were hardly watched before.
     */
    heard: assign({
      lostAt: ({ context, self }) => {
        const { failures, lostAt, memory, provider, shared } = context;
        memory.lostAt = null;
        if (lostAt === null) return null;
        const now = shared.clock.now();
        const isPrompt = provider.clock === "driven" || now - lostAt < SECOND;
        if (failures === 0 && isPrompt) return null;
        tell(self, "instruments", {
          type: "instruments.gap",
          provider: provider.id,
          gap: {
            provider: provider.id,
            from: lostAt,
            to: now,
            reason: "disconnect",
            status: "open",
            detectedAt: now,
          },
        });
        return null;
      },
    }),
    subscribe: ({ context, self }, instruments: readonly Instrument[]) => {
      const { attempt } = context;
      const { stream } = attempt;
      if (stream === null) return;
      const say = speaker(self, attempt);
      if (instruments.length === 0) return say({ type: "refused", asked: [], refusals: [] });
      settled(() => stream.subscribe(instruments)).then(
        (refusals) => say({ type: "refused", asked: instruments, refusals }),
        (error) => say({ type: "lost", error: asProviderError(error) }),
      );
    },
    unsubscribe: ({ context, self }, symbols: readonly string[]) => {
      const { attempt } = context;
      const { stream } = attempt;
      if (stream === null) return;
      const say = speaker(self, attempt);
      settled(() => stream.unsubscribe(symbols)).then(
        // There may be room for what had none.
        () => say({ type: "subscribe", instruments: unstreamed(self) }),
        (error) => say({ type: "lost", error: asProviderError(error) }),
      );
    },
    /** Lets go of a stream that did not come to be; the session stays. */
    drop: ({ context }) => {
      dropStream(context.attempt).catch(() => {});
    },
    /** Gives back what is left of a broken attempt, whose own complaints no longer matter. */
    discard: ({ context }) => {
      leave(context.attempt).catch(() => {});
    },
    finish: ({ context, self }) => {
      const { provider, shared } = context;
      tell(self, "instruments", {
        type: "instruments.finish",
        provider: provider.id,
        at: shared.clock.now(),
      });
    },
    refuse: assign({
      refusals: ({ context }, { asked, refusals }: RefusedEvent) => {
        for (const refusal of refusals) log.warn("{symbol} is refused: {reason}", { ...refusal });
        const answered = new Set(asked.map(({ symbol }) => symbol));
        return [...context.refusals.filter(({ symbol }) => !answered.has(symbol)), ...refusals];
      },
    }),
    forgive: assign({
      refusals: ({ context }, symbols: readonly string[]) =>
        context.refusals.filter(({ symbol }) => !symbols.includes(symbol)),
    }),
    drained: ({ self }) => self._parent?.send({ type: "child.drained", id: self.id }),
  },
}).createMachine({
  id: "connection",
  context: ({ input }) => ({
    ...input,
    ...succeeding(input),
    attempt: newAttempt(),
    unopened: 0,
    lastError: null,
    changedAt: input.shared.clock.now(),
    refusals: [],
    retryAfter: 0,
  }),
  initial: "authenticating",
  on: { drain: ".closing" },
  states: {
    authenticating: {
      entry: ["began", "changed"],
      invoke: {
        src: "authenticate",
        input: ({ context, self }) => inputOf(context, self),
        onDone: "opening",
        onError: [
          { guard: "terminal", target: "faulted", actions: ["failed", "outage"] },
          { target: "backoff", actions: ["failed", "outage"] },
        ],
      },
      after: {
        [PATIENCE]: {
          target: "backoff",
          actions: [{ type: "late", params: "the sign-in was given up" }, "outage"],
        },
      },
    },
    opening: {
      entry: "changed",
      invoke: {
        src: "open",
        input: ({ context, self }) => inputOf(context, self),
        onDone: "live",
        onError: [
          { guard: "terminal", target: "faulted", actions: ["failed", "outage", "discard"] },
          { guard: "sessionOver", target: "backoff", actions: ["failed", "outage", "discard"] },
          {
            guard: "mayPoll",
            target: "polling",
            actions: ["failed", "unopened", "outage", "drop"],
          },
          { target: "backoff", actions: ["failed", "unopened", "outage", "discard"] },
        ],
      },
      after: {
        [PATIENCE]: {
          target: "backoff",
          actions: [
            { type: "late", params: "the opening of its stream was given up" },
            "unopened",
            "outage",
            "discard",
          ],
        },
      },
      on: {
        // The stream may speak before it is handed over.
        ended: { target: "ended", actions: ["finish", "discard"] },
        lost: [
          { guard: "terminal", target: "faulted", actions: ["failed", "outage", "discard"] },
          { target: "backoff", actions: ["failed", "unopened", "outage", "discard"] },
        ],
      },
    },
    live: {
      entry: [
        "changed",
        "back",
        { type: "note", params: { state: "live", reason: null } },
        { type: "subscribe", params: ({ context }) => context.instruments() },
      ],
      invoke: [
        { src: "watch", input: ({ context, self }) => watchInput(context, self) },
        { src: "renewal", input: ({ context, self }) => renewalInput(context, self) },
        {
          src: "poll",
          input: ({ context, self }) => pollInput(context, self, () => unstreamed(self)),
        },
      ],
      initial: "fresh",
      states: {
        fresh: {
          on: {
            stale: {
              target: "stale",
              actions: {
                type: "note",
                params: ({ event }) => ({ state: "stale", reason: event.reason }),
              },
            },
          },
        },
        stale: {
          on: {
            fresh: {
              target: "fresh",
              actions: { type: "note", params: { state: "live", reason: "it was heard again" } },
            },
          },
        },
      },
      after: { [STEADY]: { actions: assign({ failures: 0, unopened: 0 }) } },
      on: {
        subscribe: { actions: { type: "subscribe", params: ({ event }) => event.instruments } },
        unsubscribe: {
          actions: [
            { type: "unsubscribe", params: ({ event }) => event.symbols },
            { type: "forgive", params: ({ event }) => event.symbols },
          ],
        },
        refused: { actions: ["heard", { type: "refuse", params: ({ event }) => event }] },
        ended: { target: "ended", actions: "finish" },
        lost: LOST,
      },
    },
    /** Signed in without a stream: asked by request, while the stream is tried beside it. */
    polling: {
      entry: [
        "changed",
        {
          type: "note",
          params: ({ context }) => ({ state: "polling", reason: context.lastError }),
        },
      ],
      invoke: [
        { src: "renewal", input: ({ context, self }) => renewalInput(context, self) },
        {
          src: "poll",
          input: ({ context, self }) => pollInput(context, self, context.instruments),
        },
      ],
      initial: "waiting",
      states: {
        waiting: { after: { backoff: "trying" } },
        trying: {
          invoke: {
            src: "open",
            input: ({ context, self }) => inputOf(context, self),
            onDone: "#connection.live",
            onError: [
              {
                guard: "terminal",
                target: "#connection.faulted",
                actions: ["failed", "discard"],
              },
              {
                guard: "sessionOver",
                target: "#connection.backoff",
                actions: ["failed", "discard"],
              },
              { target: "waiting", actions: ["failed", "unopened", "drop"] },
            ],
          },
          after: {
            [PATIENCE]: {
              target: "waiting",
              actions: [{ type: "late", params: "its stream is still not open" }, "drop"],
            },
          },
        },
      },
      on: {
        ended: { target: "ended", actions: ["finish", "discard"] },
        lost: LOST,
        reset: { target: "authenticating", actions: "discard" },
      },
    },
    backoff: {
      entry: [
        "changed",
        {
          type: "note",
          params: ({ context }) => ({ state: "backoff", reason: context.lastError }),
        },
      ],
      after: { backoff: "authenticating" },
      on: { reset: "authenticating" },
    },
    faulted: {
      entry: [
        "changed",
        {
          type: "note",
          params: ({ context }) => ({ state: "faulted", reason: context.lastError }),
        },
      ],
      on: { reset: "authenticating" },
    },
    ended: {
      entry: ["changed", { type: "note", params: { state: "ended", reason: null } }],
    },
    closing: {
      entry: "changed",
      invoke: {
        src: "close",
        input: ({ context }) => context.attempt,
        onDone: "stopped",
        onError: "stopped",
      },
      on: { drain: {} },
    },
    stopped: {
      entry: ["changed", { type: "note", params: { state: "stopped", reason: null } }, "drained"],
      on: { drain: { actions: "drained" } },
    },
  },
});

/** What a connection begins with: after one that failed, with what that left behind. */
function succeeding({ memory, shared }: ConnectionInput): Pick<Context, "failures" | "lostAt"> {
  const { attempt } = memory;
  const now = shared.clock.now();
  if (attempt === null) return { failures: 0, lostAt: now };
  leave(attempt).catch(() => {});
  return { failures: 1, lostAt: memory.lostAt ?? attempt.sink?.heardAt ?? now };
}

type RefusedEvent = ConnectionEvent & { type: "refused" };

function watchInput(context: Context, machine: AnyActorRef) {
  const { attempt, instruments, provider, shared } = context;
  const streamed = () => without(instruments(), refusedBy(machine));
  const told = speaker(machine, attempt);
  return {
    shared,
    provider,
    session: attempt.session!,
    sink: attempt.sink!,
    instruments: streamed,
    tell: told,
  };
}

function renewalInput({ attempt, shared }: Context, machine: AnyActorRef) {
  return { shared, session: attempt.session!, tell: speaker(machine, attempt) };
}

function pollInput(
  { attempt, provider, shared }: Context,
  machine: AnyActorRef,
  instruments: () => readonly Instrument[],
) {
  const told = speaker(machine, attempt);
  // What is asked for has no stream that could end or break.
  const sink = createSink(shared, provider, machine, () => {});
  return { provider, session: attempt.session!, sink, instruments, tell: told };
}

function refusedBy(machine: AnyActorRef): readonly Refusal[] {
  return (machine.getSnapshot().context as Context).refusals;
}

/** The instruments that the stream has no room for. */
function unstreamed(machine: AnyActorRef): readonly Instrument[] {
  const { instruments, refusals } = machine.getSnapshot().context as Context;
  const polled = new Set(refusals.filter(({ polls }) => polls).map(({ symbol }) => symbol));
  return polled.size === 0 ? [] : instruments().filter(({ symbol }) => polled.has(symbol));
}

function without(
  instruments: readonly Instrument[],
  refusals: readonly Refusal[],
): readonly Instrument[] {
  const refused = new Set(refusals.map(({ symbol }) => symbol));
  return instruments.filter(({ symbol }) => !refused.has(symbol));
}

function inputOf({ attempt, provider, shared }: Context, machine: AnyActorRef): AttemptInput {
  return { attempt, provider, shared, machine, tell: speaker(machine, attempt) };
}

/** Speaks to a connection on behalf of one attempt, as long as that is the one it is at. */
function speaker(machine: AnyActorRef, attempt: Attempt): (event: ConnectionEvent) => void {
  return (event) => {
    if (machine.getSnapshot().context.attempt === attempt) machine.send(event);
  };
}

/** Makes a throw of what should return a promise a rejection. */
async function settled<T>(run: () => Promise<T>): Promise<T> {
  return await run();
}

/** The error that an event carries. */
function errorOf(event: object): unknown {
  return "error" in event ? event.error : undefined;
}

/** A reference to a connection. */
export type ConnectionRef = ActorRefFrom<typeof connection>;

/** A connection as the outside sees it. */
export function reportOf(ref: ConnectionRef): ConnectionReport {
  const { value, context } = ref.getSnapshot();
  const { attempt, changedAt, failures, lastError, refusals } = context;
  const words = attempt.session?.words ?? [];
  const state = typeof value === "string" ? value : nameOf(value);
  return { state, changedAt, failures, lastError, refusals, words };
}

/** The session of a connection that is signed in for good, to ask of its past; `null` without one. */
export function sessionOf(ref: ConnectionRef): Session | null {
  const snapshot = ref.getSnapshot();
  const isIn = snapshot.matches("live") || snapshot.matches("polling");
  return isIn ? snapshot.context.attempt.session : null;
}

/** The name of a state with states in it: a stale stream is told from a live one. */
function nameOf(value: object): string {
  const [[name, within] = ["stopped", ""]] = Object.entries(value);
  return within === "stale" ? within : name;
}

function asProviderError(error: unknown): ProviderError {
  return error instanceof ProviderError
    ? error
    : new ProviderError("lost", `The stream failed: ${messageOf(error)}`, { cause: error });
}
