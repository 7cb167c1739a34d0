/**
 * The store that a run of chaos records into.
 *
 * @module
 */
import { makePlace } from "../db/postgres/server.ts";
import { ENDPOINT } from "../db/postgres/server.ts";
import { TcpProxy } from "../simulators/tcpproxy.ts";

/** The kinds of stores. */
export const STORES = ["sqlite", "postgres"] as const;
/** A kind of store. */
export type StoreKind = typeof STORES[number];

/** A store, and what can be done to the way there. */
export interface ChaosStore {
  /** As the daemon reaches it. */
  readonly daemonUrl: string;
  /** As the audit does. */
  readonly url: string;
  /** Nobody gets there any more. */
  cut(): void;
  /** What is sent there does not arrive. */
  hang(): void;
  resume(): void;
  remove(): Promise<void>;
}

/** Makes an empty one. Only a server can be cut off: the embedded one has no way that breaks. */
export async function makeStore(kind: StoreKind, folder: string): Promise<ChaosStore> {
  if (kind === "sqlite") {
    const url = `sqlite:${folder}/chaos.db`;
    const nothing = () => {};
    const remove = () => Promise.resolve();
    return { daemonUrl: url, url, cut: nothing, hang: nothing, resume: nothing, remove };
  }
  const place = await makePlace();
  const proxy = TcpProxy.listen(ENDPOINT);
  return {
    daemonUrl: place.urlAt(proxy.port),
    url: place.url,
    cut: () => proxy.cut(),
    hang: () => proxy.pause(),
    resume: () => proxy.resume(),
    remove: async () => {
      await proxy.close();
      await place.remove();
    },
  };
}
