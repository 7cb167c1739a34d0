import { assertEquals } from "@std/assert";
import { CandleSeries, type Span } from "../../domain/candles.ts";
import { parseInterval } from "../../domain/interval.ts";
import type { Trade } from "../../domain/tick.ts";
import { HOUR, type Micros, MINUTE, parseTime, SECOND } from "../../domain/time.ts";

const T0 = parseTime("2026-03-02T15:00:00Z")!;
const SESSION: Span = { start: T0 - HOUR / 2, end: T0 + 6 * HOUR };
let serial = 0;
const trade = (time: Micros, price: number, flags = 0, receivedAt = time): Trade => ({
  kind: "trade",
  symbol: "AAPL",
  time,
  receivedAt,
  provider: "test",
  id: String(serial++),
  flags,
  price,
  size: 100,
  side: null,
  conditions: null,
});
const series = () =>
  new CandleSeries({
    symbol: "AAPL",
    basis: "trade",
    intervals: ["1m", "1h"].map((name) => parseInterval(name)!),
    grace: 2 * SECOND,
    sessionAt: () => SESSION,
    since: T0 - HOUR,
  });

Deno.test("a clock that is set back does not close a minute twice", () => {
  const one = series();
  // Our clock is 30 s ahead of the venue's: the minute closes early, and is revised by what comes.
  one.add(trade(T0 + 20 * SECOND, 100, 0, T0 + 50 * SECOND));
  one.advance(T0 + MINUTE + 2 * SECOND);
  assertEquals(
    one.takeMade().map(({ interval, tickVolume, revision }) => [interval, tickVolume, revision]),
    [["1m", 1, 0]],
  );
  // It is set right.
  one.add(trade(T0 + 40 * SECOND, 200, 0, T0 + 40 * SECOND));
  one.advance(T0 + MINUTE + 2 * SECOND);
  const [made] = one.takeMade();
  assertEquals([made!.open, made!.tickVolume, made!.revision], [100, 2, 1]);
});
