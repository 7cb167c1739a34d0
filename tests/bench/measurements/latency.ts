/**
 * From a frame's receipt to the reading of its events by a client in another process, against a
 * broadcast that does nothing but write what is ready every 10 ms.
 *
 * A frame counts from the moment it is due, so that whatever keeps the process from taking it up in
 * time is in the figures too.
 *
 * @module
 */
import { wallClock } from "../../../actors/clock.ts";
import { frame as sseFrame } from "../../../actors/http/stream/encode.ts";
import { openStore } from "../../../db/open.ts";
import { tickRecord } from "../../../domain/tables.ts";
import { Broadcast } from "../bare/broadcast.ts";
import { Child } from "../child.ts";
import type { Arrival, ClientsRequest } from "../children/clients.ts";
import { decode, type Frame, FrameMaker } from "../frames.ts";
import { type Measurement, pause, type Row } from "../harness.ts";
import { startPlace, symbolsOf } from "../place.ts";
import { median, percentile } from "../statistics.ts";

const SYMBOLS = symbolsOf(100);
const RATE = 10_000;
const PER_FRAME = 10;
/** A round, the part of it that does not count, and what is under way after it: milliseconds. */
const ROUND = 4_000;
const WARM_UP = 1_000;
const SETTLE = 300;
/** Until the first frame of a round is due, in milliseconds: the frames are made meanwhile. */
const AHEAD = 1_000;
const ROUNDS = 3;
/** Between two writes of the broadcast, in milliseconds: the pace of the stream. */
const PACE = 10;
const GOAL = { p50: 12, p99: 25 };

/** A way for frames to the client. */
interface Way {
  readonly url: string;
  /** Readies frames. */
  prepare(frames: readonly Frame[]): readonly Delivery[];
}

/** A frame that is ready to go. */
interface Delivery {
  /** Sends it on its way; gives its ticks. */
  go(): readonly Sent[];
}

/** A tick, by which the client knows it, and whether a later one may take its place on the way. */
interface Sent {
  readonly id: string;
  readonly conflates: boolean;
}

/** What was read in a round. */
interface Heard {
  /** Of each tick after the warm-up, in milliseconds. */
  readonly latencies: readonly number[];
  /** Ticks that later ones took the place of. */
  readonly conflated: number;
}

/** Measures the latency. */
export const latency: Measurement = {
  name: "latency",
  async run(progress): Promise<Row[]> {
    const folder = await Deno.makeTempDir({ prefix: "marketd-bench-" });
    const store = await openStore(`sqlite:${folder}/bench.db`, { mode: "write" });
    const place = await startPlace({ symbols: SYMBOLS, clock: wallClock, store, serve: true });
    const ours: Way = {
      url: `${place.url}/api/v1/stream?types=trade,quote&snapshot=false`,
      prepare: (frames) =>
        frames.map(({ text }) => ({
          go() {
            const ticks = decode(text, wallClock.now());
            place.feed.say(ticks);
            return ticks.map(({ id, kind }) => ({ id, conflates: kind === "quote" }));
          },
        })),
    };
    const bare = new BareWay();
    const client = Child.start("clients.ts");
    const figures = { ours: [] as Heard[], limit: [] as Heard[] };
    for (let round = 1; round <= ROUNDS; round++) {
      progress(`round ${round} of ${ROUNDS}`);
      figures.ours.push(await listen(client, ours));
      figures.limit.push(await listen(client, bare));
    }
    await client.stop();
    await bare.stop();
    await place.stop();
    await Deno.remove(folder, { recursive: true });

    const [mine, best] = [summarise(figures.ours), summarise(figures.limit)];
    const conflated = figures.ours.reduce((sum, round) => sum + round.conflated, 0);
    return [{
      what: `frame received -> SSE byte read, ${RATE.toLocaleString("en")} ticks/s`,
      goal: `p50 < ${GOAL.p50} ms, p99 < ${GOAL.p99} ms`,
      ours: formatted(mine),
      limit: `${formatted(best)} (bare broadcast)`,
      ratio: mine.p50 / best.p50,
      met: mine.p50 < GOAL.p50 && mine.p99 < GOAL.p99,
      notes: [
        "the ratio is of the p50; recorded to SQLite meanwhile; 10 ms of it is the batching",
        ...(conflated > 0 ? [`quotes that later ones took the place of: ${conflated}`] : []),
      ],
      figures: {
        oursMilliseconds: Object.values(mine),
        limitMilliseconds: Object.values(best),
      },
    }];
  },
};

/** The least there is to it: what is ready is written every 10 ms. */
class BareWay implements Way {
  readonly #broadcast = new Broadcast();
  readonly #timer = setInterval(() => this.#flush(), PACE);
  #ready = "";

  get url(): string {
    return this.#broadcast.url;
  }

  prepare(frames: readonly Frame[]): readonly Delivery[] {
    return frames.map(({ text, at }) => {
      const ticks = decode(text, at);
      const sent = ticks.map(({ id }) => ({ id, conflates: false }));
      const events = ticks.map((tick) =>
        sseFrame("sse", `000000001:${tick.id}`, tick.kind, JSON.stringify(tickRecord(tick)))
      ).join("");
      return {
        go: () => {
          this.#ready += events;
          return sent;
        },
      };
    });
  }

  #flush(): void {
    if (this.#ready !== "") this.#broadcast.send(new TextEncoder().encode(this.#ready));
    this.#ready = "";
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#broadcast.stop();
  }
}

/**
 * Sends a round's frames, each when it is due, and listens for their ticks.
 *
 * @throws Error where ticks did not arrive that nothing may take the place of.
 */
async function listen(client: Child, way: Way): Promise<Heard> {
  const ask = <T>(request: ClientsRequest) => client.ask<T>(request);
  await ask({ do: "connect", url: way.url, count: 1 });
  await ask({ do: "record" });
  const began = Math.ceil(now()) + AHEAD;
  const step = 1_000_000 / RATE;
  const start = began * 1_000;
  const maker = new FrameMaker({ symbols: SYMBOLS, perFrame: PER_FRAME, start, step });
  const frames = maker.make(RATE * ROUND / 1_000);
  const deliveries = way.prepare(frames);
  const due = new Map<string, number>();
  const exact = new Set<string>();
  for (let next = 0; next < frames.length; await pause(1)) {
    for (; next < frames.length && frames[next]!.at / 1_000 <= now(); next++) {
      const at = frames[next]!.at / 1_000;
      for (const { id, conflates } of deliveries[next]!.go()) {
        if (at <= began + WARM_UP) continue;
        due.set(id, at);
        if (!conflates) exact.add(id);
      }
    }
  }
  await pause(SETTLE);
  const ahead = await aheadOf(client);
  const arrivals = await ask<Arrival[]>({ do: "arrivals" });
  await ask({ do: "disconnect" });
  const latencies = arrivals.flatMap(([id, at]) => due.has(id) ? [at - ahead - due.get(id)!] : []);
  for (const [id] of arrivals) exact.delete(id);
  if (exact.size === 0) return { latencies, conflated: due.size - latencies.length };
  throw new Error(`Of ${due.size} ticks the client read ${latencies.length}.`);
}

/** How far the client's clock is ahead of ours, by the quickest of some exchanges. */
async function aheadOf(client: Child): Promise<number> {
  let best = { took: Infinity, ahead: 0 };
  for (let exchange = 0; exchange < 50; exchange++) {
    const before = now();
    const theirs = await client.ask<number>({ do: "time" } satisfies ClientsRequest);
    const took = now() - before;
    if (took < best.took) best = { took, ahead: theirs - (before + took / 2) };
  }
  return best.ahead;
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

/** The rounds' medians, and the worst of all. */
function summarise(heard: readonly Heard[]) {
  const rounds = heard.map(({ latencies }) => latencies);
  return {
    p50: median(rounds.map((round) => percentile(round, 0.5))),
    p99: median(rounds.map((round) => percentile(round, 0.99))),
    max: Math.max(...rounds.map((round) => percentile(round, 1))),
  };
}

function formatted({ p50, p99, max }: ReturnType<typeof summarise>): string {
  return `p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, max ${max.toFixed(1)} ms`;
}
