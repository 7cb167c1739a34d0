/**
 * Where the configuration comes from: the outside world as loading sees it, so that a test can be
 * one.
 *
 * @module
 */
import type { CheckStoreUrl } from "../../db/store.ts";
import type { ProviderDefinition } from "../../providers/provider.ts";
import { maskUrl } from "./urls.ts";

/** What the command line says of the configuration; it has the last word. */
export interface Flags {
  /** `--config`: the file to read in place of `marketd.yaml`. */
  readonly config?: string | undefined;
  /** `--store`: `store.url`. */
  readonly store?: string | undefined;
  /** `--host`: `server.host`. */
  readonly host?: string | undefined;
  /** `--port`: `server.port`, as written. */
  readonly port?: string | undefined;
  /** `--token-file`: the file that holds `server.token`. */
  readonly tokenFile?: string | undefined;
  /** `--log-level`: `log.level`. */
  readonly logLevel?: string | undefined;
  /** `--log-format`: `log.format`. */
  readonly logFormat?: string | undefined;
}

/** The providers that may be configured. */
export interface Catalog {
  /** Their ids. */
  readonly ids: readonly string[];
  /** A provider's definition; `undefined` where there is none of that id. */
  load(id: string): Promise<ProviderDefinition | undefined>;
}

/** Everything that loading reads. */
export interface Sources {
  readonly flags: Flags;
  /** The environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly catalog: Catalog;
  readonly checkStoreUrl: CheckStoreUrl;
  /**
   * Reads a text file; `undefined` where there is none of that name.
   *
   * @throws whatever keeps a file that is there from being read.
   */
  readText(path: string): Promise<string | undefined>;
}

/**
 * The real world: this process's environment, the file system, and what marketd itself has.
 *
 * @param own its providers (`providers/catalog.ts`) and its stores (`db/open.ts`).
 */
export function systemSources(
  flags: Flags,
  own: Pick<Sources, "catalog" | "checkStoreUrl">,
): Sources {
  return {
    flags,
    env: Deno.env.toObject(),
    ...own,
    async readText(path) {
      try {
        return await Deno.readTextFile(path);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw error;
      }
    },
  };
}

/**
 * The flags by which another command works on what a daemon works on. A secret is masked where the
 * command line named it, and left to the configuration where that did.
 *
 * @param flags the daemon's.
 * @param store the URL of its store.
 * @returns such as `["--config", "x.yaml", "--store", "sqlite:data/x.db"]`
 */
export function flagsOf({ config, store: said }: Flags, store: string): string[] {
  const masked = maskUrl(store);
  return [
    ...(config === undefined ? [] : ["--config", config]),
    ...(masked === store || said !== undefined ? ["--store", masked] : []),
  ];
}
