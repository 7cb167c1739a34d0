/**
 * What marketd promises, it promises on every store: tests that are run on each.
 *
 * @module
 */
import { inFolder } from "../actors/commands/run.ts";
import { makePlace, type PostgresPlace, SKIP } from "../db/postgres/server.ts";

/** Where a test works. */
export interface Bench {
  /** The working directory. */
  readonly folder: string;
  /** Makes the URL of a store that is empty. */
  store(): Promise<string>;
}

/** What a test needs. */
export interface BenchOptions {
  /** Files in the working directory. */
  readonly files?: Readonly<Record<string, string>>;
  readonly ignore?: boolean;
}

/** Registers a test on each store. */
export function onEachStore(
  name: string,
  { files = {}, ignore = false }: BenchOptions,
  work: (bench: Bench) => Promise<void>,
): void {
  Deno.test({
    name: `SQLite: ${name}`,
    ignore,
    fn: () =>
      inFolder(files, async (folder) => {
        let count = 0;
        await work({ folder, store: () => Promise.resolve(`sqlite:store-${++count}.db`) });
      }),
  });
  Deno.test({
    name: `Postgres: ${name}`,
    ignore: ignore || SKIP,
    fn: () =>
      inFolder(files, async (folder) => {
        const places: PostgresPlace[] = [];
        const store = async () => {
          const place = await makePlace();
          places.push(place);
          return place.url;
        };
        try {
          await work({ folder, store });
        } finally {
          for (const place of places) await place.remove();
        }
      }),
  });
}
