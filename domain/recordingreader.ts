/**
 * Reads the rows of a recording (see `recording.ts`).
 *
 * @module
 */
import { splitRow } from "./csv.ts";
import { MarketdError } from "./errors.ts";
import { FLAGS, parseFlags } from "./flags.ts";
import { type Gap, GAP_REASONS } from "./gap.ts";
import { isFelt, RECORDING_COLUMNS, type RecordingColumn } from "./recording.ts";
import { type Level, type Side, type Tick, TICK_KINDS, type TickKind } from "./tick.ts";
import type { Micros } from "./time.ts";
import { timeReader } from "./timetext.ts";

/** The provider of rows that name none. */
export const RECORDING_PROVIDER = "replay";

/** Characters of a value that a message shows. */
const LONGEST_SHOWN = 40;

const REQUIRED: readonly RecordingColumn[] = ["time", "symbol", "kind"];
const GAP_STATUSES: readonly Gap["status"][] = ["open", "filled", "unfillable"];

/** A row that could not be used. */
export class RowProblem {
  /** @param what is wrong with it, with the value. */
  constructor(readonly what: string) {}
}

/** What a row turned out to be. */
export type RecordingRow = Tick | Gap | RowProblem;

/** What an inspection wants to know of a row. */
export interface Glance {
  readonly symbol: string;
  readonly kind: TickKind | "gap";
  readonly clock: Micros;
}

/** Reads the rows of one recording, in order. */
export class RecordingReader {
  /** Whether rows say when they were received. */
  readonly stamped: boolean;
  /** Whether rows may tell gaps. */
  readonly tellsGaps: boolean;
  /** Whether rows carry the flags that a gate gave them. */
  readonly judged: boolean;
  readonly #name: string;
  readonly #width: number;
  readonly #at: Readonly<Record<RecordingColumn, number>>;
  readonly #readTime = timeReader();
  readonly #readReceived = timeReader();
  #fields: readonly string[] = [];
  #problem: string | null = null;
  /** The symbol of the last row as it is written, and as it is given. */
  #written = "";
  #symbol = "";

  /**
   * @param header the first line.
   * @param name the file's name: what ticks without an id are known by, with the line.
   * @throws MarketdError (`bad-recording`) where a column is unknown, named twice or missing.
   */
  constructor(header: string, name: string) {
    const columns = columnsOf(header, name);
    this.#name = name;
    this.#width = columns.length;
    this.stamped = columns.includes("receivedAt");
    this.tellsGaps = columns.includes("to") && columns.includes("reason");
    this.judged = columns.includes("flags");
    // One past the end stands for a column that is not there: reading it gives `undefined`.
    this.#at = Object.fromEntries(
      RECORDING_COLUMNS.map((column) => {
        const at = columns.indexOf(column);
        return [column, at === -1 ? columns.length : at];
      }),
    ) as Record<RecordingColumn, number>;
  }

  /**
   * Reads a row.
   *
   * @param record the row's text, without its line break.
   * @param line the line that it begins on; the header's is 1.
   */
  read(record: string, line: number): RecordingRow {
    if (!this.#split(record)) return new RowProblem(this.#problem!);
    const kind = this.#text("kind");
    const row = kind === "gap" ? this.#gap() : this.#tick(kind, line);
    return this.#problem === null ? row : new RowProblem(this.#problem);
  }

  /** Whether a record has the fields that the header names, whatever is in them. */
  fits(record: string): boolean {
    return splitRow(record)?.length === this.#width;
  }

  /** Reads what an inspection wants to know of a row; `undefined` where that cannot be read. */
  glance(record: string): Glance | undefined {
    if (!this.#split(record)) return undefined;
    const kind = this.#text("kind");
    const time = this.#time();
    const received = this.#received(time);
    const clock = kind === "gap" && isFelt(this.#text("reason")) ? time : received;
    if (kind !== "gap" && !isTickKind(kind)) return undefined;
    const symbol = this.#readSymbol();
    return this.#problem === null ? { symbol, kind, clock } : undefined;
  }

  #tick(kind: string, line: number): Tick {
    const flags = this.#flags();
    const loose = (flags & FLAGS["not-finite"]) !== 0;
    const time = this.#time();
    const receivedAt = this.#received(time);
    const symbol = this.#readSymbol();
    const provider = this.#text("provider") || RECORDING_PROVIDER;
    const id = this.#text("id") || `${this.#name}#${line}`;
    // Written out three times: spreading a common part takes ten times as long.
    if (kind === "trade") {
      return {
        kind,
        symbol,
        time,
        receivedAt,
        provider,
        id,
        flags,
        price: this.#price(loose),
        size: this.#number("size", loose),
        side: this.#side(),
        conditions: this.#text("conditions") || null,
      };
    }
    if (kind === "quote") {
      return {
        kind,
        symbol,
        time,
        receivedAt,
        provider,
        id,
        flags,
        bid: this.#number("bid", loose),
        bidSize: this.#number("bidSize", loose),
        ask: this.#number("ask", loose),
        askSize: this.#number("askSize", loose),
      };
    }
    if (kind !== "depth") this.#fail("kind", kind, `one of ${TICK_KINDS.join(", ")}, gap`);
    const bids = this.#levels("bids", loose);
    const asks = this.#levels("asks", loose);
    return { kind: "depth", symbol, time, receivedAt, provider, id, flags, bids, asks };
  }

  #gap(): Gap {
    const from = this.#time();
    const to = this.#readTime(this.#text("to"));
    if (to === undefined) this.#fail("to", this.#text("to"), "an RFC 3339 time");
    return {
      symbol: this.#readSymbol(),
      provider: this.#text("provider") || RECORDING_PROVIDER,
      from,
      to: to ?? 0,
      reason: this.#oneOf("reason", GAP_REASONS),
      status: this.#text("status") === "" ? "open" : this.#oneOf("status", GAP_STATUSES),
      detectedAt: this.#received(from),
    };
  }

  #split(record: string): boolean {
    const fields = splitRow(record);
    this.#problem = null;
    if (fields === undefined) {
      this.#problem = "a quoted field is not closed, or is followed by text";
    } else if (fields.length !== this.#width) {
      const had = fields.length === 1 ? "1 field" : `${fields.length} fields`;
      this.#problem = `it has ${had} where the header names ${this.#width}`;
    } else {
      this.#fields = fields;
    }
    return this.#problem === null;
  }

  #text(column: RecordingColumn): string {
    return this.#fields[this.#at[column]] ?? "";
  }

  /** Remembers the first thing that is wrong with the row. */
  #fail(column: RecordingColumn, text: string, wanted: string): void {
    this.#problem ??= `${column} is ${JSON.stringify(shortened(text))}, which is not ${wanted}`;
  }

  /**
   * Gives rows of one symbol one string, so that looking it up costs no hashing each time: in capitals,
   * as instruments have it.
   */
  #readSymbol(): string {
    const text = this.#text("symbol");
    if (text === "") this.#fail("symbol", text, "a symbol");
    if (text !== this.#written) {
      this.#written = text;
      this.#symbol = text.toUpperCase();
    }
    return this.#symbol;
  }

  #time(): Micros {
    const text = this.#text("time");
    const time = this.#readTime(text);
    if (time === undefined) this.#fail("time", text, "an RFC 3339 time");
    return time ?? 0;
  }

  #received(otherwise: Micros): Micros {
    const text = this.#text("receivedAt");
    if (text === "") return otherwise;
    const time = this.#readReceived(text);
    if (time === undefined) this.#fail("receivedAt", text, "an RFC 3339 time");
    return time ?? 0;
  }

  #flags(): number {
    const text = this.#text("flags");
    if (text === "") return 0;
    const flags = parseFlags(text);
    if (flags === undefined) this.#fail("flags", text, `made of ${Object.keys(FLAGS).join(", ")}`);
    return flags ?? 0;
  }

  #side(): Side | null {
    const text = this.#text("side");
    if (text === "" || text === "buy" || text === "sell") return text === "" ? null : text;
    this.#fail("side", text, "buy or sell");
    return null;
  }

  #oneOf<T extends string>(column: RecordingColumn, values: readonly T[]): T {
    const text = this.#text(column);
    const value = values.find((one) => one === text);
    if (value === undefined) this.#fail(column, text, `one of ${values.join(", ")}`);
    return value ?? values[0]!;
  }

  #price(loose: boolean): number {
    const price = this.#number("price", loose);
    if (price === null && !loose) this.#fail("price", "", "a number");
    return price ?? Number.NaN;
  }

  #number(column: RecordingColumn, loose: boolean): number | null {
    const text = this.#text(column);
    if (text === "") return null;
    const value = parseNumber(text, loose);
    if (value === undefined) this.#fail(column, text, "a number");
    return value ?? null;
  }

  #levels(column: "bids" | "asks", loose: boolean): Level[] {
    const text = this.#text(column);
    const levels: Level[] = [];
    for (const level of text === "" ? [] : text.split("|")) {
      const at = level.indexOf("@");
      const price = parseNumber(level.slice(0, Math.max(at, 0)), loose);
      const size = parseNumber(level.slice(at + 1), loose);
      if (price === undefined || size === undefined) {
        this.#fail(column, text, "made of price@size joined by |");
        return [];
      }
      levels.push({ price, size });
    }
    return levels;
  }
}

/** A value as a message shows it: garbage may be long. */
function shortened(text: string): string {
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}...`;
}

/**
 * Reads a decimal number.
 *
 * @param loose whether NaN and the infinities are numbers too: in a row that the gate flagged for it.
 */
function parseNumber(text: string, loose: boolean): number | undefined {
  const value = Number(text);
  if (!Number.isFinite(value)) {
    return loose && /^(NaN|-?Infinity)$/.test(text) ? value : undefined;
  }
  return looksDecimal(text) ? value : undefined;
}

/** Of the texts that `Number` takes, whether it is none of "", " 1 ", "+1", "0x10", "0o7" and "0b1". */
function looksDecimal(text: string): boolean {
  const first = text.charCodeAt(0);
  const second = text.charCodeAt(1) | 0x20;
  const last = text.charCodeAt(text.length - 1);
  const prefixed = second === 0x78 || second === 0x6f || second === 0x62;
  return !prefixed && (isDigit(first) || first === 0x2d || first === 0x2e) &&
    (isDigit(last) || last === 0x2e);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isTickKind(text: string): text is TickKind {
  return (TICK_KINDS as readonly string[]).includes(text);
}

function columnsOf(header: string, name: string): readonly string[] {
  const columns = splitRow(header.replace(/^\uFEFF/, ""))?.map((column) => column.trim()) ?? [];
  const known: readonly string[] = RECORDING_COLUMNS;
  const unknown = columns.filter((column) => !known.includes(column));
  const twice = columns.filter((column, at) => columns.indexOf(column) !== at);
  const missing = REQUIRED.filter((column) => !columns.includes(column));
  const wrong = [
    ...unknown.map((column) => `it names an unknown column ${JSON.stringify(column.slice(0, 40))}`),
    ...twice.map((column) => `it names ${column} twice`),
    ...missing.map((column) => `it lacks ${column}`),
  ][0];
  if (wrong === undefined) return columns;
  throw new MarketdError(
    "bad-recording",
    `Cannot read recording ${name}: its first line must name its columns, but ${wrong}. ` +
      `The columns are ${RECORDING_COLUMNS.join(", ")}.`,
    { terminal: true },
  );
}
