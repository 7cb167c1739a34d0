/**
 * A consumer of the stream that remembers all that it heard of AAPL.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { parseTime } from "../../domain/time.ts";
import { openStream } from "../sse.ts";
import { eventually } from "./daemon.ts";

/** An event of the stream. */
export interface Heard {
  /** When it came, by `performance.now()`. */
  readonly at: number;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** Listens to everything of AAPL, with when it came. */
export async function listen(daemon: { readonly url: string }) {
  const query = "symbols=AAPL&types=trade,quote,candle,gap,status&intervals=1m&snapshot=false";
  const stream = await openStream(`${daemon.url}/api/v1/stream?${query}`);
  const heard: Heard[] = [];
  let isOver = false;
  const reading = stream.until(({ event, data }) => {
    heard.push({ at: performance.now(), event, data: JSON.parse(data) });
    return isOver;
  });
  // What it fails with is thrown where it is closed.
  reading.catch(() => {});
  return {
    heard,
    /** When something was heard first, after an instant. */
    first: async (what: string, after: number, is: (one: Heard) => boolean) => {
      const found = () => heard.find((one) => one.at > after && is(one));
      await eventually(what, () => Promise.resolve(found() !== undefined));
      return found()!;
    },
    close: async () => {
      isOver = true;
      await reading;
      await stream.close();
    },
  };
}

/** Whether an event is a tick of a provider. */
export const isTickOf = (provider: string) => ({ event, data }: Heard) =>
  (event === "quote" || event === "trade") && data["provider"] === provider;
/** Whether an event says that a provider leads from now on. */
export const leads = (provider: string) => ({ event, data }: Heard) =>
  event === "status" && data["kind"] === "route" && data["status"] === provider;

/** No tick may be told twice, and what is told of one kind is told in the order of venue time. */
export function assertWhole(heard: readonly Heard[]): void {
  const ticks = heard.filter(({ event }) => event === "quote" || event === "trade");
  const keys = ticks.map(({ event, data }) =>
    `${event} ${data["provider"]} ${data["time"]} ${data["id"]}`
  );
  assertEquals(keys.length, new Set(keys).size, "a tick was told twice");
  let [provider, latest] = ["", -Infinity];
  for (const { data } of ticks) {
    const time = parseTime(String(data["time"]))!;
    const isSame = data["provider"] === provider;
    assert(isSame || time > latest, `${data["provider"]} goes back to ${data["time"]}`);
    provider = String(data["provider"]);
    latest = Math.max(latest, time);
  }
}
