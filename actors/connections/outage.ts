/**
 * How a connection tells the instruments since when nothing is heard, and what was missed.
 *
 * @module
 */
import type { Context } from "./context.ts";
import { type Anyone, tell } from "../addresses.ts";
import { SILENCE } from "./watch.ts";
import { missedSince } from "../../domain/silence.ts";
import { type Micros, SECOND } from "../../domain/time.ts";
import { ProviderError } from "../../providers/provider.ts";

/**
 * Says since when nothing is heard, so that bars closing meanwhile are known to be gapped.
 *
 * @param error what the connection was lost for.
 * @returns since when.
 */
export function tellOutage(
  context: Context,
  self: Anyone,
  error: unknown,
): Micros {
  const { lostAt, memory, provider } = context;
  const told = error instanceof ProviderError ? error.since : undefined;
  const from = lostAt ?? Math.min(told ?? Infinity, unheardSince(context));
  tell(self, "instruments", { type: "instruments.outage", provider: provider.id, from });
  return memory.lostAt = from;
}

/** However late it is seen that a stream broke, nothing was heard of it since its last word. */
function unheardSince({ attempt: { sink }, instruments, provider, shared }: Context): Micros {
  const now = shared.clock.now();
  if (sink === null || provider.alwaysOpen || provider.clock === "driven") return now;
  const markets = instruments().map(({ market }) => market);
  return missedSince(markets, sink.provedAt, now, provider.silence ?? SILENCE);
}

/**
 * Tells the span that was missed while the connection was away, which ends when the venue has
 * answered what is wanted of it. A first attempt that succeeds within a second has missed nothing
 * worth telling: the instruments were hardly watched before.
 */
export function tellMissed(
  { failures, lostAt, memory, provider, shared }: Context,
  self: Anyone,
): void {
  memory.lostAt = null;
  if (lostAt === null) return;
  const now = shared.clock.now();
  const isPrompt = provider.clock === "driven" || now - lostAt < SECOND;
  if (failures === 0 && isPrompt) return;
  tell(self, "instruments", {
    type: "instruments.gap",
    provider: provider.id,
    gap: {
      provider: provider.id,
      from: lostAt,
      to: now,
      reason: "disconnect",
      status: "open",
      detectedAt: now,
    },
  });
}
