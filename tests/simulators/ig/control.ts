/**
 * The simulated venue's commands: by method, or by `POST /control`.
 *
 * @module
 */
import { z } from "zod";
import type { Simulator } from "./simulator.ts";
import { line } from "./tlcp.ts";

const command = z.discriminatedUnion("fault", [
  z.strictObject({ fault: z.literal("none") }),
  /** Updates a second from now on, over what is subscribed to. */
  z.strictObject({ fault: z.literal("tick"), rate: z.number().min(0).max(1_000_000) }),
  z.strictObject({ fault: z.literal("drop") }),
  z.strictObject({ fault: z.literal("half-open") }),
  /** Breaks every connection, and the stream's sessions cannot be recovered. */
  z.strictObject({ fault: z.literal("forget") }),
  z.strictObject({ fault: z.literal("mute") }),
  z.strictObject({ fault: z.literal("refuse") }),
  z.strictObject({ fault: z.literal("duplicate") }),
  z.strictObject({ fault: z.literal("reorder") }),
  z.strictObject({ fault: z.literal("maintenance") }),
  z.strictObject({ fault: z.literal("expire") }),
  z.strictObject({ fault: z.literal("garbage") }),
  z.strictObject({ fault: z.literal("truncated") }),
  /** The server dropped so many updates of each item. */
  z.strictObject({ fault: z.literal("overflow"), updates: z.int().min(1) }),
  z.strictObject({ fault: z.literal("slow"), milliseconds: z.number().min(0) }),
  z.strictObject({ fault: z.literal("allowance"), errorCode: z.string().min(1) }),
  /** Ends the stream's sessions with a code of TLCP. */
  z.strictObject({ fault: z.literal("end"), code: z.int(), message: z.string() }),
]);

/** A command. */
export type Command = z.infer<typeof command>;

/** Reads a command; a text is what is wrong with it. */
export function parseCommand(text: string): Command | string {
  try {
    const parsed = command.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : z.prettifyError(parsed.error);
  } catch (error) {
    return String(error);
  }
}

/** Does what a command says. */
export function obey(simulator: Simulator, command: Command): void {
  const { faults, lightstreamer, accounts } = simulator;
  switch (command.fault) {
    case "none":
      return simulator.heal();
    case "tick":
      return simulator.tick(command.rate);
    case "drop":
      return simulator.drop();
    case "half-open":
      return simulator.halfOpen();
    case "forget":
      lightstreamer.forget();
      return simulator.drop();
    case "mute":
    case "refuse":
    case "duplicate":
    case "reorder":
    case "maintenance":
      faults[command.fault] = true;
      return;
    case "expire":
      return accounts.expire();
    case "garbage":
      lightstreamer.forEachItem((session, subscription, index) => {
        const values = subscription.fields.map(() => "12,3x|%");
        session.update(subscription, index, values);
      });
      return lightstreamer.flush();
    case "truncated":
      // An update that stops in the middle of a value, and of its line.
      lightstreamer.forEachItem((session, { id }, index) => {
        session.blurt(`U,${id},${index + 1},12`);
      });
      return;
    case "overflow":
      lightstreamer.forEachItem((session, { id }, index) => {
        session.say(line("OV", id, index + 1, command.updates));
      });
      return lightstreamer.flush();
    case "slow":
      faults.slow = command.milliseconds;
      return;
    case "allowance":
      faults.allowance = command.errorCode;
      return;
    case "end":
      return lightstreamer.end(command.code, command.message);
  }
}
