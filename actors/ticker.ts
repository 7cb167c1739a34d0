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
/** Between two canaries, in milliseconds. */
const CANARY = 1_000;

/** The ticker as an actor. */
export const ticker = createService<TickerCommand, SharedInput>(
  ({ input: { shared }, receive, self, guard }) => {
    const { clock } = shared;
    const beat = () => tell(self, "instruments", { type: "instruments.beat", now: clock.now() });
    const canary = () => tell(self, "routing", { type: "routing.canary" });
    receive((event) => {
      if (event.type !== "ticker.time" || !(clock instanceof DrivenClock)) return;
      clock.set(event.at);
      beat();
    });
    const timers = [setInterval(guard(() => void canary()), CANARY)];
    if (!clock.driven) timers.push(setInterval(guard(() => void beat()), BEAT));
    return () => timers.forEach((timer) => clearInterval(timer));
  },
);
