/**
 * What the handlers work with.
 *
 * @module
 */
import type { Context } from "hono";
import type { Anyone } from "../addresses.ts";
import type { HttpInput } from "./http.ts";
import type { StreamService } from "./stream/stream.ts";

/** What the handlers work with. */
export interface HttpDeps extends Omit<HttpInput, "listening"> {
  /** By whom the other actors are reached. */
  readonly from: Anyone;
  readonly stream: StreamService;
  /** Whether the surface is being closed. */
  readonly draining: () => boolean;
}

/** What each request brings along beside itself. */
export interface Surroundings {
  /** The address of the other end of the connection. */
  readonly remote: string;
}

/** The address of the other end; empty where it is not known, which is never trusted. */
export function remoteOf(c: Context): string {
  return (c.env as Partial<Surroundings> | undefined)?.remote ?? "";
}
