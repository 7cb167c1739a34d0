/**
 * The renewal of a session before it expires, for as long as the session lasts.
 *
 * @module
 */
import { assign, fromPromise, setup } from "xstate";
import { failure, giveUp, sessionOver, type TellLost } from "./over.ts";
import type { Shared } from "../shared.ts";
import { backoffDelay } from "../../domain/backoff.ts";
import { MILLISECOND } from "../../domain/time.ts";
import type { Session } from "../../providers/provider.ts";

/** What a renewal works with. */
export interface RenewalInput {
  readonly shared: Shared;
  readonly session: Session;
  /** Told when the session cannot be renewed. */
  readonly tell: TellLost;
}

interface Context extends RenewalInput {
  /** Attempts that failed in a row. */
  readonly failures: number;
}

/** Attempts before the session is given up. */
const ATTEMPTS = 5;
/** The least wait before a renewal, in milliseconds: a venue may name an instant that has passed. */
const LEAST = 1_000;

const renew = fromPromise(
  ({ input, signal }: { input: Session; signal: AbortSignal }) =>
    Promise.resolve(input.renew!(signal)),
);

/** The renewal as an actor. It is idle where the session never needs it. */
export const renewal = setup({
  types: { context: {} as Context, input: {} as RenewalInput },
  actors: { renew },
  guards: {
    wanted: ({ context: { session } }) =>
      session.renew !== undefined && (session.renewAt ?? null) !== null,
    over: ({ context, event }) => sessionOver({ event }) || context.failures + 1 >= ATTEMPTS,
  },
  delays: {
    due: ({ context: { session, shared } }) =>
      Math.max(LEAST, (session.renewAt! - shared.clock.now()) / MILLISECOND),
    again: ({ context }) => backoffDelay(context.failures, Math.random()) / MILLISECOND,
  },
  actions: { giveUp },
}).createMachine({
  id: "renewal",
  context: ({ input }) => ({ ...input, failures: 0 }),
  initial: "deciding",
  states: {
    deciding: { always: [{ guard: "wanted", target: "holding" }, { target: "idle" }] },
    idle: {},
    holding: { after: { due: "renewing" } },
    renewing: {
      invoke: {
        src: "renew",
        input: ({ context }) => context.session,
        onDone: { target: "deciding", actions: assign({ failures: 0 }) },
        onError: [
          {
            guard: "over",
            target: "idle",
            actions: { type: "giveUp", params: failure },
          },
          {
            target: "failing",
            actions: assign({ failures: ({ context }) => context.failures + 1 }),
          },
        ],
      },
    },
    failing: { after: { again: "renewing" } },
  },
});
