/**
 * The sink of a connection's stream: data goes straight to routing, control to the machine.
 *
 * @module
 */
import { Gatherer } from "./gather.ts";
import { type Anyone, tell } from "../addresses.ts";
import { BUFFER } from "../instruments/memory.ts";
import { logger } from "../log.ts";
import type { Shared } from "../shared.ts";
import { Credit } from "../../domain/credit.ts";
import type { Provider, ProviderError, StreamSink } from "../../providers/provider.ts";

/** What a stream tells its connection. */
export type SinkEvent = { type: "ended" } | { type: "lost"; error: ProviderError };

/** Problems of one feed that are logged one by one; the rest are only counted. */
const LOGGED = 20;

const log = logger("connections");

/** A sink, as its connection has it. */
export interface ConnectionSink extends StreamSink {
  /** Hands on what it holds: when the stream has been closed. */
  flush(): void;
}

/**
 * Makes the sink of one stream.
 *
 * @param machine the connection it belongs to.
 * @param control tells the connection.
 */
export function createSink(
  shared: Shared,
  provider: Provider,
  machine: Anyone,
  control: (event: SinkEvent) => void,
): ConnectionSink {
  const { id } = provider;
  // No more may be under way than the smallest buffer on the way holds, so none is ever shed.
  const credit = new Credit(BUFFER);
  let problems = 0;
  const gatherer = new Gatherer((ticks) => {
    const command = { type: "routing.ticks", provider: id, ticks, credit } as const;
    if (!tell(machine, "routing", command)) shared.outbox.add({ ticks, credit });
  });
  const after = (say: () => void) => {
    gatherer.flush();
    say();
  };
  return {
    credit,
    flush: () => gatherer.flush(),
    ticks: (ticks) => gatherer.add(ticks),
    gap: (gap) => after(() => tell(machine, "routing", { type: "routing.gap", gap })),
    time: (at) => after(() => tell(machine, "ticker", { type: "ticker.time", at })),
    problem: ({ where, what }) => {
      shared.meters.problems.inc({ provider: id });
      problems++;
      if (problems <= LOGGED) log.warn("{where}: {what}", { provider: id, where, what });
      else if (problems === LOGGED + 1) {
        log.warn("{provider} has more problems; they are counted, not logged", { provider: id });
      }
      shared.feeds.problem(id, { where, what });
    },
    progress: (done, total) => shared.feeds.progress(id, done, total),
    ended: () => after(() => control({ type: "ended" })),
    lost: (error) => after(() => control({ type: "lost", error })),
  };
}
