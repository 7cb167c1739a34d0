/**
 * The header `Retry-After` (RFC 9110, 10.2.3).
 *
 * @module
 */
import { type Micros, MILLISECOND, SECOND } from "./time.ts";

/**
 * How long an answer asks to wait.
 *
 * @param said the header: seconds, or a date; `null` without one.
 * @param now a date is counted from.
 * @returns `undefined` where it asks for nothing, or for a date that is past.
 */
export function retryAfterOf(said: string | null, now: Micros): Micros | undefined {
  if (said === null || said.trim() === "") return undefined;
  const seconds = Number(said);
  const span = Number.isFinite(seconds) ? seconds * SECOND : Date.parse(said) * MILLISECOND - now;
  return span >= 0 && Number.isFinite(span) ? Math.round(span) : undefined;
}
