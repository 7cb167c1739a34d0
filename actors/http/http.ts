/**
 * The HTTP surface as an actor.
 *
 * @module
 */
import { createService } from "../service.ts";
import type { Shared } from "../shared.ts";
import type { ChildReport } from "../supervision.ts";

/** What the HTTP surface answers to. */
export type HttpCommand = { type: "drain" };

/** What the HTTP surface works with. */
export interface HttpInput {
  readonly shared: Shared;
  /** What a write, and any request from elsewhere, has to show. */
  readonly token: string;
  /** Told where it listens, such as `http://127.0.0.1:8080`, each time it begins to. */
  readonly listening: (url: string) => void;
  /** The latest word on every supervised actor. */
  readonly reports: () => readonly { readonly parent: string; readonly report: ChildReport }[];
  /** Whether the whole tree is up. */
  readonly running: () => boolean;
  readonly version: string;
}

/** The HTTP surface as an actor. Ready when it listens; answers `drain` when all are served. */
export const http = createService<HttpCommand, HttpInput>(() => {});
