/**
 * Notifications: tells webhooks of changes of state. Nobody waits for them: what cannot be sent is
 * gathered, however long that lasts, and told together.
 *
 * @module
 */
import { bodyOf } from "./body.ts";
import { NotificationError, PATIENCE, post } from "./post.ts";
import type { Webhook } from "./webhooks.ts";
import { noticeOf } from "./wording.ts";
import type { HubEvent } from "../hub.ts";
import { logger } from "../log.ts";
import { createService } from "../service.ts";
import type { SharedInput } from "../shared.ts";
import { backoffDelay } from "../../domain/backoff.ts";
import { messageOf } from "../../domain/errors.ts";
import { HOUR, type Micros, MILLISECOND, MINUTE, SECOND } from "../../domain/time.ts";

/** What notifications answer to. */
export type NotificationsCommand = { type: "drain" };

/** How notifications are paced. */
export interface NotificationsPace {
  /** How long what comes together is waited for, in milliseconds. */
  readonly gather: number;
  /** Between two attempts. */
  readonly initial: Micros;
  readonly max: Micros;
}

/** What notifications work with. */
export interface NotificationsInput extends SharedInput {
  readonly pace?: NotificationsPace;
}

const PACE: NotificationsPace = { gather: 2_000, initial: 2 * SECOND, max: 5 * MINUTE };
/** The longest that another end may have us wait. */
const LONGEST: Micros = HOUR;
/** How long a stop waits for the last messages, in milliseconds. */
const FAREWELL = 2_000;

const log = logger("notifications");

/** Notifications as an actor. Answers `drain` when the last was sent or given up. */
export const notifications = createService<NotificationsCommand, NotificationsInput>(
  ({ input: { shared, pace = PACE }, receive, self, sendBack, guard }) => {
    const { clock, hub, meters, uptime, webhooks } = shared;
    const ending = new AbortController();
    const timers = new Map<Webhook, ReturnType<typeof setTimeout>>();
    const busy = new Map<Webhook, Promise<void>>();
    let draining = false;

    const arm = (webhook: Webhook) => {
      clearTimeout(timers.get(webhook));
      const { deliveredAt, pause, retryAt, waitsSince } = webhook;
      if (waitsSince === null || busy.has(webhook) || draining) return;
      const due = Math.max(waitsSince + pace.gather, deliveredAt + pause, retryAt);
      timers.set(webhook, setTimeout(guard(() => begin(webhook)), Math.max(0, due - uptime())));
    };

    const begin = (webhook: Webhook) => {
      const patience = AbortSignal.timeout(PATIENCE);
      const sending = send(webhook, AbortSignal.any([patience, ending.signal]))
        .finally(() => busy.delete(webhook))
        .then(guard(() => arm(webhook)));
      busy.set(webhook, sending);
    };

    /** Sends what was gathered; what is not taken is gathered again. */
    async function send(webhook: Webhook, signal: AbortSignal): Promise<void> {
      const { digest, name, settings } = webhook;
      const { urgent, waitsSince: since } = webhook;
      webhook.waitsSince = null;
      webhook.urgent = false;
      const gathered = digest.take();
      try {
        await post(settings, bodyOf(settings.format, gathered), signal);
        const isOngoing = since !== null && since < webhook.deliveredAt + webhook.pause;
        webhook.streak = isOngoing ? webhook.streak + 1 : 0;
        webhook.deliveredAt = uptime();
        webhook.delivered++;
        meters.notifications.inc({ webhook: name, outcome: "delivered" });
        if (webhook.trouble !== null) log.info("{webhook} is notified again", { webhook: name });
        webhook.trouble = null;
        webhook.failures = 0;
      } catch (error) {
        const isFinal = error instanceof NotificationError && error.terminal;
        if (isFinal) webhook.dropped++;
        else {
          digest.putBack(gathered);
          webhook.waitsSince = since;
          webhook.urgent ||= urgent;
        }
        fail(webhook, error, isFinal);
      }
    }

    function fail(webhook: Webhook, error: unknown, isFinal: boolean): void {
      const { name } = webhook;
      const reason = messageOf(error);
      const asked = error instanceof NotificationError ? error.retryAfter ?? 0 : 0;
      webhook.failures++;
      const wait = backoffDelay(webhook.failures, Math.random(), Math.min(asked, LONGEST), pace);
      webhook.retryAt = uptime() + wait / MILLISECOND;
      meters.notifications.inc({ webhook: name, outcome: isFinal ? "refused" : "failed" });
      // It is told once; /health goes on telling it.
      if (webhook.trouble === null) log.warn("{webhook}: {reason}", { webhook: name, reason });
      webhook.trouble = reason;
    }

    const hear = guard((event: HubEvent) => {
      const notice = noticeOf(event, clock.now());
      if (notice === null) return;
      for (const webhook of webhooks) {
        if (!webhook.filter.passes(notice)) continue;
        webhook.digest.add(notice);
        const isFirst = webhook.waitsSince === null;
        const isUrgent = notice.severity === "error" && !webhook.urgent;
        webhook.waitsSince ??= uptime();
        webhook.urgent ||= isUrgent;
        if (isFirst || isUrgent) arm(webhook);
      }
    });

    const unwatch = webhooks.length === 0
      ? []
      : [hub.watch("status", hear), hub.watch("gap", hear)];
    for (const webhook of webhooks) arm(webhook);
    receive(guard(async () => {
      draining = true;
      for (const end of unwatch) end();
      for (const timer of timers.values()) clearTimeout(timer);
      const patience = setTimeout(() => ending.abort(), FAREWELL);
      await Promise.allSettled(busy.values());
      // What still waits is tried once more.
      const waiting = webhooks.filter(({ digest }) => !digest.isEmpty);
      await Promise.allSettled(waiting.map((webhook) => send(webhook, ending.signal)));
      clearTimeout(patience);
      sendBack({ type: "child.drained", id: self.id });
    }));

    return () => {
      draining = true;
      for (const end of unwatch) end();
      for (const timer of timers.values()) clearTimeout(timer);
      ending.abort();
    };
  },
);
