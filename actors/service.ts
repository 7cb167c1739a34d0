/**
 * Services: callback actors whose timers and promises cannot fail unseen. XState catches a throw in
 * a receiver, but not one in a timer or a promise; `guard` turns the latter into the former. And it
 * takes down a callback actor that is stopped, but not one that fails: here both are.
 *
 * @module
 */
import { type AnyActorRef, type AnyEventObject, fromCallback } from "xstate";

/** What a service is given. */
export interface ServiceScope<TEvent, TInput> {
  readonly input: TInput;
  readonly self: AnyActorRef;
  /** Handles the events sent to it. A throw fails the service. */
  readonly receive: (handler: (event: TEvent) => void) => void;
  /** Sends to the parent; after the service's end it does nothing. */
  readonly sendBack: (event: AnyEventObject) => void;
  /**
   * Makes a function safe for a timer or a listener: what it throws fails the service, and after
   * the service's end it does nothing.
   */
  readonly guard: <A extends unknown[]>(
    run: (...args: A) => void | Promise<void>,
  ) => (...args: A) => void;
}

interface Fault {
  readonly type: "service.fault";
  readonly error: unknown;
}

/**
 * Makes a service's logic.
 *
 * @param start sets it up, and returns what takes it down.
 */
// deno-lint-ignore explicit-module-boundary-types
export function createService<TEvent extends AnyEventObject, TInput>(
  start: (scope: ServiceScope<TEvent, TInput>) => (() => void) | void,
) {
  return fromCallback<TEvent | Fault, TInput>(({ input, self, receive, sendBack }) => {
    let handler: (event: TEvent) => void = () => {};
    let dispose: (() => void) | void = undefined;
    let isOver = false;
    const end = () => {
      if (isOver) return;
      isOver = true;
      dispose?.();
    };
    receive((event) => {
      try {
        if (event.type === "service.fault") throw (event as Fault).error;
        handler(event as TEvent);
      } catch (error) {
        end();
        throw error;
      }
    });
    const fault = (error: unknown) => {
      if (!isOver) self.send({ type: "service.fault", error });
    };
    dispose = start({
      input,
      self: self as AnyActorRef,
      receive: (given) => {
        handler = given;
      },
      sendBack: (event) => {
        if (!isOver) sendBack(event);
      },
      guard: (run) => (...args) => {
        if (isOver) return;
        try {
          const done = run(...args);
          if (done instanceof Promise) done.catch(fault);
        } catch (error) {
          fault(error);
        }
      },
    });
    return end;
  });
}
