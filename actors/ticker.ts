/**
 * The ticker: the one clock of the data plane. It beats, which closes bars, and sends the canaries.
 *
 * Live it beats by the wall. In a replay the feed says how far it has come, and each word of it is
 * a beat; the canaries go by the wall all the same, for they measure the daemon and not the market.
 *
 * @module
 */
import { tell } from "./addresses.ts";
import { DrivenClock } from "./clock.ts";
import type { TickerCommand } from "./messages.ts";
import { createService } from "./service.ts";
import type { SharedInput } from "./shared.ts";

/** Between two beats by the wall, in milliseconds. */
const BEAT = 250;
/** Between two canaries, in milliseconds, and while a stage has not seen one lately. */
const CANARY = 1_000;
const EAGER = 100;

/** The ticker as an actor. */
export const ticker = createService<TickerCommand, SharedInput>(
  ({ input: { shared }, receive, self, guard }) => {
    const { clock } = shared;
    const beat = () => {
      const now = clock.now();
      // What waits in the gate goes before the bars that it belongs to are closed.
      tell(self, "routing", { type: "routing.beat", now });
      tell(self, "instruments", { type: "instruments.beat", now });
    };
    const canary = () => tell(self, "routing", { type: "routing.canary" });
    receive((event) => {
      if (event.type !== "ticker.time" || !(clock instanceof DrivenClock)) return;
      clock.set(event.at);
      beat();
    });
    let next: ReturnType<typeof setTimeout>;
    const release = guard(() => {
      canary();
      const { directory, vitals } = shared;
      const isWell = directory.shards().length > 0 && vitals.report().every(({ alive }) => alive);
      next = setTimeout(release, isWell ? CANARY : EAGER);
    });
    const beats = clock.driven ? undefined : setInterval(guard(beat), BEAT);
    release();
    return () => {
      clearTimeout(next);
      clearInterval(beats);
    };
  },
);
