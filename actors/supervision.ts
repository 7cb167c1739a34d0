/**
 * Supervision, as every parent in the tree does it: children are started in order, a failed one is
 * started again alone (`one_for_one`) until it fails too often, and all are drained in reverse.
 *
 * A child that fails with a terminal error is not started again. A child that is given up either
 * takes its parent with it (`escalate`) or is told and left out (`tell`). While the parent waits for
 * a child to be ready, giving it up fails the parent: what cannot start as configured should not run.
 *
 * @module
 */
import {
  type AnyActorLogic,
  type AnyActorRef,
  type AnyEventObject,
  assign,
  cancel,
  enqueueActions,
  raise,
  setup,
  stopChild,
} from "xstate";
import { MarketdError, messageOf } from "../domain/errors.ts";
import { decideRestart, RESTART_POLICY, type RestartPolicy } from "../domain/restart.ts";

/** How one child is started, restarted and stopped. */
export interface Child {
  /** Unique in the whole tree: also the address by which others find it. */
  readonly id: string;
  readonly logic: AnyActorLogic;
  /** Read afresh at each start. What must survive a restart is handed in here. */
  readonly input?: () => unknown;
  /** Whether it sends `child.ready` when it is up, or is up at once (the default). */
  readonly ready?: "told" | "at-once";
  /** Whether it answers `drain` with `child.drained` (or by finishing), or is just stopped. */
  readonly drain?: "told" | "stop";
  /** What happens when it is given up. */
  readonly giveUp?: "tell" | "escalate";
}

/** How a child fares. */
export interface ChildReport {
  readonly id: string;
  readonly status: "starting" | "running" | "restarting" | "given-up" | "stopped";
  readonly restarts: number;
  /** The message of the last failure. */
  readonly lastError: string | null;
}

/** What supervisors and their children say to each other. */
export type SupervisionEvent =
  | { type: "child.ready"; id: string }
  | { type: "child.drained"; id: string }
  | { type: "child.restart"; id: string }
  | { type: "child.add"; child: Child }
  | { type: "child.remove"; id: string }
  | { type: "drain" };

/** Told of each change of a child's fortune: for the log, the stream and the metrics. */
export type Observe = (parent: string, report: ChildReport) => void;

/** What every supervisor needs of its surroundings. */
export interface SupervisorInput {
  readonly observe: Observe;
  /** Milliseconds, monotonic: for the restart intensity. */
  readonly uptime: () => number;
}

/** What a supervisor's own `receive` works with. */
export interface Scope<TInput> {
  readonly input: TInput;
  readonly self: AnyActorRef;
}

interface Held {
  readonly child: Child;
  readonly report: ChildReport;
  readonly failures: readonly number[];
  readonly ref: AnyActorRef | null;
}

interface Context<TInput> {
  readonly input: TInput;
  readonly held: Readonly<Record<string, Held>>;
  /** Children still to be started, in order. */
  readonly waiting: readonly Child[];
}

/** A parent: its children, its policy, and what else it answers to. */
export interface SupervisorOptions<TInput extends SupervisorInput> {
  readonly children: (input: TInput) => readonly Child[];
  readonly policy?: RestartPolicy;
  /** How long a child may take to drain, in milliseconds. */
  readonly drainTimeout?: number;
  /** Called when all children are up. */
  readonly started?: (scope: Scope<TInput>) => void;
  /** Handles every event that is not about supervision. A throw fails the supervisor. */
  readonly receive?: (event: AnyEventObject, scope: Scope<TInput>) => void;
  /** Told of each change of a child's fortune. */
  readonly observed?: (report: ChildReport, scope: Scope<TInput>) => void;
  /** Called when draining begins, before the first child is drained. */
  readonly draining?: (scope: Scope<TInput>) => void;
}

const DRAIN_TIMEOUT = 10_000;

/** The events that are about supervision. */
const OWN = /^(child|drain|supervisor|xstate)(\.|$)/;

/** `spawn`, for logic that is known only at run time. */
type Spawn = (
  logic: AnyActorLogic,
  options: { id: string; systemId: string; input?: unknown },
) => AnyActorRef;

/** Makes a supervisor's logic. It finishes (`done`) when it has been drained. */
// deno-lint-ignore explicit-module-boundary-types
export function createSupervisor<TInput extends SupervisorInput>(
  options: SupervisorOptions<TInput>,
) {
  const policy = options.policy ?? RESTART_POLICY;
  const set = (context: Context<TInput>, id: string, change: Partial<Held>) => ({
    held: { ...context.held, [id]: { ...context.held[id]!, ...change } },
  });

  const machine = setup({
    types: {
      context: {} as Context<TInput>,
      events: {} as AnyEventObject,
      input: {} as TInput,
    },
    actions: {
      /** Starts one child, known or new. */
      start: assign(({ context, spawn }, child: Child) => {
        const known = context.held[child.id];
        const ref = (spawn as unknown as Spawn)(child.logic, {
          id: child.id,
          systemId: child.id,
          ...(child.input === undefined ? {} : { input: child.input() }),
        });
        const report: ChildReport = {
          id: child.id,
          status: child.ready === "told" ? "starting" : "running",
          restarts: known === undefined ? 0 : known.report.restarts + 1,
          lastError: known?.report.lastError ?? null,
        };
        return set(context, child.id, { child, report, ref, failures: known?.failures ?? [] });
      }),
      tell: ({ context, self }, id: string) => {
        const held = context.held[id];
        if (held === undefined) return;
        context.input.observe(self.id, held.report);
        options.observed?.(held.report, { input: context.input, self });
      },
      fail: (_, error: unknown) => {
        throw error;
      },
    },
  }).createMachine({
    context: ({ input }) => ({ input, held: {}, waiting: options.children(input) }),
    initial: "starting",
    on: {
      "child.add": {
        actions: enqueueActions(({ enqueue, event }) => {
          const child = event.child as Child;
          enqueue({ type: "start", params: child });
          enqueue({ type: "tell", params: child.id });
        }),
      },
      "child.remove": {
        actions: enqueueActions(({ enqueue, event }) => {
          const id = event.id as string;
          enqueue(cancel(`restart ${id}`));
          enqueue(stopChild(id));
          enqueue.assign(({ context }) => {
            const { [id]: _, ...held } = context.held;
            return { held };
          });
        }),
      },
      "child.ready": {
        actions: enqueueActions(({ context, enqueue, event }) => {
          const held = context.held[event.id];
          if (held?.report.status !== "starting") return;
          enqueue.assign(({ context }) =>
            set(context, event.id, { report: { ...held.report, status: "running" } })
          );
          enqueue({ type: "tell", params: event.id });
        }),
      },
      "child.restart": {
        guard: ({ context, event }) => context.held[event.id]?.report.status === "restarting",
        actions: enqueueActions(({ context, enqueue, event }) => {
          enqueue({ type: "start", params: context.held[event.id]!.child });
          enqueue({ type: "tell", params: event.id });
        }),
      },
      "xstate.error.actor.*": {
        actions: enqueueActions(({ context, enqueue, event, self }) => {
          const id = event.actorId as string;
          const held = context.held[id];
          if (held === undefined) return;
          const error: unknown = event.error;
          const terminal = error instanceof MarketdError && error.terminal;
          const decision = decideRestart(policy, held.failures, context.input.uptime());
          const again = decision.restart && !terminal;
          const starting = self.getSnapshot().value === "starting";
          enqueue.assign(({ context }) =>
            set(context, id, {
              ref: null,
              failures: decision.failures,
              report: {
                ...held.report,
                status: again ? "restarting" : "given-up",
                lastError: messageOf(error),
              },
            })
          );
          enqueue({ type: "tell", params: id });
          if (again) {
            const restart = { type: "child.restart", id };
            if (decision.delay === 0) enqueue.raise(restart);
            else enqueue.raise(restart, { delay: decision.delay, id: `restart ${id}` });
          } else if (starting || held.child.giveUp !== "tell") {
            enqueue({ type: "fail", params: error });
          }
        }),
      },
      "supervisor.fault": {
        actions: enqueueActions(({ enqueue, event }) =>
          enqueue({ type: "fail", params: event.error })
        ),
      },
    },
    states: {
      starting: {
        always: [{
          // The next child starts when none before it is still on its way up.
          guard: ({ context }) =>
            context.waiting.length > 0 &&
            Object.values(context.held).every(({ report }) => report.status === "running"),
          actions: [
            {
              type: "start",
              params: ({ context }) => context.waiting[0]!,
            },
            { type: "tell", params: ({ context }) => context.waiting[0]!.id },
            assign({ waiting: ({ context }) => context.waiting.slice(1) }),
          ],
        }, {
          guard: ({ context }) =>
            context.waiting.length === 0 &&
            Object.values(context.held).every(({ report }) => report.status === "running"),
          target: "running",
        }],
        on: { drain: "draining" },
      },
      running: {
        entry: [
          ({ context, self }) => {
            try {
              options.started?.({ input: context.input, self });
            } catch (error) {
              // Not thrown here: children that are started by this very step would be left behind.
              self.send({ type: "supervisor.fault", error });
            }
          },
          ({ self }) => self._parent?.send({ type: "child.ready", id: self.id }),
        ],
        on: { drain: "draining" },
      },
      draining: {
        entry: [
          ({ context, self }) => options.draining?.({ input: context.input, self }),
          raise({ type: "drain.next" }),
        ],
        on: {
          "child.restart": {},
          "drain.next": {
            actions: enqueueActions(({ context, enqueue }) => {
              const last = lastUp(context.held);
              if (last === undefined) return;
              const { id } = last.child;
              if (last.ref === null || last.child.drain !== "told") {
                enqueue.raise({ type: "child.drained", id });
                return;
              }
              const timeout = options.drainTimeout ?? DRAIN_TIMEOUT;
              enqueue.raise({ type: "child.drained", id }, { delay: timeout, id: `drain ${id}` });
              enqueue.sendTo(last.ref, { type: "drain" });
            }),
          },
          "child.drained": {
            guard: ({ context, event }) => lastUp(context.held)?.child.id === event.id,
            actions: enqueueActions(({ context, enqueue, event }) => {
              const held = context.held[event.id]!;
              enqueue(cancel(`drain ${event.id}`));
              enqueue(stopChild(event.id));
              enqueue.assign(({ context }) =>
                set(context, event.id, { report: { ...held.report, status: "stopped" } })
              );
              enqueue.raise({ type: "drain.next" });
            }),
          },
          "xstate.done.actor.*": {
            actions: raise(({ event }) => ({ type: "child.drained", id: event.actorId })),
          },
          "xstate.error.actor.*": {
            actions: [
              assign(({ context, event }) =>
                context.held[event.actorId] === undefined
                  ? {}
                  : set(context, event.actorId, { ref: null })
              ),
              raise(({ event }) => ({ type: "child.drained", id: event.actorId })),
            ],
          },
        },
        always: { guard: ({ context }) => lastUp(context.held) === undefined, target: "stopped" },
      },
      stopped: { type: "final" },
    },
  });
  const transition = machine.transition.bind(machine);
  machine.transition = (snapshot, event, scope) => {
    try {
      if (OWN.test(event.type)) return transition(snapshot, event, scope);
      // It concerns no child, so nothing of the machine changes: a step of it would be in vain.
      options.receive?.(event, { input: snapshot.context.input, self: scope.self });
      return snapshot;
    } catch (error) {
      // XState leaves the children of a machine that throws running, and their names taken.
      const children: Record<string, AnyActorRef | undefined> = snapshot.children;
      for (const child of Object.values(children)) {
        if (child !== undefined) scope.stopChild(child);
      }
      throw error;
    }
  };
  return machine;
}

/** How a supervisor's children fare. */
export function childrenOf(supervisor: AnyActorRef): ChildReport[] {
  const { held }: Pick<Context<unknown>, "held"> = supervisor.getSnapshot().context;
  return Object.values(held).map(({ report }) => report);
}

function lastUp(held: Readonly<Record<string, Held>>): Held | undefined {
  return Object.values(held).findLast(({ report }) => report.status !== "stopped");
}
