/**
 * What a connection hands to the actors that it invokes, each of which speaks for one attempt.
 *
 * @module
 */
import type { AnyActorRef } from "xstate";
import type { Attempt, AttemptInput } from "./attempt.ts";
import type { ConnectionEvent, Context } from "./context.ts";
import type { PollInput } from "./poll.ts";
import type { RenewalInput } from "./renewal.ts";
import { createSink } from "./sink.ts";
import type { WatchInput } from "./watch.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { Refusal } from "../../providers/provider.ts";

/** What the watch over its stream works with. */
export function watchInput(context: Context, machine: AnyActorRef): WatchInput {
  const { attempt, instruments, provider, shared } = context;
  return {
    shared,
    provider,
    session: attempt.session!,
    sink: attempt.sink!,
    instruments: () =>
      without(instruments(), contextOf(machine).refusals)
        .filter(({ symbol }) => !attempt.asked.has(symbol)),
    tell: speaker(machine, attempt),
  };
}

/** What the renewal of its session works with. */
export function renewalInput({ attempt, shared }: Context, machine: AnyActorRef): RenewalInput {
  return { shared, session: attempt.session!, tell: speaker(machine, attempt) };
}

/** What polling works with. @param instruments those that are asked for. */
export function pollInput(
  { attempt, provider, shared }: Context,
  machine: AnyActorRef,
  instruments: () => readonly Instrument[],
): PollInput {
  // What is asked for has no stream that could end or break.
  const sink = createSink(shared, provider, machine, () => {});
  const session = attempt.session!;
  return { provider, session, sink, instruments, tell: speaker(machine, attempt) };
}

/** What signing in and opening a stream work with. */
export function attemptInput(
  { attempt, provider, shared }: Context,
  machine: AnyActorRef,
): AttemptInput {
  return { attempt, provider, shared, machine, tell: speaker(machine, attempt) };
}

/** The instruments that the stream has no room for. */
export function unstreamed(machine: AnyActorRef): readonly Instrument[] {
  const { instruments, refusals } = contextOf(machine);
  const polled = new Set(refusals.filter(({ polls }) => polls).map(({ symbol }) => symbol));
  return polled.size === 0 ? [] : instruments().filter(({ symbol }) => polled.has(symbol));
}

/** Speaks to a connection on behalf of one attempt, as long as that is the one it is at. */
export function speaker(machine: AnyActorRef, attempt: Attempt): (event: ConnectionEvent) => void {
  return (event) => {
    if (contextOf(machine).attempt === attempt) machine.send(event);
  };
}

function contextOf(machine: AnyActorRef): Context {
  return machine.getSnapshot().context;
}

function without(
  instruments: readonly Instrument[],
  refusals: readonly Refusal[],
): readonly Instrument[] {
  const refused = new Set(refusals.map(({ symbol }) => symbol));
  return instruments.filter(({ symbol }) => !refused.has(symbol));
}
