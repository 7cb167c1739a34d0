/**
 * The webhooks' memory: what each is still to be told, and how it fares. It is made by the root, so
 * that a restart of the notifier loses nothing.
 *
 * @module
 */
import type { NotificationSettings } from "../settings/schema.ts";
import { Digest } from "../../domain/digest.ts";
import { NoticeFilter } from "../../domain/notice.ts";
import { MILLISECOND } from "../../domain/time.ts";

/** How often a pause is doubled at most. */
const DOUBLINGS = 4;

/** One webhook. Instants are of a monotonic clock, in milliseconds. */
export class Webhook {
  readonly digest = new Digest();
  readonly filter: NoticeFilter;
  /** When the first of what waits came; `null` where nothing waits. */
  waitsSince: number | null = null;
  /** Whether what waits is an error. */
  urgent = false;
  /** When the last message was taken. */
  deliveredAt = -Infinity;
  /** How many messages in a row had to wait for the pause after the one before. */
  streak = 0;
  /** When it may be tried again. */
  retryAt = -Infinity;
  /** Failures since the last message that was taken. */
  failures = 0;
  /** Why the last message was not taken; `null` where it was. */
  trouble: string | null = null;
  /** Messages that were taken, and such as would never be. */
  delivered = 0;
  dropped = 0;

  constructor(readonly name: string, readonly settings: NotificationSettings) {
    this.filter = new NoticeFilter(settings.severity, settings.events);
  }

  /**
   * How long there is to be no message after the last, in milliseconds: twice as long each time that
   * things went on changing, unless what waits is an error.
   */
  get pause(): number {
    const doublings = this.urgent ? 0 : Math.min(this.streak, DOUBLINGS);
    return this.settings.pause / MILLISECOND * 2 ** doublings;
  }
}

/** Makes those that are configured. */
export function webhooksOf(
  configured: Readonly<Record<string, NotificationSettings>>,
): readonly Webhook[] {
  return Object.entries(configured).map(([name, settings]) => new Webhook(name, settings));
}
