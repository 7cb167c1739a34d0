/**
 * What the handlers work with.
 *
 * @module
 */
import type { Context } from "hono";
import { isLoopback } from "./addresses.ts";
import type { Anyone } from "../addresses.ts";
import type { Shared } from "../shared.ts";
import type { ChildReport } from "../supervision.ts";
import type { SignedOut } from "./signedout.ts";
import type { StreamService } from "./stream/stream.ts";

/** What the HTTP surface works with. */
export interface HttpInput {
  readonly shared: Shared;
  /** What a write, and any request from elsewhere, has to show. */
  readonly token: string;
  /** The sessions that were ended by hand; absent: they are remembered as long as the surface is up. */
  readonly signedOut?: SignedOut | undefined;
  /** Told where it listens, such as `http://127.0.0.1:8080`, each time it begins to. */
  readonly listening: (url: string) => void;
  /** The latest word on every supervised actor. */
  readonly reports: () => readonly { readonly parent: string; readonly report: ChildReport }[];
  /** Whether the whole tree is up. */
  readonly running: () => boolean;
  readonly version: string;
  /** The folder in which pages of backtests are looked for; absent: in none. */
  readonly backtests?: string | undefined;
  /** The flags by which a command beside this daemon works on the same configuration and store. */
  readonly flags?: readonly string[] | undefined;
}

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

/**
 * The address of who asks: where a proxy on this machine passes a request on, the one that it names
 * last, which is the one it saw itself.
 */
export function callerOf(c: Context): string {
  const remote = remoteOf(c);
  if (!isLoopback(remote)) return remote;
  const hops = c.req.header("x-forwarded-for") ?? c.req.header("x-real-ip") ?? "";
  return hops.split(",").at(-1)!.trim() || remote;
}
