import { assertEquals } from "@std/assert";
import { type AnyEventObject, createActor } from "xstate";
import { createService, type ServiceScope } from "../../actors/service.ts";

type Scope = ServiceScope<AnyEventObject, undefined>;

/** Starts a service, and tells what became of it. */
function run(start: (scope: Scope) => (() => void) | void) {
  const actor = createActor(createService<AnyEventObject, undefined>(start), { input: undefined });
  const failures: unknown[] = [];
  actor.subscribe({ error: (error) => failures.push(error) });
  actor.start();
  return { actor, failures };
}

const slip = new Error("a slip");

Deno.test("a service that throws in its receiver is taken down, once", () => {
  let downs = 0;
  const { actor, failures } = run(({ receive }) => {
    receive(() => {
      throw slip;
    });
    return () => void downs++;
  });
  actor.send({ type: "anything" });
  assertEquals([failures, downs], [[slip], 1]);
});

Deno.test("a service that throws in a timer fails and is taken down, and its timers stop", async () => {
  let beats = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const { failures } = run(({ guard }) => {
    const timer = setInterval(
      guard(() => {
        beats++;
        throw slip;
      }),
      0,
    );
    return () => {
      clearInterval(timer);
      resolve();
    };
  });
  await promise;
  await new Promise((resolve) => setTimeout(resolve, 10));
  assertEquals([failures, beats], [[slip], 1]);
});

Deno.test("a service whose promise rejects fails with what it rejected with", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { failures } = run(({ guard }) => {
    guard(() => Promise.reject(slip))();
    return resolve;
  });
  await promise;
  assertEquals(failures, [slip]);
});

Deno.test("what a service guards does nothing once the service is stopped", () => {
  let late = (): void => {};
  let calls = 0;
  const { actor, failures } = run(({ guard }) => {
    late = guard(() => {
      calls++;
      throw slip;
    });
  });
  actor.stop();
  late();
  assertEquals([calls, failures], [0, []]);
});

Deno.test("a service is taken down when it is stopped", () => {
  let downs = 0;
  const { actor } = run(() => () => void downs++);
  actor.stop();
  assertEquals(downs, 1);
});
