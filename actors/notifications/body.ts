/**
 * The messages: what is sent to a webhook, as it wants it.
 *
 * @module
 */
import type { NotificationSettings } from "../settings/schema.ts";
import type { DigestLine, Gathered } from "../../domain/digest.ts";
import { isAtLeast, type Severity } from "../../domain/notice.ts";
import { formatTime, type Micros } from "../../domain/time.ts";

/** Lines of a text: Slack splits a message of more than 4,000 characters. */
const LINES = 15;
/** Characters of a reason in it. */
const REASON = 160;

/** Makes the body of a message: JSON in the form that is configured. */
export function bodyOf(format: NotificationSettings["format"], gathered: Gathered): string {
  return JSON.stringify(format === "slack" ? slackBody(gathered) : plainBody(gathered));
}

/** The body of a message that only shows that messages arrive. */
export function testBody(format: NotificationSettings["format"], now: Micros): string {
  const status = "a test";
  const reason = "what marketd notifies of arrives here";
  const worst = { severity: "info", status, reason } as const;
  const about = { event: "test", subject: "check", status, reason, worst } as const;
  return bodyOf(format, {
    lines: [{ ...about, changes: 1, of: [], first: now, last: now }],
    omitted: 0,
  });
}

function plainBody(gathered: Gathered) {
  const { lines, omitted } = gathered;
  return {
    service: "marketd",
    severity: severityOf(lines),
    text: textOf(gathered, (text) => text),
    notices: lines.map(({ event, subject, status, reason, changes, worst, of, first, last }) => ({
      event,
      subject,
      status,
      reason,
      changes,
      worst,
      of,
      first: formatTime(first),
      last: formatTime(last),
    })),
    omitted,
  };
}

/** Slack takes `&`, `<` and `>` for its own marks. */
function slackBody(gathered: Gathered) {
  const escaped = (text: string) =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return { text: textOf(gathered, escaped) };
}

function textOf({ lines, omitted }: Gathered, escaped: (text: string) => string): string {
  const shown = lines.slice(0, LINES).map((line) => escaped(sentenceOf(line)));
  const left = omitted + lines.slice(LINES).reduce((sum, { changes }) => sum + changes, 0);
  if (left > 0) shown.push(`and ${left} more changes; see /health`);
  return shown.length === 1 ? `marketd: ${shown[0]}` : `marketd:\n${shown.join("\n")}`;
}

/**
 * One line in words.
 *
 * @example "[warning] provider ig: backoff: The socket was closed."
 */
export function sentenceOf(line: DigestLine): string {
  const { changes, first, of, reason, status, subject, worst } = line;
  const head = `[${worst.severity}] ${subject}: `;
  if (of.length > 0) {
    const named = of.join(", ") + (changes > of.length ? " and others" : "");
    return changes === 1
      ? `${head}${status}: ${named} (${cut(reason)})`
      : `${head}${changes} ${status}: ${named} (the last: ${cut(reason)})`;
  }
  const now = reason === "" ? status : `${status}: ${cut(reason)}`;
  if (changes === 1) return head + now;
  const was = worst.status === status ? "" : `, meanwhile ${worst.status}: ${cut(worst.reason)}`;
  return `${head}${now} (${changes} changes since ${formatTime(first)}${was})`;
}

function severityOf(lines: readonly DigestLine[]): Severity {
  return lines.reduce<Severity>(
    (worst, { worst: { severity } }) => isAtLeast(severity, worst) ? severity : worst,
    "info",
  );
}

function cut(text: string): string {
  return text.length > REASON ? `${text.slice(0, REASON - 1)}…` : text;
}
