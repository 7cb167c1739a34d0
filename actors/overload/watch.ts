/**
 * The watch over the daemon's load: it measures, decides what is to be shed (`domain/overload.ts`),
 * and tells of each change, and of what was lost.
 *
 * @module
 */
import { LagMeter, SAMPLE } from "./lag.ts";
import { type Shed, wordsOf } from "./overload.ts";
import { tell } from "../addresses.ts";
import { nothingMade } from "../instruments/candles.ts";
import { giveOut } from "../instruments/output.ts";
import { logger } from "../log.ts";
import { publish, statusEvent } from "../publish.ts";
import { createService } from "../service.ts";
import type { SharedInput } from "../shared.ts";
import type { Gap } from "../../domain/gap.ts";
import {
  beginOverload,
  LEVELS,
  type Load,
  type OverloadLevel,
  stepOverload,
} from "../../domain/overload.ts";
import { type Micros, MILLISECOND, MINUTE } from "../../domain/time.ts";

/** Between two looks, in milliseconds. */
const LOOK = 250;

const log = logger("overload");

/** The watch as an actor. */
export const overloadWatch = createService<{ type: "never" }, SharedInput>(
  ({ input: { shared }, self, guard }) => {
    const { clock, feeds, meters, outbox, overload, settings: { limits }, uptime } = shared;
    const lag = new LagMeter(uptime);
    const rules = {
      patience: limits.patience / MILLISECOND,
      recovery: limits.recovery / MILLISECOND,
    };
    let toldAt = clock.now();

    overload.measure("lag", () => lag.seconds);
    overload.measure("memory", () => {
      const { external, heapUsed } = Deno.memoryUsage();
      return heapUsed + external;
    });
    // While the store cannot be written the rows have a rule of their own.
    overload.measure("outbox", () => shared.journal.state === "writing" ? outbox.rows : 0);

    const look = guard(() => {
      const before = overload.state;
      const after = stepOverload(before, overload.loads(), uptime(), rules);
      overload.state = after;
      const now = clock.now();
      // Bars that lack what was shed are told so before they close.
      const isNext = Math.floor(now / MINUTE) !== Math.floor(toldAt / MINUTE);
      const isOver = after.level === "normal" && before.level !== "normal";
      if (isNext || isOver) tellShed(now);
      if (after.level !== before.level) tellLevel(after.level, after.cause);
    });

    function tellLevel(level: OverloadLevel, cause: Load | null): void {
      const why = cause === null ? "The load has been low enough for long enough." : wordsOf(cause);
      const isMore = level !== "normal";
      if (isMore) log.warn("overload: {level}: {reason}", { level, reason: why });
      else log.info("overload is over: {reason}", { reason: why });
      meters.overloadLevel.set(LEVELS.indexOf(level));
      meters.overloadChanges.inc({ level });
      const said = { kind: "overload", id: "overload", status: level, reason: why } as const;
      publish(shared.hub, self, [statusEvent(said)]);
    }

    function tellShed(now: Micros): void {
      toldAt = now;
      for (const [provider, shed] of overload.takeShed()) {
        const event = {
          provider,
          time: now,
          event: "shed",
          reason: reasonOf(shed),
          correlation: `overload-${now}`,
        };
        feeds.event(event);
        outbox.add({ ticks: [], events: [event] });
        for (const [symbol, span] of shed.quotes) {
          const about = { reason: "shed", status: "open", detectedAt: now } as const;
          tellGap({ symbol, provider, ...span, ...about });
        }
      }
    }

    /** Candles of quotes lack those; of the others the trades are all there, but quotes are not. */
    function tellGap(gap: Gap): void {
      const { symbol, ...span } = gap;
      const listing = shared.directory.get(symbol);
      if (listing !== undefined && listing.provider !== gap.provider) return;
      const isQuoted = listing !== undefined && listing.basis !== "trade";
      if (isQuoted) {
        const { shard } = listing;
        const command = { type: "shard.told", symbol, gap: span } as const;
        if (tell(self, "instruments", { type: "instruments.deliver", shard, command })) return;
      }
      meters.gaps.inc({ reason: gap.reason });
      const gaps: Gap[] = [{ ...gap, status: isQuoted ? "open" : "unfillable" }];
      giveOut(shared, self, { made: nothingMade(), ticks: [], gaps, credit: undefined });
    }

    const sampling = setInterval(guard(() => lag.sample()), SAMPLE);
    const looking = setInterval(look, LOOK);
    return () => {
      clearInterval(sampling);
      clearInterval(looking);
      tellShed(clock.now());
      // Nothing is shed that nobody watches over.
      overload.state = beginOverload(uptime());
      meters.overloadLevel.set(0);
    };
  },
);

function reasonOf({ counts, symbols }: Shed): string {
  const { depth, quote } = counts;
  return `Shed for overload: books ${depth}, quotes ${quote}, of ${symbols.size} instruments.`;
}
