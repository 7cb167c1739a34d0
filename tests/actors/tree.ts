/**
 * A whole tree without its HTTP surface, over a real store.
 *
 * @module
 */
import type { AnyActorRef } from "xstate";
import { type ConnectionRef, reportOf } from "../../actors/connections/report.ts";
import { connectionName } from "../../actors/connections/names.ts";
import { startTree, type Tree, type TreeOptions } from "../../actors/root.ts";
import type { Settings } from "../../actors/settings/schema.ts";
import type { Provider } from "../../providers/provider.ts";
import { settingsOf, TestClock, type TestStore, until } from "./fixture.ts";

/** What a tree is made of, beside the store. */
export interface Planted extends Partial<Omit<TreeOptions, "settings" | "providers" | "store">> {
  readonly providers: readonly Provider[];
  /** What the configuration says beside its providers. */
  readonly said?: Record<string, unknown>;
  readonly settings?: Settings;
}

/** Starts a tree; its clock stands at T0 unless told otherwise. */
export function plant(store: TestStore, planted: Planted): Tree {
  const { providers, said = {}, ...more } = planted;
  const names = Object.fromEntries(providers.map(({ id }) => [id, {}]));
  return startTree({
    settings: settingsOf({ providers: names, ...said }),
    clock: new TestClock(),
    epoch: "000000001",
    ...more,
    providers: new Map(providers.map((provider) => [provider.id, provider])),
    store: store.store,
  });
}

/** Starts a tree, lets a test work with it once it is up, and drains it. */
export async function inTree(
  store: TestStore,
  planted: Planted,
  work: (tree: Tree) => Promise<void>,
): Promise<Tree> {
  const tree = plant(store, planted);
  try {
    await tree.up;
    await until(() => tree.shared.directory.all().every(({ state }) => state !== "rebuilding"));
    await work(tree);
  } finally {
    tree.drain();
    await tree.done;
  }
  return tree;
}

/** The state of a provider's connection. */
export function stateOf(tree: Tree, provider: string): string {
  return reportOf(tree.root.system.get(connectionName(provider)) as ConnectionRef).state;
}

/** Sends to an actor of a tree by its name. */
export function send(tree: Tree, to: string, event: { readonly type: string }): void {
  (tree.root.system.get(to) as AnyActorRef).send(event);
}
