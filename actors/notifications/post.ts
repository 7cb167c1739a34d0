/**
 * One message to a webhook. Its URL is a secret: no error holds anything of it.
 *
 * @module
 */
import type { NotificationSettings } from "../settings/schema.ts";
import { redact } from "../log.ts";
import { MarketdError } from "../../domain/errors.ts";
import { retryAfterOf } from "../../domain/retryafter.ts";
import { type Micros, MILLISECOND } from "../../domain/time.ts";

/** A message that was not taken. Terminal: it would not be the next time either. */
export class NotificationError extends MarketdError {
  override readonly name = "NotificationError";
  /** How long the other end asked to wait. */
  readonly retryAfter: Micros | undefined;

  constructor(
    override readonly code: "refused" | "unreachable" | "busy",
    message: string,
    retryAfter?: Micros,
  ) {
    super(code, message, { terminal: code === "refused" });
    this.retryAfter = retryAfter;
  }
}

/**
 * What is shown of an answer: the words in which Slack says what is wrong. All else might repeat the
 * secret, or a part of it.
 *
 * @see https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/#handling_errors
 */
const WORDS: ReadonlySet<string> = new Set([
  "action_prohibited",
  "channel_is_archived",
  "channel_not_found",
  "invalid_payload",
  "invalid_token",
  "missing_text_or_fallback_or_attachments",
  "no_active_hooks",
  "no_service",
  "no_service_id",
  "no_team",
  "no_text",
  "posting_to_general_channel_denied",
  "rollup_error",
  "team_disabled",
  "too_many_attachments",
  "user_not_found",
]);
/** Characters of an answer that are read: as many as any of the words has, and the line's end. */
const READ = 100;
/** How long an answer may take, in milliseconds. */
export const PATIENCE = 10_000;

/**
 * Posts a message.
 *
 * @param signal gives it up.
 * @throws NotificationError
 */
export async function post(
  { token, url }: Pick<NotificationSettings, "token" | "url">,
  body: string,
  signal: AbortSignal = AbortSignal.timeout(PATIENCE),
): Promise<void> {
  let response: Response;
  let said: string;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json; charset=utf-8",
        "user-agent": "marketd",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body,
      signal,
      // The message, and the token, are for nobody else.
      redirect: "manual",
    });
    said = response.ok ? "" : await wordOf(response);
    await response.body?.cancel();
  } catch (error) {
    throw new NotificationError("unreachable", `Cannot notify: ${reasonOf(error)}.`);
  }
  if (response.ok) return;
  const { status } = response;
  const answer = `it answered ${status}${said === "" ? "" : ` (${said})`}`;
  const now = Date.now() * MILLISECOND;
  const asked = retryAfterOf(response.headers.get("retry-after"), now);
  if (status === 429 || status === 408 || status >= 500) {
    throw new NotificationError("busy", `Cannot notify: ${answer}.`, asked);
  }
  const advice = status < 400
    ? "a redirect is not followed: configure where it leads"
    : "check url";
  throw new NotificationError("refused", `Cannot notify: ${answer}; ${advice}.`);
}

/** The word that a refusal, which may be of any length, consists of; empty where it is none known. */
async function wordOf({ body }: Response): Promise<string> {
  if (body === null) return "";
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (text.length < READ) {
    const { done, value } = await reader.read();
    if (done) break;
    text += value;
  }
  await reader.cancel();
  const word = text.trim();
  return WORDS.has(word) ? word : "";
}

/** Why nothing was answered. Deno's own words have the URL in them, up to the last bracket. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "it cannot be reached";
  if (error.name === "TimeoutError") return "it did not answer in time";
  if (error.name === "AbortError") return "marketd is stopping";
  const said = error.cause instanceof Error ? error.cause.message : error.message;
  const why = /\): ([^/]+)$/.exec(said)?.[1];
  return why === undefined ? "it cannot be reached" : `it cannot be reached (${redact(why)})`;
}
