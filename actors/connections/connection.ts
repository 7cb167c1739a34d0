/**
 * One connection to one provider: the same machine for all venues, which supply only their
 * services. It is the only thing that retries.
 *
 * Ticks do not pass through the machine: the stream's sink hands them to routing as they come.
 *
 * @module
 */
import { assign, setup } from "xstate";
import { authenticate, close, dropStream, leave, newAttempt, open } from "./attempt.ts";
import { beginning, type ConnectionEvent, type ConnectionInput, type Context } from "./context.ts";
import {
  attemptInput,
  pollInput,
  renewalInput,
  speaker,
  unstreamed,
  watchInput,
} from "./inputs.ts";
import { tellState } from "./notes.ts";
import { tellMissed, tellOutage } from "./outage.ts";
import { sessionOver } from "./over.ts";
import { poll } from "./poll.ts";
import { renewal } from "./renewal.ts";
import { watch } from "./watch.ts";
import { tell } from "../addresses.ts";
import { logger } from "../log.ts";
import { backoffDelay } from "../../domain/backoff.ts";
import { MarketdError, messageOf } from "../../domain/errors.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { MILLISECOND } from "../../domain/time.ts";
import { ProviderError } from "../../providers/provider.ts";

/** How long a connection must live before its failures are forgotten, in milliseconds. */
const STEADY = 30_000;
/** How long signing in or opening a stream may take, in milliseconds. */
const PATIENCE = 30_000;
/** Attempts to open a stream before it is polled meanwhile. */
const UNOPENED = 3;

const log = logger("connections");

type Answer = ConnectionEvent & { type: "refused" };

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
    sessionOver,
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
        return tellOutage(context, self, errorOf(event));
      },
    }),
    back: assign({ lastError: null }),
    heard: assign({
      lostAt: ({ context, self }) => {
        tellMissed(context, self);
        return null;
      },
    }),
    subscribe: ({ context, self }, instruments: readonly Instrument[]) => {
      const { attempt } = context;
      const { stream } = attempt;
      if (stream === null) return;
      const say = speaker(self, attempt);
      if (instruments.length === 0) return say({ type: "refused", asked: [], refusals: [] });
      const symbols = instruments.map(({ symbol }) => symbol);
      for (const symbol of symbols) attempt.asked.add(symbol);
      attempt.sink?.listen(symbols);
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
      attempt.leaving++;
      settled(() => stream.unsubscribe(symbols)).then(
        () => {
          attempt.leaving--;
          // There may be room for what had none.
          say({ type: "subscribe", instruments: unstreamed(self) });
        },
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
    /** From the answer on what was asked for is heard, unless it is refused. */
    answered: ({ context: { attempt, provider }, self }, { asked, refusals }: Answer) => {
      const refused = new Set(refusals.filter(({ polls }) => !polls).map(({ symbol }) => symbol));
      const symbols = asked.map(({ symbol }) => symbol);
      for (const symbol of symbols) attempt.asked.delete(symbol);
      attempt.sink?.listen(symbols);
      const heard = symbols.filter((symbol) => !refused.has(symbol));
      if (heard.length === 0) return;
      tell(self, "routing", { type: "routing.subscribed", provider: provider.id, symbols: heard });
    },
    refuse: assign({
      refusals: ({ context }, { asked, refusals }: Answer) => {
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
  context: ({ input }) => beginning(input),
  initial: "authenticating",
  on: { drain: ".closing" },
  states: {
    authenticating: {
      entry: ["began", "changed"],
      invoke: {
        src: "authenticate",
        input: ({ context, self }) => attemptInput(context, self),
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
        input: ({ context, self }) => attemptInput(context, self),
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
        refused: {
          actions: [
            "heard",
            { type: "refuse", params: ({ event }) => event },
            { type: "answered", params: ({ event }) => event },
          ],
        },
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
            input: ({ context, self }) => attemptInput(context, self),
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

/** Makes a throw of what should return a promise a rejection. */
async function settled<T>(run: () => Promise<T>): Promise<T> {
  return await run();
}

/** The error that an event carries. */
function errorOf(event: object): unknown {
  return "error" in event ? event.error : undefined;
}

function asProviderError(error: unknown): ProviderError {
  return error instanceof ProviderError
    ? error
    : new ProviderError("lost", `The stream failed: ${messageOf(error)}`, { cause: error });
}
