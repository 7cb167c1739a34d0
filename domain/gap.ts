/**
 * Gaps: spans in which a feed may have said something that marketd did not hear.
 *
 * @module
 */
import type { Micros } from "./time.ts";

/**
 * Why a span is missing. `joined`: from the start of the longest candle that was open when the
 * instrument was first followed, until then. `failover`: from what one provider said last until the
 * first word of the one that took over. `unsubscribed`: from when the instrument was unsubscribed, for
 * nothing needed it or it was removed, until it was subscribed again.
 */
export type GapReason =
  | "joined"
  | "restart"
  | "disconnect"
  | "failover"
  | "shed"
  | "fault"
  | "unsubscribed";
/** The reasons. */
export const GAP_REASONS: readonly GapReason[] = [
  "joined",
  "restart",
  "disconnect",
  "failover",
  "shed",
  "fault",
  "unsubscribed",
];

/** One missing span of one instrument; its key is symbol, provider and `from`. */
export interface Gap {
  readonly symbol: string;
  readonly provider: string;
  /** Inclusive. */
  readonly from: Micros;
  /** Exclusive. */
  readonly to: Micros;
  readonly reason: GapReason;
  /** `open` until history has filled it. */
  readonly status: "open" | "filled" | "unfillable";
  /** When it was found, by the injected clock. */
  readonly detectedAt: Micros;
}
