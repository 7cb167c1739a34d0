/**
 * How the simulator misbehaves on command.
 *
 * @module
 */

/** What may be commanded, by method or by `POST /control`. */
export type Fault =
  /** Cuts every stream without a word. */
  | { readonly fault: "drop" }
  /** Streams stay open and silent; they still answer. */
  | { readonly fault: "mute" }
  /** Streams that are open neither say nor answer anything more, and are never closed. */
  | { readonly fault: "half-open" }
  /** Says what is no message: frames and members of frames. */
  | { readonly fault: "garbage" }
  /** Says half a frame, then cuts. */
  | { readonly fault: "truncated" }
  /** Everything takes so much longer, in milliseconds. */
  | { readonly fault: "slow"; readonly by: number }
  /** The keys are no longer good. */
  | { readonly fault: "expire" }
  /** REST answers 429; `retryAfter` in seconds. */
  | { readonly fault: "rate-limit"; readonly retryAfter?: number }
  /** Streams are refused with an error's code, or without one at the door; REST is fine. */
  | { readonly fault: "refuse"; readonly code?: number }
  /** Nothing is served: REST answers 503, streams are cut and refused. */
  | { readonly fault: "maintenance" }
  /** REST answers 500. */
  | { readonly fault: "broken" }
  /** Each message is said twice. */
  | { readonly fault: "duplicate" }
  /** The messages of two ticks come the other way round. */
  | { readonly fault: "reorder" }
  /** Streams are told an error. */
  | { readonly fault: "error"; readonly code: number }
  /** Words of refusal say the keys back. */
  | { readonly fault: "echoes" }
  /** All is well again. */
  | { readonly fault: "none" };

/** What lasts until it is taken back. */
export interface Lasting {
  mute: boolean;
  latency: number;
  expire: boolean;
  rateLimited: { readonly retryAfter: number | undefined } | null;
  refusing: { readonly code: number | undefined } | null;
  maintenance: boolean;
  broken: boolean;
  duplicate: boolean;
  reorder: boolean;
  echoes: boolean;
}

/** Nothing wrong. */
export function noFaults(): Lasting {
  return {
    mute: false,
    latency: 0,
    expire: false,
    rateLimited: null,
    refusing: null,
    maintenance: false,
    broken: false,
    duplicate: false,
    reorder: false,
    echoes: false,
  };
}

/** The venue's words for each code (alpaca.md, errors of the stream). */
export const STREAM_ERRORS: Readonly<Record<number, string>> = {
  400: "invalid syntax",
  401: "not authenticated",
  402: "auth failed",
  403: "already authenticated",
  404: "auth timeout",
  405: "symbol limit exceeded",
  406: "connection limit exceeded",
  407: "slow client",
  408: "v2 not enabled",
  409: "insufficient subscription",
  410: "invalid subscribe action for this feed",
  411: "insufficient scope",
  500: "internal error",
};
