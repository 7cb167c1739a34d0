/**
 * Listening: opens the port, or says in words why it cannot be opened.
 *
 * @module
 */
import { MarketdError, messageOf } from "../../domain/errors.ts";

/** A listening server. */
export type Server = Deno.HttpServer<Deno.NetAddr>;

/** Attempts at a port that is in use, and the milliseconds between two. */
const ATTEMPTS = 10;
const PAUSE = 50;

/**
 * Opens a server. A port in use is tried for half a second: the one before may be closing still.
 *
 * @param address whose port 0 picks a free one.
 * @param signal ends the server, and the attempts at it.
 * @returns the server; `undefined` where the signal came first.
 * @throws MarketdError `cannot-listen`, terminal.
 */
export async function listen(
  address: { readonly hostname: string; readonly port: number },
  signal: AbortSignal,
  handler: Deno.ServeHandler<Deno.NetAddr>,
  onError: (error: unknown) => Response,
): Promise<Server | undefined> {
  const options = { ...address, signal, onError, onListen: () => {} };
  for (let attempt = 1; !signal.aborted; attempt++) {
    try {
      return Deno.serve(options, handler);
    } catch (error) {
      const mayPass = error instanceof Deno.errors.AddrInUse && attempt < ATTEMPTS;
      if (!mayPass) throw refusal(address, error);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  return undefined;
}

/** Says in words why an address cannot be listened on. */
export function refusal(
  { hostname, port }: { readonly hostname: string; readonly port: number },
  error: unknown,
): MarketdError {
  const where = `${
    hostname.includes(":") && !hostname.startsWith("[") ? `[${hostname}]` : hostname
  }:${port}`;
  return new MarketdError("cannot-listen", `Cannot listen on ${where}: ${reasonOf(error)}`, {
    cause: error,
    terminal: true,
  });
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) {
    return "the port is in use. Stop what uses it, or choose another with --port.";
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return "this user may not open the port. Choose one from 1024 on with --port.";
  }
  if (error instanceof Deno.errors.AddrNotAvailable) {
    return "this machine does not have the address. Choose one of its own with --host.";
  }
  if (/lookup|name or service/i.test(messageOf(error))) {
    return "the name is unknown. Choose an address of this machine with --host.";
  }
  return `${messageOf(error)}.`;
}
