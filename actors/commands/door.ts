/**
 * Whether the configured address can be listened on and, where it is in use, by whom.
 *
 * @module
 */
import { z } from "zod";
import { refusal } from "../http/listen.ts";
import type { Settings } from "../settings/schema.ts";
import { serverUrl } from "./address.ts";
import { askDaemon } from "./client.ts";

const TIMEOUT_MS = 2_000;

/** A marketd that answers. */
export interface Neighbour {
  readonly version: string;
  /** The label of its store. */
  readonly store: string;
}

/** What came of trying the address. */
export type Door =
  | { readonly kind: "free" }
  | { readonly kind: "shut"; readonly said: string; readonly neighbour?: Neighbour };

const answer = z.object({ version: z.string(), store: z.object({ label: z.string() }) });

/** Listens for an instant. Where the port is in use it asks there who it is. */
export async function tryDoor(server: Settings["server"]): Promise<Door> {
  const address = { hostname: server.host, port: server.port };
  try {
    Deno.listen(address).close();
    return { kind: "free" };
  } catch (error) {
    const said = refusal(address, error).message;
    if (!(error instanceof Deno.errors.AddrInUse)) return { kind: "shut", said };
    const found = await ask(serverUrl(server));
    if (typeof found === "string") return { kind: "shut", said: `${said} ${found}` };
    const { version, store } = found;
    const told = `A marketd ${version} answers there, which writes to ${store}.`;
    return { kind: "shut", said: `${said} ${told}`, neighbour: found };
  }
}

/** The marketd at a URL, or a sentence on whoever is there. */
async function ask(url: string): Promise<Neighbour | string> {
  try {
    // Whoever it may be: no token is told.
    const { body } = await askDaemon(url, { path: "/api/v1/status", timeout: TIMEOUT_MS });
    const read = answer.safeParse(body);
    if (read.success) return { version: read.data.version, store: read.data.store.label };
    const isRefusal = z.object({ code: z.literal("no-token") }).safeParse(body).success;
    return isRefusal
      ? "A marketd answers there, which tells no more without its token."
      : "An HTTP server that is no marketd answers there.";
  } catch {
    return "What answers there does not speak HTTP.";
  }
}
