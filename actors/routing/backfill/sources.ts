/**
 * Who can fill a span: the providers of an instrument whose history is of its candles' kind.
 *
 * @module
 */
import type { Anyone } from "../../addresses.ts";
import { type ConnectionRef, sessionOf } from "../../connections/report.ts";
import { connectionName } from "../../connections/names.ts";
import type { Listing } from "../../instruments/directory.ts";
import type { Shared } from "../../shared.ts";
import { routeOf } from "../table.ts";
import type { Session } from "../../../providers/provider.ts";

/** A provider that can be asked. */
export interface Source {
  readonly provider: string;
  readonly session: Session;
  /** Trades make the better candles: of them all that is kept can be made again. */
  readonly gives: "trades" | "bars";
}

/** Who can fill, the best first. */
export interface Sources {
  readonly ready: readonly Source[];
  /** Providers that may have it, but are not signed in. */
  readonly away: readonly string[];
}

/** Finds who can fill a span of an instrument. */
export function sourcesOf(shared: Shared, from: Anyone, listing: Listing): Sources {
  const { basis, instrument, provider } = listing;
  const ids = new Set([provider, ...routeOf(instrument, shared.settings).providers]);
  const ready: Source[] = [];
  const away: string[] = [];
  for (const id of ids) {
    const configured = shared.providers.get(id);
    if (configured === undefined || configured.offers(instrument).length === 0) continue;
    const ref = from.system.get(connectionName(id)) as ConnectionRef | undefined;
    const session = ref === undefined ? null : sessionOf(ref);
    if (session === null) away.push(id);
    else if (basis === "trade" && session.trades !== undefined) {
      ready.push({ provider: id, session, gives: "trades" });
    } else if (session.bars !== undefined) ready.push({ provider: id, session, gives: "bars" });
  }
  return { ready, away };
}
