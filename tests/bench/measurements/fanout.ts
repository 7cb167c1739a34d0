/**
 * The stream to many clients, against a bare broadcast of the same bytes.
 *
 * Both are given ever more events until they cannot deliver all of them; what counts is the most
 * that reached the clients in any step.
 *
 * @module
 */
import { wallClock } from "../../../actors/clock.ts";
import { chunkOf } from "../../../actors/http/stream/encode.ts";
import type { HubEvent } from "../../../actors/hub.ts";
import { toEvents } from "../../../actors/instruments/events.ts";
import type { Tick } from "../../../domain/tick.ts";
import { Broadcast } from "../bare/broadcast.ts";
import { Child } from "../child.ts";
import type { ClientsRequest } from "../children/clients.ts";
import { decode, FrameMaker } from "../frames.ts";
import { alternate, type Measurement, millions, pause, type Row } from "../harness.ts";
import { startPlace, symbolsOf } from "../place.ts";
import { median } from "../statistics.ts";

const CLIENTS = 200;
const ROUNDS = 4;
/** Events per client and 10 ms, step by step. */
const LADDER = [200, 800, 3_200];
/** How long a step lasts, and how long what is under way may take after it: milliseconds. */
const STEP = 700;
const SETTLE = 150;
/** Between two batches: the pace of the stream. */
const PACE = 10;
/** A step that delivers less of what was offered ends the ladder. */
const ENOUGH = 0.9;
const GOAL = 0.8;

/** Measures the fan-out. */
export const fanout: Measurement = {
  name: "fanout",
  async run(progress): Promise<Row[]> {
    const symbols = symbolsOf(20);
    const place = await startPlace({ symbols, clock: wallClock, serve: true });
    const broadcast = new Broadcast();
    const clients = Child.start("clients.ts");
    const ask = (request: ClientsRequest) => clients.ask<number>(request);
    const trades = tradesOf(symbols);
    const { hub } = place.tree.shared;

    /** The most events a second that reached the clients. */
    const climb = async (url: string, send: (ticks: readonly Tick[]) => void) => {
      await ask({ do: "connect", url, count: CLIENTS });
      let best = 0;
      for (const batch of LADDER) {
        const ticks = trades.slice(0, batch);
        const size = chunkOf("sse", hub.epoch, eventsOf(ticks, hub.sequence)).byteLength / batch;
        const before = await ask({ do: "count" });
        const began = performance.now();
        let offered = 0;
        while (performance.now() - began < STEP) {
          send(ticks);
          offered += batch;
          await pause(PACE);
        }
        const seconds = (performance.now() - began) / 1_000;
        await pause(SETTLE);
        const delivered = (await ask({ do: "count" }) - before) / size;
        best = Math.max(best, delivered / seconds);
        if (delivered < ENOUGH * offered * CLIENTS) break;
      }
      await ask({ do: "disconnect" });
      await pause(SETTLE);
      return best;
    };

    const stream = `${place.url}/api/v1/stream?types=trade&snapshot=false`;
    const { ours, limit, ratio } = await alternate(
      ROUNDS,
      progress,
      () => climb(stream, (ticks) => hub.publish(toEvents(ticks, [], [], []))),
      () => {
        const chunks = new Map(
          LADDER.map((batch) => {
            const events = eventsOf(trades.slice(0, batch), hub.sequence);
            return [batch, chunkOf("sse", hub.epoch, events)];
          }),
        );
        return climb(broadcast.url, (ticks) => broadcast.send(chunks.get(ticks.length)!));
      },
    );
    await clients.stop();
    await broadcast.stop();
    await place.stop();
    return [{
      what: `fan-out, ${CLIENTS} SSE clients`,
      goal: `>= ${GOAL} x`,
      ours: millions(median(ours), "events"),
      limit: `${millions(median(limit), "events")} (bare broadcast)`,
      ratio,
      met: ratio >= GOAL,
      notes: [],
      figures: { oursEventsPerSecond: ours, limitEventsPerSecond: limit },
    }];
  },
};

function tradesOf(symbols: readonly string[]): Tick[] {
  const now = Date.now() * 1_000;
  const maker = new FrameMaker({ symbols, perFrame: 100, start: now, step: 1 });
  return maker.make(3 * LADDER.at(-1)!).flatMap(({ text }) => decode(text, now))
    .filter(({ kind }) => kind === "trade");
}

/** Events as they would be published next. */
function eventsOf(ticks: readonly Tick[], sequence: number): HubEvent[] {
  return toEvents(ticks, [], [], []).map((event, at) => ({
    ...event,
    sequence: sequence + at + 1,
  }));
}
