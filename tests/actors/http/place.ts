/**
 * A real tree over a real store, and its HTTP application without a socket.
 *
 * @module
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { DrivenClock } from "../../../actors/clock.ts";
import { connectionName } from "../../../actors/connections/names.ts";
import { createApp } from "../../../actors/http/app.ts";
import type { HttpDeps } from "../../../actors/http/deps.ts";
import type { SignedOut } from "../../../actors/http/signedout.ts";
import { createStream } from "../../../actors/http/stream/stream.ts";
import { startTree, type Tree, type TreeOptions } from "../../../actors/root.ts";
import { type Settings, settingsSchema } from "../../../actors/settings/schema.ts";
import type { ChildReport } from "../../../actors/supervision.ts";
import { STAGES } from "../../../actors/vitals.ts";
import type { Store } from "../../../db/store.ts";
import { openStore } from "../../../db/open.ts";
import type { Provider } from "../../../providers/provider.ts";
import { at, Feed } from "./feed.ts";

export const TOKEN = "a-token-of-many-letters-0123456789";

/** Says who is meant to ask: the machine itself, and someone else (a documentation address). */
export const LOCAL = { remote: "127.0.0.1" };
export const ELSEWHERE = { remote: "192.0.2.7" };

/** What a test works with. */
export interface Place {
  readonly tree: Tree;
  readonly feed: Feed;
  readonly app: OpenAPIHono;
  /** What the root would report of its actors. */
  readonly reports: { parent: string; report: ChildReport }[];
  /** Asks as this machine does. */
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** Asks for JSON, and fails unless it is answered 200. */
  json(path: string): Promise<Answer>;
  /** Changes something, with the token. */
  change(method: string, path: string, body?: unknown): Promise<Response>;
}

/** The JSON of an answer, as loosely as a client sees it. */
export type Answer = Record<string, unknown> & {
  readonly data: Record<string, unknown>[];
  readonly next: string | null;
};

/** What a test may set otherwise. */
export interface PlaceOptions {
  readonly settings?: Record<string, unknown>;
  readonly tree?: Partial<TreeOptions>;
  /** Providers beside the feed. */
  readonly others?: readonly Provider[];
  /** The sessions that were ended; none that outlive the place unless said. */
  readonly signedOut?: SignedOut;
  /** Done before the tree starts. */
  readonly prepare?: (feed: Feed, store: Store) => unknown;
}

/** Makes the settings of a configuration, with a store in a folder. */
export function settingsOf(folder: string, said: Record<string, unknown> = {}): Settings {
  const settings = settingsSchema.parse({
    providers: { feed: {} },
    instruments: ["AAPL", "EURUSD", "VOD.L"],
    ...said,
  });
  return { ...settings, store: { ...settings.store, url: `sqlite:${folder}/test.db` } };
}

/** Starts a tree at 13:30, lets a test work with it, and takes it all down. */
export async function inPlace(
  work: (place: Place) => Promise<void>,
  options: PlaceOptions = {},
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "marketd-http-" });
  const settings = settingsOf(folder, options.settings);
  const store = await openStore(settings.store.url, { mode: "write" });
  const feed = new Feed();
  await options.prepare?.(feed, store);
  const tree = startTree({
    settings,
    store,
    clock: new DrivenClock(at("13:30:00")),
    providers: new Map([feed, ...options.others ?? []].map((one) => [one.id, one])),
    epoch: "000000001",
    ...options.tree,
  });
  const stream = createStream(tree.shared, (run) => run);
  try {
    await tree.up;
    await until(() => tree.shared.directory.all().every(({ state }) => state !== "rebuilding"));
    if (feed.failure === null) await until(() => isLive(tree));
    const reports: Place["reports"] = [];
    const app = createApp(
      {
        shared: tree.shared,
        token: TOKEN,
        signedOut: options.signedOut,
        reports: () => reports,
        running: () => true,
        draining: () => false,
        version: "1.2.3",
        from: tree.root,
        stream,
      } satisfies HttpDeps,
    );
    await work({ tree, feed, app, reports, ...asking(app) });
  } finally {
    await stream.close();
    tree.drain();
    await tree.done;
    await store.close();
    await Deno.remove(folder, { recursive: true });
  }
}

function asking(app: OpenAPIHono): Pick<Place, "get" | "json" | "change"> {
  const get: Place["get"] = async (path, headers = {}) =>
    await app.request(path, { headers }, LOCAL);
  return {
    get,
    async json(path) {
      const response = await get(path);
      const text = await response.text();
      if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${text}`);
      return JSON.parse(text);
    },
    change: async (method, path, body) =>
      await app.request(path, {
        method,
        headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }, LOCAL),
  };
}

/** Waits until something holds; fails after ten seconds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`Waited in vain for ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Lets every stage see a canary of every shard. */
export function sightCanaries({ tree }: Place): void {
  const { directory, vitals } = tree.shared;
  for (const shard of directory.shards()) {
    for (const stage of STAGES) vitals.sight(stage, shard);
  }
}

function isLive(tree: Tree): boolean {
  const connection = tree.root.system.get(connectionName("feed"));
  return connection?.getSnapshot().matches("live");
}
