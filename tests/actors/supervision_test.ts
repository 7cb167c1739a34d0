import { assert, assertEquals } from "@std/assert";
import { type AnyActorRef, createActor, fromCallback, SimulatedClock } from "xstate";
import { type Child, type ChildReport, createSupervisor } from "../../actors/supervision.ts";
import { MarketdError } from "../../domain/errors.ts";

/** A child that notes its life in a diary and throws what it is told to. */
function child(id: string, diary: string[], more: Partial<Child> = {}): Child {
  return {
    id,
    giveUp: "tell",
    drain: "told",
    logic: fromCallback(({ receive, sendBack }) => {
      diary.push(`${id} up`);
      receive((event) => {
        if (event.type === "throw") throw event.error;
        if (event.type === "drain") {
          diary.push(`${id} drained`);
          sendBack({ type: "child.drained", id });
        }
      });
      return () => {
        diary.push(`${id} down`);
      };
    }),
    ...more,
  };
}

function family(children: Child[]) {
  const clock = new SimulatedClock();
  const reports: ChildReport[] = [];
  const logic = createSupervisor({ children: () => children });
  const actor = createActor(logic, {
    clock,
    id: "parent",
    input: {
      observe: (_: string, report: ChildReport) => reports.push(report),
      uptime: () => clock.now(),
    },
  });
  const failures: unknown[] = [];
  actor.subscribe({ error: (error) => failures.push(error) });
  const send = (id: string, event: { type: string; error?: unknown }) =>
    (actor.system.get(id) as AnyActorRef).send(event);
  return { actor, clock, reports, failures, send };
}

Deno.test("children start in order and drain in reverse", () => {
  const diary: string[] = [];
  const { actor } = family([child("a", diary), child("b", diary), child("c", diary)]);
  actor.start();
  actor.send({ type: "drain" });
  assertEquals(actor.getSnapshot().status, "done");
  assertEquals(diary, [
    "a up",
    "b up",
    "c up",
    "c drained",
    "c down",
    "b drained",
    "b down",
    "a drained",
    "a down",
  ]);
});

Deno.test("a child that is not ready yet holds up the next one", () => {
  const diary: string[] = [];
  const { actor } = family([child("a", diary, { ready: "told" }), child("b", diary)]);
  actor.start();
  assertEquals(diary, ["a up"]);
  assertEquals(actor.getSnapshot().value, "starting");
  actor.send({ type: "child.ready", id: "a" });
  assertEquals(diary, ["a up", "b up"]);
  assertEquals(actor.getSnapshot().value, "running");
});

Deno.test("a failed child is started again alone, at once and then after the backoff", () => {
  const diary: string[] = [];
  const { actor, clock, send, reports } = family([child("a", diary), child("b", diary)]);
  actor.start();
  send("a", { type: "throw", error: new Error("one") });
  assertEquals(diary, ["a up", "b up", "a up"]);
  send("a", { type: "throw", error: new Error("two") });
  assertEquals(diary.length, 3);
  clock.increment(99);
  assertEquals(diary.length, 3);
  clock.increment(1);
  assertEquals(diary, ["a up", "b up", "a up", "a up"]);
  assertEquals(reports.at(-1), { id: "a", status: "running", restarts: 2, lastError: "two" });
});

Deno.test("a child that keeps failing is given up and told, and the rest live", () => {
  const diary: string[] = [];
  const { actor, clock, send, reports, failures } = family([child("a", diary), child("b", diary)]);
  actor.start();
  for (let failure = 0; failure < 6; failure++) {
    send("a", { type: "throw", error: new Error(`failure ${failure}`) });
    clock.increment(5_000);
  }
  assertEquals(reports.at(-1), {
    id: "a",
    status: "given-up",
    restarts: 5,
    lastError: "failure 5",
  });
  assertEquals(failures, []);
  assertEquals(actor.getSnapshot().status, "active");
  assert(actor.system.get("b") !== undefined);
  actor.send({ type: "drain" });
  assertEquals(actor.getSnapshot().status, "done");
});

Deno.test("failures farther apart than the period never add up", () => {
  const diary: string[] = [];
  const { actor, clock, send } = family([child("a", diary)]);
  actor.start();
  for (let failure = 0; failure < 20; failure++) {
    send("a", { type: "throw", error: new Error("now and then") });
    clock.increment(60_000);
  }
  assertEquals(diary.length, 21);
});

Deno.test("a terminal error is not retried", () => {
  const diary: string[] = [];
  const { actor, send, reports } = family([child("a", diary)]);
  actor.start();
  send("a", { type: "throw", error: new MarketdError("bad", "no use", { terminal: true }) });
  assertEquals(diary, ["a up"]);
  assertEquals(reports.at(-1)?.status, "given-up");
});

Deno.test("a child that escalates takes its parent with it", () => {
  const diary: string[] = [];
  const { actor, send, failures } = family([child("a", diary, { giveUp: "escalate" })]);
  actor.start();
  const fault = new MarketdError("bad", "no use", { terminal: true });
  send("a", { type: "throw", error: fault });
  assertEquals(failures, [fault]);
  assertEquals(actor.getSnapshot().status, "error");
});

Deno.test("a child that cannot get ready fails a parent that waits for it", () => {
  const fault = new MarketdError("port-in-use", "the port is in use", { terminal: true });
  const logic = fromCallback(() => {
    throw fault;
  });
  const { actor, failures } = family([child("a", []), {
    id: "b",
    logic,
    giveUp: "tell",
    ready: "told",
  }]);
  actor.start();
  assertEquals(failures, [fault]);
});

Deno.test("a child that does not answer the drain is stopped after the timeout", () => {
  const mute = { id: "mute", logic: fromCallback(() => {}), drain: "told" as const };
  const { actor, clock } = family([mute]);
  actor.start();
  actor.send({ type: "drain" });
  assertEquals(actor.getSnapshot().status, "active");
  clock.increment(10_000);
  assertEquals(actor.getSnapshot().status, "done");
});

Deno.test("children can be added and removed while the parent runs", () => {
  const diary: string[] = [];
  const { actor } = family([]);
  actor.start();
  actor.send({ type: "child.add", child: child("late", diary) });
  actor.send({ type: "child.remove", id: "late" });
  assertEquals(diary, ["late up", "late down"]);
  assertEquals(actor.system.get("late"), undefined);
});
