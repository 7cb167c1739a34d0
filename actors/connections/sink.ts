/**
 * The sink of a connection's stream: data goes straight to routing, control to the machine.
 *
 * @module
 */
import { Gatherer } from "./gather.ts";
import { Thinner } from "./thinner.ts";
import { type Anyone, tell } from "../addresses.ts";
import type { HubEvent } from "../hub.ts";
import { BUFFER } from "../instruments/memory.ts";
import { logger } from "../log.ts";
import { publish, statusEvent } from "../publish.ts";
import type { Shared } from "../shared.ts";
import { Credit } from "../../domain/credit.ts";
import { delayOf } from "../../domain/silence.ts";
import type { Tick } from "../../domain/tick.ts";
import type { Micros } from "../../domain/time.ts";
import type {
  Provider,
  ProviderError,
  StreamSink,
  TradingStatus,
} from "../../providers/provider.ts";

/** What a stream tells its connection. */
export type SinkEvent = { type: "ended" } | { type: "lost"; error: ProviderError };

/** Problems of one feed that are logged one by one; the rest are only counted. */
const LOGGED = 20;

const log = logger("connections");

/** A sink, as its connection has it. */
export interface ConnectionSink extends StreamSink {
  /** When it was told something last, by the injected clock; its making counts. */
  readonly heardAt: Micros;
  /**
   * Up to when, by the venue's time, it is known that nothing was missed: when it was heard, or a look
   * at the venue after that, less what the last word took.
   */
  readonly provedAt: Micros;
  /** Says that the venue was asked, and had nothing newer. */
  prove(): void;
  /** The venue's latest time of each symbol; empty for a feed that is never watched. */
  readonly latest: ReadonlyMap<string, Micros>;
  /** Begins to listen to symbols: what was said of them before is no measure of a silence. */
  listen(symbols: Iterable<string>): void;
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
  const { overload } = shared;
  const thinner = new Thinner({
    provider: id,
    overload,
    credit,
    deal: (ticks) => gatherer.add(ticks),
  });
  const flush = () => {
    thinner.flush();
    gatherer.flush();
  };
  const after = (say: () => void) => {
    flush();
    say();
  };
  const settle = () => {
    flush();
    tell(machine, "routing", { type: "routing.settle", provider: id });
  };
  const isWatched = !provider.alwaysOpen && provider.clock === "wall";
  const latest = new Map<string, Micros>();
  let heardAt = shared.clock.now();
  let provedAt = heardAt;
  /** How long what was said last had been under way. */
  let delay = 0;
  const note = (ticks: readonly Tick[]) => {
    heardAt = shared.clock.now();
    let newest = -Infinity;
    for (const { symbol, time } of ticks) {
      if (!(time <= latest.get(symbol)!)) latest.set(symbol, time);
      if (time > newest) newest = time;
    }
    delay = delayOf(newest, heardAt);
  };
  return {
    credit,
    latest,
    heard: () => {
      heardAt = shared.clock.now();
    },
    listen: (symbols) => {
      heardAt = shared.clock.now();
      for (const symbol of symbols) latest.delete(symbol);
    },
    get heardAt() {
      return heardAt;
    },
    get provedAt() {
      return Math.max(heardAt, provedAt) - delay;
    },
    prove: () => {
      provedAt = shared.clock.now();
    },
    flush: settle,
    ticks: (ticks) => {
      if (isWatched) note(ticks);
      // What can be made to wait need not be shed.
      if (provider.clock === "wall") thinner.add(ticks);
      else gatherer.add(ticks);
    },
    correct: (correction) =>
      after(() => tell(machine, "routing", { type: "routing.correct", correction })),
    bar: (bar) => after(() => tell(machine, "routing", { type: "routing.bar", provider: id, bar })),
    status: (status) =>
      after(() => {
        tell(machine, "routing", { type: "routing.status", provider: id, symbol: status.symbol });
        publish(shared.hub, machine, [tradingEvent(status)]);
      }),
    mapped: (symbol, name) =>
      shared.outbox.add({ ticks: [], mappings: [{ provider: id, symbol, name }] }),
    gap: (gap) => after(() => tell(machine, "routing", { type: "routing.gap", provider: id, gap })),
    time: (at) => after(() => tell(machine, "ticker", { type: "ticker.time", at })),
    problem: ({ where, what }) => {
      shared.meters.problems.inc({ provider: id });
      problems++;
      if (problems <= LOGGED) log.warn("{where}: {what}", { provider: id, where, what });
      else if (problems === LOGGED + 1) {
        log.warn("{provider} has more problems; they are counted, not logged", { provider: id });
      }
      shared.feeds.problem(id, { where, what });
      shared.telemetry.problem(id);
    },
    progress: (done, total) => shared.feeds.progress(id, done, total),
    ended: () => {
      settle();
      control({ type: "ended" });
    },
    lost: (error) => {
      settle();
      control({ type: "lost", error });
    },
  };
}

/** An instrument that was halted, or trades again. */
function tradingEvent({ symbol, trading, reason, provider }: TradingStatus): HubEvent {
  const status = trading ? "trading" : "halted";
  return statusEvent({ kind: "instrument", id: symbol, status, reason: `${provider}: ${reason}` });
}
