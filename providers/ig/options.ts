/**
 * What may be configured of IG.
 *
 * @module
 */
import { z } from "zod";
import { SECOND } from "../../domain/time.ts";
import { duration } from "../provider.ts";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

const endpoint = z.string().refine(isEndpoint, {
  message:
    "must be an https:// address without credentials; http:// is accepted for this machine " +
    "(127.0.0.1, localhost) only",
});

/** The options of the provider. */
export const igOptions = z.strictObject({
  environment: z.enum(["demo", "live"]).default("demo"),
  apiKey: z.string().min(1),
  username: z.string().regex(/^[A-Za-z0-9_-]{1,30}$/, {
    message: "must be 1 to 30 letters, digits, - or _, as IG has it",
  }),
  password: z.string().min(1).max(350),
  /** The account to be active; absent: the one that IG prefers. */
  accountId: z.string().regex(/^[A-Za-z0-9_-]{1,30}$/).optional(),
  /** Of `POST /session`: 2 gives tokens of hours, 3 OAuth tokens that are renewed each minute. */
  sessionVersion: z.int().min(2).max(3).default(3),
  /** Some accounts (Singapore) must. */
  encryptPassword: z.boolean().default(false),
  /** How long the stream may say nothing while a market is open before it is looked into. */
  silence: duration.default(30 * SECOND),
  /** Where else to connect to. */
  endpoints: z.strictObject({
    /** In place of `https://[demo-]api.ig.com/gateway/deal`. */
    api: endpoint.optional(),
    /** In place of the Lightstreamer server that IG names at the sign-in. */
    stream: endpoint.optional(),
  }).prefault({}),
});

/** What may be configured of IG. */
export type IgOptions = z.infer<typeof igOptions>;

/** Where the gateway is, without a slash at its end. */
export function gatewayUrl({ environment, endpoints }: IgOptions): string {
  const host = environment === "live" ? "api.ig.com" : "demo-api.ig.com";
  return (endpoints.api ?? `https://${host}/gateway/deal`).replace(/\/+$/, "");
}

/** Whether credentials may be sent there: over TLS, or not beyond this machine. */
export function isEndpoint(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "") return false;
  return url.protocol === "https:" || (url.protocol === "http:" && LOOPBACK.has(url.hostname));
}
