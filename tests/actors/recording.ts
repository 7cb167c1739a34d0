/**
 * A recorder over the shared parts of a test, under a parent that drains it.
 *
 * @module
 */
import { createActor } from "xstate";
import { recorder, type RecorderInput } from "../../actors/recorder.ts";
import { Spool } from "../../actors/spool/spool.ts";
import { createSupervisor } from "../../actors/supervision.ts";
import { SECOND } from "../../domain/time.ts";
import { until, type World } from "./fixture.ts";

/** Opens a spool of the tests' store. */
export function openSpool(path: string, cap: number, owner = "sqlite:test.db"): Promise<Spool> {
  return Spool.open({ path, cap, owner });
}

/** A recorder that runs. */
export interface Recording {
  /** Writes what is left, and ends it. */
  drain(): Promise<void>;
  /** Ends it as it stands. */
  stop(): void;
}

/** Starts a recorder; unless told otherwise it flushes only when it is asked. */
export function record(world: World, more: Partial<RecorderInput> = {}): Recording {
  const input: RecorderInput = {
    ...world,
    spool: null,
    rows: 1_000,
    every: 3_600 * SECOND,
    ...more,
  };
  const parent = createActor(
    createSupervisor({
      children: () => [{
        id: "recorder",
        logic: recorder,
        input: () => input,
        drain: "told",
        giveUp: "tell",
      }],
    }),
    { id: "root", input: { observe: world.observe, uptime: world.uptime } },
  );
  parent.start();
  return {
    async drain() {
      parent.send({ type: "drain" });
      await until(() => parent.getSnapshot().status === "done");
    },
    stop: () => void parent.stop(),
  };
}
