/**
 * One attempt to be connected, from the sign-in to the end of the stream. It holds what has to be
 * given back to the venue, from the very moment that the venue gives it: an attempt that is given up
 * meanwhile gives it back at once.
 *
 * @module
 */
import { type AnyActorRef, fromPromise } from "xstate";
import { type ConnectionSink, createSink, type SinkEvent } from "./sink.ts";
import type { Shared } from "../shared.ts";
import type { Provider, Session, Stream } from "../../providers/provider.ts";

/** One attempt. */
export interface Attempt {
  /** Ties together its events. */
  readonly correlation: string;
  session: Session | null;
  stream: Stream | null;
  sink: ConnectionSink | null;
  /** Symbols that the stream was asked for, without an answer yet. */
  readonly asked: Set<string>;
  /** How often the stream was told to let go of symbols, without an answer yet. */
  leaving: number;
}

/** What signing in and opening work with. */
export interface AttemptInput {
  readonly attempt: Attempt;
  readonly provider: Provider;
  readonly shared: Shared;
  /** The connection that it belongs to. */
  readonly machine: AnyActorRef;
  /** Tells the connection, unless another attempt has begun. */
  readonly tell: (event: SinkEvent) => void;
}

/** An attempt that has nothing yet. */
export function newAttempt(): Attempt {
  const correlation = crypto.randomUUID().slice(0, 8);
  return { correlation, session: null, stream: null, sink: null, asked: new Set(), leaving: 0 };
}

interface Step {
  readonly input: AttemptInput;
  readonly signal: AbortSignal;
  readonly self: AnyActorRef;
}

/** Signs in. */
export const authenticate = fromPromise(
  async ({ input: { attempt, provider }, signal, self }: Step): Promise<void> => {
    attempt.session = await provider.authenticate(signal);
    if (!isWanted(self)) await leave(attempt);
  },
);

/** Opens the stream. */
export const open = fromPromise(async ({ input, signal, self }: Step): Promise<void> => {
  const { attempt, machine, provider, shared } = input;
  const sink = createSink(shared, provider, machine, input.tell);
  attempt.sink = sink;
  const stream = await attempt.session!.openStream(sink, signal);
  if (isWanted(self)) attempt.stream = stream;
  else await stream.close();
});

/** Gives back to the venue what an attempt holds, once. */
export const close = fromPromise(({ input }: { input: Attempt }) => leave(input));

/**
 * Closes an attempt's stream and ends its session, once.
 *
 * @throws what kept one of them from it; the other is tried all the same.
 */
export async function leave(attempt: Attempt): Promise<void> {
  const { session, stream } = attempt;
  attempt.session = attempt.stream = null;
  try {
    await stream?.close();
  } finally {
    attempt.sink?.flush();
    await session?.logOut();
  }
}

/**
 * Closes an attempt's stream, if one came to be; its session stays.
 *
 * @throws what kept the stream from closing.
 */
export async function dropStream(attempt: Attempt): Promise<void> {
  const { stream } = attempt;
  attempt.stream = null;
  try {
    await stream?.close();
  } finally {
    attempt.sink?.flush();
  }
}

function isWanted(step: AnyActorRef): boolean {
  return step.getSnapshot().status === "active";
}
