/**
 * Services: callback actors whose timers and promises cannot fail unseen. XState catches a throw in
 * a receiver, but not one in a timer or a promise; `guard` turns the latter into the former.
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
  /** Sends to the parent. */
  readonly sendBack: (event: AnyEventObject) => void;
  /** Makes a function safe for a timer or a listener: what it throws fails the service. */
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
    receive((event) => {
      if (event.type === "service.fault") throw (event as Fault).error;
      handler(event as TEvent);
    });
    const fault = (error: unknown) => self.send({ type: "service.fault", error });
    return start({
      input,
      self: self as AnyActorRef,
      receive: (given) => {
        handler = given;
      },
      sendBack,
      guard: (run) => (...args) => {
        try {
          const done = run(...args);
          if (done instanceof Promise) done.catch(fault);
        } catch (error) {
          fault(error);
        }
      },
    });
  });
}
