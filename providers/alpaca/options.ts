/**
 * What may be configured of Alpaca.
 *
 * @module
 */
import { z } from "zod";
import { SECOND } from "../../domain/time.ts";
import { duration } from "../provider.ts";

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** A URL of one of two schemes; the plain one for loopback only. */
function endpoint(secure: "https:" | "wss:", plain: "http:" | "ws:") {
  return z.string().superRefine((text, context) => {
    const url = URL.parse(text);
    const say = (message: string) => context.addIssue({ code: "custom", message });
    if (url === null || (url.protocol !== secure && url.protocol !== plain)) {
      say(`must be a URL that begins with ${secure}//`);
    } else if (url.protocol === plain && !LOOPBACK.test(url.hostname)) {
      say(
        `must begin with ${secure}//: ${plain}// would send the keys in the clear, and is for loopback only`,
      );
    } else if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
      say("must be a host and a path alone");
    }
  }).transform((text) => text.replace(/\/+$/, ""));
}

/** The schema of `providers.alpaca`. */
export const alpacaOptions = z.strictObject({
  /** Which account the keys are of: keys of one are unknown to the other. */
  environment: z.enum(["paper", "live"]).default("paper"),
  /** `test` has one made-up instrument, FAKEPACA, at all hours. */
  feed: z.enum(["iex", "sip", "delayed_sip", "test"]).default("iex"),
  keyId: z.string().min(1),
  secret: z.string().min(1),
  /** How long the stream may say nothing while the market is open before it is looked into. */
  silence: duration.default(30 * SECOND),
  /** Requests a minute that the plan allows. */
  requests: z.strictObject({
    trading: z.int().min(1).max(100_000).default(200),
    data: z.int().min(1).max(100_000).default(200),
  }).prefault({}),
  /** Where the venue is; absent: where Alpaca says. */
  endpoints: z.strictObject({
    trading: endpoint("https:", "http:").optional(),
    data: endpoint("https:", "http:").optional(),
    stream: endpoint("wss:", "ws:").optional(),
  }).prefault({}),
});

/** What may be configured of Alpaca. */
export type AlpacaOptions = z.infer<typeof alpacaOptions>;

/** Where Alpaca is. */
export interface Endpoints {
  readonly trading: string;
  readonly data: string;
  readonly stream: string;
}

/** Alpaca's hosts, as its documentation names them, where the options name no others. */
export function endpointsOf({ environment, endpoints }: AlpacaOptions): Endpoints {
  const host = environment === "live" ? "api" : "paper-api";
  return {
    trading: endpoints.trading ?? `https://${host}.alpaca.markets`,
    data: endpoints.data ?? "https://data.alpaca.markets",
    stream: endpoints.stream ?? "wss://stream.data.alpaca.markets",
  };
}
