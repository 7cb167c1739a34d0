/**
 * Notices: what a person is told of a change of state, and which of them are worth telling.
 *
 * @module
 */
import type { Micros } from "./time.ts";

/** How bad something is, the least first. */
export const SEVERITIES = ["info", "warning", "error"] as const;
/** How bad something is. */
export type Severity = typeof SEVERITIES[number];

/** What notices are about. */
export const NOTICE_EVENTS = [
  "connection",
  "failover",
  "gap",
  "store",
  "overload",
  "strategy",
  "actor",
  "trading",
] as const;
/** What a notice is about. */
export type NoticeEvent = typeof NOTICE_EVENTS[number];

/** A change of state. */
export interface Notice {
  readonly event: NoticeEvent;
  readonly severity: Severity;
  /** Whether it says that trouble of its subject is over; it is told where that trouble was. */
  readonly ends: boolean;
  /** Whose state it is, such as `provider alpaca`. */
  readonly subject: string;
  /** The state it went to. */
  readonly status: string;
  /** Why; empty where nothing is to be said. */
  readonly reason: string;
  /**
   * Of what, where many may come at once and are told together: the symbol of a gap; `null`: it
   * stands for itself, and what came of the same subject before it is over.
   */
  readonly of: string | null;
  /** What tells it from others of its subject: of a gap its symbol and start; empty where `of` is null. */
  readonly key: string;
  /** By the injected clock. */
  readonly time: Micros;
}

/** Whether one severity is as bad as another, or worse. */
export function isAtLeast(severity: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);
}

/** Troubles that are remembered, the last of them. */
const MOST = 10_000;

/**
 * Chooses the notices worth telling: those that are bad enough, and those that end such trouble. Of one
 * of several a state is told once, as a gap is published again when its end is known.
 */
export class NoticeFilter {
  readonly #least: Severity;
  readonly #events: ReadonlySet<NoticeEvent>;
  /** The state of what was told to be in trouble, and is not known to be over; the latest last. */
  readonly #troubled = new Map<string, string>();

  /** @param events what is wanted. */
  constructor(least: Severity, events: Iterable<NoticeEvent>) {
    this.#least = least;
    this.#events = new Set(events);
  }

  /** Whether a notice is to be told. */
  passes({ ends, event, key, of, severity, status, subject }: Notice): boolean {
    if (!this.#events.has(event)) return false;
    const isBad = isAtLeast(severity, this.#least);
    const which = `${subject} ${key}`;
    const before = this.#troubled.get(which);
    if (ends) return this.#troubled.delete(which) || isBad;
    if (!isBad) return false;
    this.#troubled.delete(which);
    this.#troubled.set(which, status);
    if (this.#troubled.size > MOST) this.#troubled.delete(this.#troubled.keys().next().value!);
    return of === null || before !== status;
  }
}
