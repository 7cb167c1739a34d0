/**
 * Polling: what a stream does not give is asked for by request, again and again, within the venue's
 * allowances. What has not changed since the last time is not told again.
 *
 * @module
 */
import { assign, fromPromise, setup } from "xstate";
import { failure, giveUp, sessionOver, type TellLost } from "./over.ts";
import type { ConnectionSink } from "./sink.ts";
import { logger } from "../log.ts";
import { backoffDelay } from "../../domain/backoff.ts";
import { messageOf } from "../../domain/errors.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { Tick } from "../../domain/tick.ts";
import { type Micros, MILLISECOND, SECOND } from "../../domain/time.ts";
import { type Provider, ProviderError, type Session } from "../../providers/provider.ts";

/** What polling works with. */
export interface PollInput {
  readonly provider: Provider;
  readonly session: Session;
  readonly sink: ConnectionSink;
  /** Those that are to be asked for at this moment. */
  readonly instruments: () => readonly Instrument[];
  /** Told of an error after which the session is good for nothing. */
  readonly tell: TellLost;
}

interface Context extends PollInput {
  /** A trade that is older was made before it was asked for, and may have been counted. */
  readonly since: Micros;
  /** Attempts that failed in a row. */
  readonly failures: number;
  readonly retryAfter: number;
  /** What was said last of each instrument, by symbol and kind. */
  readonly said: Map<string, string>;
}

/** Between two rounds unless the provider says otherwise. */
const PACE = 5 * SECOND;

const log = logger("connections");

const ask = fromPromise(
  async ({ input, signal }: { input: Context; signal: AbortSignal }): Promise<void> => {
    const { instruments, said, session, since, sink } = input;
    const wanted = instruments();
    if (wanted.length === 0 || session.latest === undefined) return;
    const ticks = await session.latest(wanted, { purpose: "live", signal });
    if (signal.aborted) return;
    const fresh = ticks.filter((tick) => {
      if (tick.kind === "trade" && tick.time < since) return false;
      const [key, content] = [`${tick.kind} ${tick.symbol}`, contentOf(tick)];
      const isNew = said.get(key) !== content;
      said.set(key, content);
      return isNew;
    });
    if (fresh.length > 0) sink.ticks(fresh);
  },
);

/** What a tick says, whenever it was received. */
function contentOf({ receivedAt: _, id: __, ...content }: Tick): string {
  return JSON.stringify(content);
}

/** Polling as an actor. */
export const poll = setup({
  types: { context: {} as Context, input: {} as PollInput },
  actors: { ask },
  guards: { sessionOver },
  delays: {
    round: ({ context: { failures, provider, retryAfter } }) => {
      const pace = provider.pollEvery ?? PACE;
      const wait = failures === 0 ? pace : backoffDelay(failures, Math.random(), retryAfter);
      return Math.max(pace, wait) / MILLISECOND;
    },
  },
  actions: {
    giveUp,
    failed: assign({
      failures: ({ context }, error: unknown) => {
        if (context.failures === 0) {
          log.warn("{provider} cannot be polled: {reason}", {
            provider: context.provider.id,
            reason: messageOf(error),
          });
        }
        return context.failures + 1;
      },
      retryAfter: (_, error: unknown) => error instanceof ProviderError ? error.retryAfter ?? 0 : 0,
    }),
  },
}).createMachine({
  id: "poll",
  context: ({ input }) => ({
    ...input,
    since: input.sink.heardAt,
    failures: 0,
    retryAfter: 0,
    said: new Map(),
  }),
  initial: "asking",
  states: {
    asking: {
      invoke: {
        src: "ask",
        input: ({ context }) => context,
        onDone: { target: "waiting", actions: assign({ failures: 0 }) },
        onError: [
          {
            guard: "sessionOver",
            target: "over",
            actions: { type: "giveUp", params: failure },
          },
          {
            target: "waiting",
            actions: { type: "failed", params: failure },
          },
        ],
      },
    },
    waiting: { after: { round: "asking" } },
    over: { type: "final" },
  },
});
