import { assertEquals } from "@std/assert";
import { type AnyActorRef, type AnyEventObject, createActor, SimulatedClock } from "xstate";
import { createService } from "../../actors/service.ts";
import {
  type Child,
  type ChildReport,
  createSupervisor,
  type SupervisorOptions,
} from "../../actors/supervision.ts";
import { MarketdError } from "../../domain/errors.ts";

type Options = Partial<
  SupervisorOptions<{
    observe: (parent: string, report: ChildReport) => void;
    uptime: () => number;
  }>
>;

/** Who is up, and what was said of whom. */
class Diary {
  readonly up: string[] = [];
  readonly reports: ChildReport[] = [];

  of(id: string): string[] {
    return this.reports.filter((report) => report.id === id).map(({ status }) => status);
  }
}

function worker(id: string, diary: Diary, more: Partial<Child> = {}): Child {
  const logic = createService<AnyEventObject, unknown>(({ receive, sendBack }) => {
    diary.up.push(id);
    receive((event) => {
      if (event.type === "throw") throw event.error;
      if (event.type === "drain") sendBack({ type: "child.drained", id });
    });
    return () => {
      diary.up.splice(diary.up.indexOf(id), 1);
    };
  });
  return { id, logic, giveUp: "tell", drain: "told", ...more };
}

/** A parent over a `neighbour` and a `team`, itself a parent of workers. */
function household(workers: (diary: Diary) => Child[], options: Options = {}) {
  const diary = new Diary();
  const clock = new SimulatedClock();
  const input = {
    observe: (_: string, report: ChildReport) => diary.reports.push(report),
    uptime: () => clock.now(),
  };
  const team: Child = {
    id: "team",
    logic: createSupervisor({
      children: () => workers(diary),
      receive: (event) => {
        if (event.type === "throw") throw event.error;
      },
      ...options,
    }),
    input: () => input,
    giveUp: "tell",
    drain: "told",
  };
  const actor = createActor(
    createSupervisor({ children: () => [worker("neighbour", diary), team] }),
    { clock, id: "parent", input },
  );
  actor.start();
  const send = (id: string, event: { type: string; error?: unknown }) =>
    (actor.system.get(id) as AnyActorRef).send(event);
  return { actor, clock, diary, send };
}

Deno.test("a parent that is given up takes all its children down", () => {
  const { actor, diary, send } = household((diary) => [
    worker("a", diary),
    worker("b", diary, { giveUp: "escalate" }),
  ]);
  assertEquals(diary.up, ["neighbour", "a", "b"]);
  const terminal = new MarketdError("bad", "no use", { terminal: true });
  send("b", { type: "throw", error: terminal });
  assertEquals(diary.up, ["neighbour"]);
  assertEquals([actor.system.get("a"), actor.system.get("team")], [undefined, undefined]);
  assertEquals(diary.of("team"), ["running", "given-up"]);
});

Deno.test("a parent that throws by itself is restarted with its children, each once", () => {
  const { diary, send } = household((diary) => [worker("a", diary), worker("b", diary)]);
  send("team", { type: "throw", error: new Error("a slip") });
  assertEquals(diary.up, ["neighbour", "a", "b"]);
  assertEquals(diary.of("team"), ["running", "restarting", "running"]);
  assertEquals(diary.of("a"), ["running", "running"]);
});

Deno.test("a child that fails too often has its parent restarted, children and all", () => {
  const { clock, diary, send } = household((diary) => [
    worker("a", diary),
    worker("b", diary, { giveUp: "escalate" }),
  ]);
  for (let failure = 0; failure < 6; failure++) {
    send("b", { type: "throw", error: new Error("again") });
    clock.increment(5_000);
  }
  assertEquals(diary.of("b").at(-2), "given-up");
  assertEquals(diary.of("team"), ["running", "restarting", "running"]);
  assertEquals(diary.up, ["neighbour", "a", "b"]);
});

Deno.test("a parent whose start throws is restarted, and leaves no child of its own behind", () => {
  let starts = 0;
  const { diary } = household((diary) => [worker("a", diary)], {
    started: () => {
      if (++starts === 1) throw new Error("a bad start");
    },
  });
  assertEquals(starts, 2);
  assertEquals(diary.up, ["neighbour", "a"]);
});

Deno.test("a child that fails while its parent drains holds up nobody", () => {
  const { actor, diary, send } = household((diary) => [
    worker("a", diary),
    worker("b", diary, {
      logic: createService<AnyEventObject, unknown>(({ receive, sendBack }) => {
        receive(() => {
          send("a", { type: "throw", error: new Error("meanwhile") });
          sendBack({ type: "child.drained", id: "b" });
        });
      }),
    }),
  ]);
  actor.send({ type: "drain" });
  // Nobody waits for `a`, which cannot answer any more: the clock stands still.
  assertEquals(actor.getSnapshot().status, "done");
  assertEquals(diary.up, []);
});
