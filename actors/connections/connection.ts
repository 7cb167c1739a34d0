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
  leave,
  newAttempt,
  open,
} from "./attempt.ts";
import type { SinkEvent } from "./sink.ts";
import { tell } from "../addresses.ts";
import { logger } from "../log.ts";
import type { Shared } from "../shared.ts";
import { backoffDelay } from "../../domain/backoff.ts";
import { MarketdError, messageOf } from "../../domain/errors.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { type Micros, MILLISECOND } from "../../domain/time.ts";
import { type Provider, ProviderError, type Refusal } from "../../providers/provider.ts";

/** What a connection answers to. */
export type ConnectionEvent =
  | { type: "subscribe"; instruments: readonly Instrument[] }
  | { type: "unsubscribe"; symbols: readonly string[] }
  | { type: "refused"; asked: readonly Instrument[]; refusals: readonly Refusal[] }
  | { type: "reset" }
  | { type: "drain" }
  | SinkEvent;

/** What a connection works with. */
export interface ConnectionInput {
  readonly shared: Shared;
  readonly provider: Provider;
  /** Those of the instruments that are its to stream. */
  readonly instruments: () => readonly Instrument[];
}

interface Context extends ConnectionInput {
  readonly attempt: Attempt;
  /** Failures since it was last live for a while. */
  readonly failures: number;
  readonly lastError: string | null;
  /** When it went to where it is, by the injected clock. */
  readonly changedAt: Micros;
  /** Since when nothing is heard; `null` while it is live. */
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
}

/** How long a connection must live before its failures are forgotten, in milliseconds. */
const STEADY = 30_000;

const log = logger("connections");

/** The connection machine. Answers `drain` when the session has been ended at the venue. */
export const connection = setup({
  types: {
    context: {} as Context,
    events: {} as ConnectionEvent,
    input: {} as ConnectionInput,
  },
  actors: { authenticate, open, close },
  guards: {
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
    /** Tells one change of state once: to the log, the metrics, the stream and the store. */
    note: ({ context, self }, { state, reason }: { state: string; reason: string | null }) => {
      const { provider, shared, attempt: { correlation } } = context;
      const fields = { provider: provider.id, state, reason: reason ?? "", correlation };
      if (state === "faulted" || state === "backoff") {
        log.warn("{provider} is {state}: {reason}", fields);
      } else log.info("{provider} is {state}", fields);
      shared.meters.connectionUp.set({ provider: provider.id }, state === "live" ? 1 : 0);
      const time = shared.clock.now();
      shared.outbox.add({
        ticks: [],
        events: [{ provider: provider.id, time, event: state, reason: reason ?? "", correlation }],
      });
      tell(self, "hub", {
        type: "hub.publish",
        events: [{
          type: "status",
          symbol: null,
          interval: null,
          subject: `provider ${provider.id}`,
          conflates: false,
          payload: { kind: "provider", id: provider.id, status: state, reason },
          sequence: 0,
          json: null,
        }],
      });
    },
    began: assign({ attempt: newAttempt }),
    changed: assign({ changedAt: ({ context }) => context.shared.clock.now() }),
    failed: assign({
      failures: ({ context }) => context.failures + 1,
      lastError: ({ event }) => messageOf(errorOf(event)),
      retryAfter: ({ event }) => {
        const error = errorOf(event);
        return error instanceof ProviderError ? error.retryAfter ?? 0 : 0;
      },
    }),
    /** Says since when nothing is heard, so that bars closing meanwhile are known to be gapped. */
    outage: assign({
      lostAt: ({ context, self }) => {
        const { provider, shared } = context;
        const from = context.lostAt ?? shared.clock.now();
        tell(self, "instruments", { type: "instruments.outage", provider: provider.id, from });
        return from;
      },
    }),
    /**
     * Tells the span that was missed while the connection was away. A first attempt that succeeds
     * has missed nothing: the instruments are watched only from then on.
     */
    back: assign({
      lastError: null,
      lostAt: ({ context, self }) => {
        const { failures, lostAt, provider, shared } = context;
        if (lostAt === null || failures === 0) return null;
        const now = shared.clock.now();
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
      if (stream === null || instruments.length === 0) return;
      const say = speaker(self, attempt);
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
      settled(() => stream.unsubscribe(symbols)).catch((error) =>
        say({ type: "lost", error: asProviderError(error) })
      );
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
    attempt: newAttempt(),
    failures: 0,
    lastError: null,
    changedAt: input.shared.clock.now(),
    lostAt: input.shared.clock.now(),
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
    },
    opening: {
      entry: "changed",
      invoke: {
        src: "open",
        input: ({ context, self }) => inputOf(context, self),
        onDone: "live",
        onError: [
          { guard: "terminal", target: "faulted", actions: ["failed", "outage", "discard"] },
          { target: "backoff", actions: ["failed", "outage", "discard"] },
        ],
      },
      on: {
        // The stream may speak before it is handed over.
        ended: { target: "ended", actions: ["finish", "discard"] },
        lost: [
          { guard: "terminal", target: "faulted", actions: ["failed", "outage", "discard"] },
          { target: "backoff", actions: ["failed", "outage", "discard"] },
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
      after: { [STEADY]: { actions: assign({ failures: 0 }) } },
      on: {
        subscribe: { actions: { type: "subscribe", params: ({ event }) => event.instruments } },
        unsubscribe: {
          actions: [
            { type: "unsubscribe", params: ({ event }) => event.symbols },
            { type: "forgive", params: ({ event }) => event.symbols },
          ],
        },
        refused: { actions: { type: "refuse", params: ({ event }) => event } },
        ended: { target: "ended", actions: "finish" },
        lost: [
          {
            guard: "terminal",
            target: "faulted",
            actions: ["failed", "outage", "discard"],
          },
          { target: "backoff", actions: ["failed", "outage", "discard"] },
        ],
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

type RefusedEvent = ConnectionEvent & { type: "refused" };

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
  const { changedAt, failures, lastError, refusals } = context;
  return { state: String(value), changedAt, failures, lastError, refusals };
}

function asProviderError(error: unknown): ProviderError {
  return error instanceof ProviderError
    ? error
    : new ProviderError("lost", `The stream failed: ${messageOf(error)}`, { cause: error });
}
