/**
 * Alpaca's market-data messages as the simulator keeps them, and their two codecs.
 *
 * @module
 */
import { encode, encodeTimeSpecToTimestamp, ExtensionCodec } from "@msgpack/msgpack";

/** An instant to the nanosecond: RFC 3339 in JSON, the timestamp extension in msgpack. */
export class Nanos {
  constructor(readonly since1970: bigint) {}

  /** Of a time such as `2023-04-06T14:25:06.542305024Z`. */
  static parse(text: string): Nanos {
    const [, whole, fraction = ""] = /^(.*?)(?:\.(\d{1,9}))?Z$/.exec(text)!;
    const millis = BigInt(Date.parse(`${whole}Z`));
    return new Nanos(millis * 1_000_000n + BigInt(fraction.padEnd(9, "0")));
  }

  /** The present, or so many milliseconds later. */
  static now(ahead = 0): Nanos {
    return new Nanos(
      BigInt(Math.round((performance.timeOrigin + performance.now() + ahead) * 1e3)) * 1000n,
    );
  }

  /** As Alpaca writes it: as many digits of a second as there are. */
  toJSON(): string {
    const second = this.since1970 / 1_000_000_000n;
    const rest = this.since1970 - second * 1_000_000_000n;
    const whole = new Date(Number(second) * 1_000).toISOString().slice(0, 19);
    const fraction = String(rest).padStart(9, "0").replace(/0+$/, "");
    return fraction === "" ? `${whole}Z` : `${whole}.${fraction}Z`;
  }
}

/** An id that may be beyond what a double holds. */
export type Id = number | bigint;

/** A trade, without `T` and `S` as REST has it. */
export interface SimTrade {
  readonly i: Id;
  readonly x: string;
  readonly p: number;
  readonly s: number;
  readonly c: readonly string[];
  readonly t: Nanos;
  readonly z: string;
}

/** A quote, without `T` and `S` as REST has it. */
export interface SimQuote {
  readonly ax: string;
  readonly ap: number;
  readonly as: number;
  readonly bx: string;
  readonly bp: number;
  readonly bs: number;
  readonly c: readonly string[];
  readonly t: Nanos;
  readonly z: string;
}

/** A bar, without `T` and `S` as REST has it. */
export interface SimBar {
  readonly o: number;
  readonly h: number;
  readonly l: number;
  readonly c: number;
  readonly v: number;
  readonly n: number;
  readonly vw: number;
  readonly t: Nanos;
}

/** Anything the stream may say of an instrument. */
export interface DataMessage {
  readonly T: string;
  readonly S: string;
  readonly [field: string]: unknown;
}

/** `JSON.rawJSON`, which TypeScript's library does not name. */
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

/** JSON with ids of any length as plain digits. */
export function toJson(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, field: unknown) => typeof field === "bigint" ? rawJson(String(field)) : field,
  );
}

const timestamps = new ExtensionCodec();
timestamps.register({
  type: -1,
  encode: (value) => {
    if (!(value instanceof Nanos)) return null;
    const sec = Number(value.since1970 / 1_000_000_000n);
    return encodeTimeSpecToTimestamp({ sec, nsec: Number(value.since1970 % 1_000_000_000n) });
  },
  decode: () => null,
});

/** msgpack as the stream speaks it: timestamps to the nanosecond, ids of 64 bits. */
export function toMsgpack(value: unknown): Uint8Array {
  return encode(value, { extensionCodec: timestamps, useBigInt64: true });
}
