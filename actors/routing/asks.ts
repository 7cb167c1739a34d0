/**
 * What is to be asked of the venues, collected so that each is asked once, however many instruments
 * it is about.
 *
 * @module
 */
import { type Anyone, tell } from "../addresses.ts";
import type { Instrument } from "../../domain/instrument.ts";

/** Changes of subscriptions. */
export class Asks {
  /** By provider. */
  readonly #subscribe = new Map<string, Instrument[]>();
  readonly #unsubscribe = new Map<string, string[]>();

  subscribe(provider: string, instrument: Instrument): void {
    const asked = this.#subscribe.get(provider);
    if (asked === undefined) this.#subscribe.set(provider, [instrument]);
    else asked.push(instrument);
  }

  unsubscribe(provider: string, symbol: string): void {
    const asked = this.#unsubscribe.get(provider);
    if (asked === undefined) this.#unsubscribe.set(provider, [symbol]);
    else asked.push(symbol);
  }

  /** Has the connections ask for it: first what gives room. */
  send(from: Anyone): void {
    for (const [provider, symbols] of this.#unsubscribe) {
      tell(from, "connections", { type: "connections.unsubscribe", provider, symbols });
    }
    for (const [provider, instruments] of this.#subscribe) {
      tell(from, "connections", { type: "connections.subscribe", provider, instruments });
    }
  }
}
