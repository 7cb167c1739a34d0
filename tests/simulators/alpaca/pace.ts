/**
 * What moves the simulator's market by itself: a walk at random, or a recording.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Tick } from "../../../domain/tick.ts";
import { MILLISECOND } from "../../../domain/time.ts";
import { RecordingFile } from "../../../providers/replay/files.ts";
import type { SimMarket } from "./market.ts";
import { type DataMessage, Nanos } from "./messages.ts";

const PACE_MS = 10;
const MINUTE_MS = 60_000;

/** Says so many messages a second, of all instruments in turn, and each minute's bars at its end. */
export function walk(
  market: SimMarket,
  rate: number,
  say: (messages: readonly DataMessage[]) => void,
): { stop(): void } {
  const books = [...market.books.values()].filter(({ instrument }) => instrument.tradable);
  let turn = 0;
  let due = 0;
  let before = performance.now();
  let minute = Math.floor((Date.now() + market.ahead) / MINUTE_MS);
  const timer = setInterval(() => {
    const now = performance.now();
    due = Math.min(rate, due + (now - before) / 1_000 * rate);
    before = now;
    const messages: DataMessage[] = [];
    for (; due >= 1; due--) messages.push(books[turn++ % books.length]!.next());
    if (messages.length > 0) say(messages);
    const present = Math.floor((Date.now() + market.ahead) / MINUTE_MS);
    if (present === minute) return;
    const ended = new Nanos(BigInt(minute * MINUTE_MS) * 1_000_000n);
    minute = present;
    say(books.flatMap((book) => {
      const bar = book.minuteBar(ended);
      return bar === undefined ? [] : [{ T: "b", S: book.instrument.symbol, ...bar }];
    }));
  }, PACE_MS);
  return { stop: () => clearInterval(timer) };
}

/**
 * Says what a recording holds, with its own times.
 *
 * @param speed how much faster than it was; `max`: as fast as it can be said.
 * @returns how many trades and quotes it said.
 */
export async function playRecording(
  path: string,
  speed: number | "max",
  say: (message: DataMessage) => void,
): Promise<number> {
  const file = await RecordingFile.open(path);
  let count = 0;
  let first: number | undefined;
  const began = performance.now();
  try {
    for (let records = await file.read(); records !== null; records = await file.read()) {
      for (const { text, line } of records) {
        const row = file.reader.read(text, line);
        if (!("kind" in row) || row.kind === "depth") continue;
        first ??= row.time;
        if (speed !== "max") {
          const due = (row.time - first) / MILLISECOND / speed - (performance.now() - began);
          if (due > 1) await delay(due);
        }
        say(messageOf(row, count++));
      }
      if (speed === "max") await delay(0);
    }
  } finally {
    await file.close();
  }
  return count;
}

function messageOf(tick: Exclude<Tick, { kind: "depth" }>, i: number): DataMessage {
  const t = new Nanos(BigInt(tick.time) * 1_000n);
  const shared = { S: tick.symbol, t, z: "B" };
  if (tick.kind === "trade") {
    const c = tick.conditions?.split(" ") ?? ["@"];
    return { T: "t", i, x: "P", p: tick.price, s: tick.size ?? 0, c, ...shared };
  }
  const bid = { bx: "P", bp: tick.bid ?? 0, bs: tick.bidSize ?? 0 };
  return { T: "q", ax: "P", ap: tick.ask ?? 0, as: tick.askSize ?? 0, ...bid, c: ["R"], ...shared };
}
