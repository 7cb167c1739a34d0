/**
 * The daemon's tree as the bench starts it: everything is real but the feed and, where the disk is
 * not what is measured, the store.
 *
 * @module
 */
import { DiscardingStore } from "./discard.ts";
import { BenchFeed } from "./feed.ts";
import { PROVIDER } from "./frames.ts";
import type { Clock } from "../../actors/clock.ts";
import { startTree, type Tree } from "../../actors/root.ts";
import { type Settings, settingsSchema } from "../../actors/settings/schema.ts";
import type { Store } from "../../db/store.ts";

/** What is to be started. */
export interface PlaceOptions {
  readonly symbols: readonly string[];
  readonly clock: Clock;
  /** Absent: one that keeps nothing. */
  readonly store?: Store;
  /** Whether it is served over HTTP. */
  readonly serve?: boolean;
  /** Strategies that run on the minutes of every instrument. */
  readonly strategies?: readonly string[];
}

/** A running tree and its ends. */
export interface Place {
  readonly tree: Tree;
  readonly feed: BenchFeed;
  readonly store: Store;
  /** Where it is served; empty without an HTTP surface. */
  readonly url: string;
  /** Stops it in order. */
  stop(): Promise<void>;
}

/** Symbols that are taken for US shares. */
export function symbolsOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `S${index}`);
}

/** Starts a tree, and waits until every instrument's candles are ready. */
export async function startPlace(options: PlaceOptions): Promise<Place> {
  const { symbols, clock, store = new DiscardingStore(), serve = false, strategies = [] } = options;
  const parsed = settingsSchema.parse({
    server: { port: 0 },
    providers: { [PROVIDER]: {} },
    instruments: symbols,
    // The bench holds up the event loop, and memory, by what it makes between two rounds.
    limits: { lag: "1h", memory: 2 ** 40 },
    strategies: Object.fromEntries(strategies.map((id) => [id, { "*": { interval: "1m" } }])),
  });
  const settings: Settings = { ...parsed, store: { ...parsed.store, url: store.label } };
  const feed = new BenchFeed();
  let url = "";
  const tree = startTree({
    settings,
    store,
    clock,
    providers: new Map([[PROVIDER, feed]]),
    epoch: "000000001",
    ...(serve
      ? { http: { token: "b".repeat(32), version: "bench", listening: (at: string) => url = at } }
      : {}),
  });
  await tree.up;
  const { directory } = tree.shared;
  const ready = () => feed.open && directory.all().every(({ state }) => state === "live");
  while (!ready()) await new Promise((resolve) => setTimeout(resolve, 5));
  return {
    tree,
    feed,
    store,
    get url() {
      return url;
    },
    async stop() {
      tree.drain();
      await tree.done;
      await store.close();
    },
  };
}
