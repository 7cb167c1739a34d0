/**
 * CSV as RFC 4180 has it. Rows without a quote, nearly all of them, go the short way.
 *
 * @module
 */

/** What a field may hold; `null` is written empty. */
export type CsvValue = string | number | boolean | null;

/**
 * Writes a row, without a line break at its end.
 *
 * @example csvRow(["a", 1.5, null, "b,c"]) // 'a,1.5,,"b,c"'
 */
export function csvRow(values: readonly CsvValue[]): string {
  let row = "";
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (i > 0) row += ",";
    if (typeof value === "string") row += csvField(value);
    else if (value !== null) row += value;
  }
  return row;
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Splits a record into its fields.
 *
 * @returns the fields, or `undefined` where a quote is never closed or is followed by text.
 */
export function splitRow(record: string): string[] | undefined {
  return record.includes('"') ? splitQuoted(record) : record.split(",");
}

function splitQuoted(record: string): string[] | undefined {
  const fields: string[] = [];
  let at = 0;
  while (true) {
    let end: number;
    if (record[at] === '"') {
      const close = closingQuote(record, at);
      if (close === -1) return undefined;
      end = close + 1;
      if (end < record.length && record[end] !== ",") return undefined;
      fields.push(record.slice(at + 1, close).replaceAll('""', '"'));
    } else {
      end = record.indexOf(",", at);
      if (end === -1) end = record.length;
      fields.push(record.slice(at, end));
    }
    if (end === record.length) return fields;
    at = end + 1;
  }
}

/** The index of the quote that closes the one at `open`; -1 where none does. */
function closingQuote(text: string, open: number): number {
  let at = text.indexOf('"', open + 1);
  while (at !== -1 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}

/** Whether a quoted field of the text goes on past its end. */
function quoteIsOpen(text: string): boolean {
  let at = 0;
  while (true) {
    if (text[at] === '"') {
      at = closingQuote(text, at);
      if (at === -1) return true;
    }
    at = text.indexOf(",", at);
    if (at === -1) return false;
    at++;
  }
}

/** No record is longer than this, in characters: what is, is cut, and its reader refuses it. */
export const LONGEST_RECORD = 65_536;

/** No record stands on more lines: a quote that is open for longer was never meant to be one. */
export const MOST_LINES = 16;

/**
 * Cuts text that comes in pieces into records: lines, but for those whose quoted fields hold line
 * breaks. Blank lines are records too, so that lines can be counted (see {@link lineCount}).
 */
export class RecordSplitter {
  #rest = "";
  #open: string | null = null;
  #openLines = 0;

  /** Takes the next piece; gives the records that it completes. */
  push(text: string): string[] {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop()!;
    if (this.#rest.length > LONGEST_RECORD) {
      lines.push(this.#rest);
      this.#rest = "";
    }
    return this.#records(lines);
  }

  /** Gives what is left at the end of the text: at most one record. */
  end(): string[] {
    const records = this.#rest === "" ? [] : this.#records([this.#rest]);
    if (this.#open !== null) records.push(this.#open);
    this.#rest = "";
    this.#open = null;
    this.#openLines = 0;
    return records;
  }

  #records(lines: readonly string[]): string[] {
    const records: string[] = [];
    for (const line of lines) {
      const record = this.#open === null ? line : `${this.#open}\n${line}`;
      const mayGoOn = this.#openLines + 1 < MOST_LINES && record.length <= LONGEST_RECORD;
      if (mayGoOn && record.includes('"') && quoteIsOpen(record)) {
        this.#open = record;
        this.#openLines++;
        continue;
      }
      this.#open = null;
      this.#openLines = 0;
      records.push(record.endsWith("\r") ? record.slice(0, -1) : record);
    }
    return records;
  }
}

/** The lines that a record stood on. */
export function lineCount(record: string): number {
  let count = 1;
  for (let at = record.indexOf("\n"); at !== -1; at = record.indexOf("\n", at + 1)) count++;
  return count;
}
