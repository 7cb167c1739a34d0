/**
 * What waits for one client: in order, with whatever may be conflated conflated.
 *
 * @module
 */
import type { HubEvent } from "../../hub.ts";
import { jsonOf } from "./encode.ts";
import type { Candle } from "../../../domain/candle.ts";

/** Bytes of an event beside its data. */
const OVERHEAD = 48;

/** Events waiting, ascending by sequence. */
export class Pending {
  #slots: (HubEvent | null)[] = [];
  readonly #latest = new Map<string, number>();
  #bytes = 0;
  #count = 0;

  /** Bytes of the events that may not be conflated. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Events waiting. */
  get length(): number {
    return this.#count;
  }

  /** Adds an event; returns whether an earlier one of its subject was replaced. */
  push(event: HubEvent): boolean {
    const key = `${event.type} ${event.subject}`;
    const at = this.#latest.get(key);
    const replaced = at !== undefined && supersedes(event, this.#slots[at]!);
    if (replaced) {
      this.#slots[at] = null;
      this.#latest.delete(key);
      this.#count--;
    }
    if (event.conflates) this.#latest.set(key, this.#slots.length);
    else this.#bytes += jsonOf(event).length + OVERHEAD;
    this.#slots.push(event);
    this.#count++;
    if (this.#slots.length > 2 * this.#count + 256) this.#compact();
    return replaced;
  }

  /** Takes all events. */
  take(): HubEvent[] {
    const events = this.#slots.filter((event) => event !== null);
    this.#slots = [];
    this.#latest.clear();
    this.#bytes = 0;
    this.#count = 0;
    return events;
  }

  #compact(): void {
    this.#slots = this.#slots.filter((event) => event !== null);
    this.#slots.forEach((event, at) => {
      if (event!.conflates) this.#latest.set(`${event!.type} ${event!.subject}`, at);
    });
  }
}

/** Whether a waiting event is of no use any more: a closed candle ends only its own forming one. */
function supersedes(event: HubEvent, waiting: HubEvent): boolean {
  return event.conflates ||
    (event.payload as Candle).start === (waiting.payload as Candle).start;
}
