/**
 * The replay provider: plays recordings through the same path as a live feed, and drives the clock
 * while it does.
 *
 * @module
 */
import { z } from "zod";
import { parseTime } from "../../domain/time.ts";
import type {
  Capability,
  Inspection,
  Provider,
  ProviderDefinition,
  RecordedSymbol,
  Session,
} from "../provider.ts";
import { inspect } from "./inspect.ts";
import { ReplayStream } from "./stream.ts";

const instant = z.string().transform((text, context) => {
  const time = parseTime(text);
  if (time !== undefined) return time;
  context.addIssue({ code: "custom", message: "must be a time such as 2014-05-01T08:00:00Z" });
  return z.NEVER;
});

const replayOptions = z.strictObject({
  /** Recordings, merged by their clock. */
  files: z.array(z.string().min(1)).min(1),
  /** `max`, or how many times as fast as it was recorded. */
  speed: z.union([z.literal("max"), z.number().positive()]).default("max"),
  /** Rows from before this time, by the recording's clock, are passed over. */
  start: z.union([z.int(), instant]).optional(),
  /** What an inspection of the files found; absent: they are inspected when it signs in. */
  inspection: z.custom<Inspection>((value) => typeof value === "object" && value !== null)
    .optional(),
});

/** What may be configured of the replay provider. */
export type ReplayOptions = z.infer<typeof replayOptions>;

const ID = "replay";

/** The replay provider's definition. */
export const replay: ProviderDefinition<ReplayOptions> = {
  id: ID,
  name: "Replay",
  capabilities: ["quotes", "trades", "depth", "streaming"],
  options: replayOptions,
  secrets: [],
  create: createReplay,
  inspect: (options) => inspect(options.files),
};

function createReplay(options: ReplayOptions): Provider {
  const { files, speed, start } = options;
  let { inspection } = options;
  return {
    id: ID,
    alwaysOpen: true,
    tellsGaps: inspection?.tellsGaps ?? false,
    get judged() {
      return inspection?.judged ?? false;
    },
    clock: "driven",
    offers({ symbol }) {
      if (inspection === undefined) return replay.capabilities;
      return offersOf(inspection.symbols.find((recorded) => recorded.symbol === symbol));
    },
    begins({ symbol }) {
      const first = inspection?.symbols.find((recorded) => recorded.symbol === symbol)?.first;
      return first === undefined || start === undefined ? first : Math.max(first, start);
    },
    async authenticate(signal) {
      signal.throwIfAborted();
      inspection ??= await inspect(files);
      signal.throwIfAborted();
      return sessionOf({ inspection, speed, start });
    },
  };
}

function sessionOf(played: ConstructorParameters<typeof ReplayStream>[0]): Session {
  return {
    openStream: (sink, signal) =>
      signal.aborted ? Promise.reject(signal.reason) : Promise.resolve(
        new ReplayStream(played, sink),
      ),
    logOut: () => Promise.resolve(),
  };
}

const OFFERS = { trade: "trades", quote: "quotes", depth: "depth" } as const;

function offersOf(recorded: RecordedSymbol | undefined): readonly Capability[] {
  if (recorded === undefined || recorded.kinds.length === 0) return [];
  return [...recorded.kinds.map((kind) => OFFERS[kind]), "streaming"];
}
