/**
 * The log: lines on standard error, one per change of state. Standard output is left to what a
 * command was asked for.
 *
 * A secret has two walls to pass: a field whose name is that of a secret is masked, and so is every
 * registered secret wherever in a line it stands.
 *
 * @module
 */
import {
  configureSync,
  getLogger,
  type Logger,
  type LogLevel,
  type LogRecord,
} from "@logtape/logtape";
import { redactByField } from "@logtape/redaction";
import { LineWriter } from "./linewriter.ts";

/** How to log. */
export interface LogSettings {
  /** The least level that is told. */
  readonly level: "debug" | "info" | "warning" | "error";
  /** `text`: `time level component message key=value`; `json`: an object a line. */
  readonly format: "text" | "json";
}

const ROOT = "marketd";
const FIELDS = [
  /pass(code|phrase|word)/i,
  /secret/i,
  /token/i,
  /key/i,
  /credential/i,
  /auth/i,
  /cookie/i,
  /signature/i,
];
/** Shorter ones would blot out ordinary words. */
const SHORTEST_SECRET = 4;

let debugging = false;
const secrets = new Set<string>();
const standardError = new LineWriter(async (text) => {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(await Deno.stderr.write(bytes));
});

/**
 * Sets the log up, in place of any earlier set-up. Without it nothing is logged.
 *
 * @param write takes each line, its end included; absent: standard error.
 */
export function configureLogging(
  { level, format }: LogSettings,
  write: (line: string) => void = (line) => standardError.write(line),
): void {
  debugging = level === "debug";
  const render = format === "json" ? jsonLine : textLine;
  const lines = redactByField(
    (record: LogRecord) => write(`${redact(render(record))}\n`),
    { fieldPatterns: FIELDS, action: () => "****" },
  );
  configureSync({
    reset: true,
    sinks: { lines },
    loggers: [
      { category: [ROOT], sinks: ["lines"], lowestLevel: level },
      { category: ["logtape", "meta"], sinks: ["lines"], lowestLevel: "warning" },
    ],
  });
}

/**
 * The logger of a component.
 *
 * @example logger("recorder").info("store is back", { spooled: 120 });
 */
export function logger(component: string): Logger {
  return getLogger([ROOT, component]);
}

/** Whether details for whoever debugs are wanted, stack traces among them. */
export function isDebugging(): boolean {
  return debugging;
}

/** Registers values that no line may show. Those shorter than 4 characters are passed over. */
export function addSecrets(values: Iterable<string>): void {
  for (const value of values) {
    if (value.length < SHORTEST_SECRET) continue;
    for (const form of formsOf(value)) secrets.add(form);
  }
}

/** A value as it is, and as it stands in JSON and in a URL. */
function formsOf(value: string): string[] {
  return [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)];
}

/** How many passing secrets are remembered: a session's are renewed for as long as it lives. */
const PASSING = 256;
const passing: string[] = [];

/** Registers values that no line may show for a time: the oldest go when there are many. */
export function addPassingSecrets(values: Iterable<string>): void {
  for (const value of values) {
    if (secrets.has(value)) continue;
    addSecrets([value]);
    passing.push(value);
  }
  for (const value of passing.splice(0, Math.max(0, passing.length - PASSING))) {
    for (const form of formsOf(value)) secrets.delete(form);
  }
}

/** A text with every registered secret masked. */
export function redact(text: string): string {
  // Longest first: one secret may be a part of another.
  const ordered = [...secrets].sort((a, b) => b.length - a.length);
  return ordered.reduce((line, secret) => line.replaceAll(secret, "****"), text);
}

/** Resolves once every line is written: before the process ends. */
export async function flushLogging(): Promise<void> {
  await standardError.flush();
}

const LEVELS: Readonly<Record<LogLevel, string>> = {
  trace: "TRACE",
  debug: "DEBUG",
  info: "INFO",
  warning: "WARN",
  error: "ERROR",
  fatal: "FATAL",
};

function textLine(record: LogRecord): string {
  // What the message says already is not said again.
  const isSaid = (key: string) => String(record.rawMessage).includes(`{${key}}`);
  const fields = fieldsOf(record)
    .filter(([key]) => !isSaid(key))
    .map(([key, value]) => `${key}=${fieldText(value)}`);
  const head = [
    new Date(record.timestamp).toISOString(),
    LEVELS[record.level].padEnd(5),
    componentOf(record),
    escapeControls(messageOf(record)),
  ];
  return [...head, ...fields].join(" ");
}

function jsonLine(record: LogRecord): string {
  return JSON.stringify({
    ...Object.fromEntries(fieldsOf(record)),
    time: new Date(record.timestamp).toISOString(),
    level: record.level,
    component: componentOf(record),
    message: messageOf(record),
  });
}

/** The fields that say something: an empty text or list does not. */
function fieldsOf({ properties }: LogRecord): [string, unknown][] {
  return Object.entries(properties)
    .filter(([, value]) => {
      const isEmpty = (typeof value === "string" || Array.isArray(value)) && value.length === 0;
      return value !== undefined && !isEmpty;
    })
    .map(([key, value]) => [key, plain(value)]);
}

function componentOf({ category }: LogRecord): string {
  return (category[0] === ROOT ? category.slice(1) : category).join(".") || ROOT;
}

function messageOf({ message }: LogRecord): string {
  // Texts and values take turns, a text first.
  return message.map((part, index) => {
    const value = index % 2 === 0 ? part : plain(part);
    return typeof value === "string" ? value : JSON.stringify(value);
  }).join("");
}

/** Errors as their message, without a stack; bigints as text; the rest as JSON has it. */
function plain(value: unknown): unknown {
  if (value instanceof Error) return value.message;
  if (typeof value === "bigint") return String(value);
  return value;
}

function fieldText(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? String(value);
  return /^[^\s"=\p{Cc}]+$/u.test(text) ? text : JSON.stringify(text);
}

/** A line end within a message would make a line that looks like another record. */
function escapeControls(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\u2028\u2029]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
