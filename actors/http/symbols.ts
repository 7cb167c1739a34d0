/**
 * Symbols as requests name them: in any case, followed now or only stored.
 *
 * @module
 */
import type { Listing } from "../instruments/directory.ts";
import { nearest } from "../settings/problems.ts";
import type { Shared } from "../shared.ts";
import { ProblemError, sentence } from "./problem.ts";

/** A symbol that something is known of. */
export interface KnownSymbol {
  readonly symbol: string;
  /** Absent where it is stored but not followed. */
  readonly listing: Listing | undefined;
}

/** How long what the store said may be believed, in milliseconds. */
const BELIEVED = 3_000;

/** The symbols of the directory and of the store. */
export class Symbols {
  #stored: { readonly at: number; readonly names: Promise<string[]> } | undefined;

  constructor(private readonly shared: Shared) {}

  /**
   * Finds a symbol.
   *
   * @throws ProblemError 404 where nothing is known of it, naming the nearest that is.
   * @throws StoreError where it is not followed and the store cannot be asked.
   */
  async find(text: string): Promise<KnownSymbol> {
    const symbol = text.toUpperCase();
    const listing = this.shared.directory.get(symbol);
    if (listing !== undefined) return { symbol, listing };
    const stored = await this.#names();
    const exact = stored.find((name) => name === text || name === symbol) ??
      stored.find((name) => name.toUpperCase() === symbol);
    if (exact !== undefined) return { symbol: exact, listing: undefined };
    throw this.unknown(symbol, stored);
  }

  /**
   * Finds a symbol whose data is asked for, which thus is needed; else as {@link find}.
   *
   * @throws ProblemError 404
   * @throws StoreError
   */
  async need(text: string): Promise<KnownSymbol> {
    const known = await this.find(text);
    if (known.listing !== undefined) this.shared.demand.ask(known.listing);
    return known;
  }

  /** The problem of a symbol that is not known, naming the nearest that is. */
  unknown(symbol: string, others: readonly string[] = []): ProblemError {
    const followed = this.shared.directory.all().map(({ instrument }) => instrument.symbol);
    const hint = suggestion(symbol, [...new Set([...followed, ...others])]);
    const named = `Nothing is known of "${symbol.slice(0, 40)}"`;
    return new ProblemError(
      404,
      "unknown-symbol",
      sentence(named + (hint || "; /api/v1/instruments has what is followed")),
    );
  }

  #names(): Promise<string[]> {
    const now = this.shared.uptime();
    if (this.#stored !== undefined && now - this.#stored.at < BELIEVED) return this.#stored.names;
    const names = this.shared.store.symbols();
    const stored = { at: now, names };
    this.#stored = stored;
    // A failure is not worth remembering.
    names.catch(() => {
      if (this.#stored === stored) this.#stored = undefined;
    });
    return names;
  }
}

function suggestion(symbol: string, known: readonly string[]): string {
  const near = nearest(symbol, known);
  return near === undefined ? "" : `; did you mean ${near}?`;
}
