/**
 * The chart of prices: the closes, and each signal from where it was entered to where it was left.
 *
 * @module
 */
import { Frame, type Mark } from "./frame.tsx";
import { classOf, titleOf } from "./marks.ts";
import { extentOf, padded, place, type Scale } from "./scale.ts";
import { thin } from "./thin.ts";
import type { BacktestRun, Close } from "../report.ts";
import type { Result } from "../../../../domain/backtest/tally.ts";
import { formatTime, type Micros } from "../../../../domain/time.ts";

const WIDTH = 1_000;
const HEIGHT = 340;
/** Times named below. */
const NAMED = 7;
/** Half the width of a mark; where there are many, they are small. */
const SIZE = 5;
const SMALL = 2.5;
const MANY = 150;

/** The chart of a run; nights and weekends take no room in it. */
export function Prices({ run }: { run: BacktestRun }) {
  const { closes, results, symbol } = run;
  const entered = results.filter((one) => one.entered !== null);
  const prices = closes.map(({ price }) => price);
  const shown = [...prices, ...entered.flatMap((one) => [one.entered!.price, one.left!.price])];
  const kept = thin(prices, WIDTH / 2);
  const size = entered.length > MANY ? SMALL : SIZE;
  return (
    <Frame
      label={`Closes of ${symbol} with ${entered.length} signals`}
      width={WIDTH}
      height={HEIGHT}
      x={[0, Math.max(closes.length - 1, 1)]}
      y={padded(extentOf(shown), 0.06)}
      across="UTC"
      up={`${symbol}, ${run.basis}`}
      marks={timesOf(closes)}
      draw={(x, y) => (
        <>
          <polyline
            class="price"
            points={kept.map((i) => `${place(x(i))},${place(y(prices[i]!))}`).join(" ")}
          />
          {entered.map((one) => <Trade result={one} size={size} closes={closes} x={x} y={y} />)}
        </>
      )}
    />
  );
}

interface TradeProps {
  readonly result: Result;
  readonly size: number;
  readonly closes: readonly Close[];
  readonly x: Scale;
  readonly y: Scale;
}

function Trade({ closes, result, size, x, y }: TradeProps) {
  const { entered, left, signal } = result;
  const [x1, y1] = [x(indexOf(closes, entered!.time)), y(entered!.price)];
  const [x2, y2] = [x(indexOf(closes, left!.time)), y(left!.price)];
  const tip = signal.side === "buy" ? -size : size;
  const corners = [[x1, y1 + tip], [x1 - size, y1 - tip], [x1 + size, y1 - tip]];
  return (
    <g class={`trade ${classOf(result)}`}>
      <title>{titleOf(result)}</title>
      <line x1={place(x1)} y1={place(y1)} x2={place(x2)} y2={place(y2)} />
      <polygon points={corners.map(([a, b]) => `${place(a!)},${place(b!)}`).join(" ")} />
      <circle cx={place(x2)} cy={place(y2)} r={size / 2} />
    </g>
  );
}

/** The index of the last minute that begins at an instant or before. */
function indexOf(closes: readonly Close[], time: Micros): number {
  let [low, high] = [0, closes.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (closes[middle]!.time <= time) low = middle + 1;
    else high = middle;
  }
  return Math.max(low - 1, 0);
}

/** Times at equal distances: with the day where it is another than the one before. */
function timesOf(closes: readonly Close[]): Mark[] {
  if (closes.length === 0) return [];
  const last = closes.length - 1;
  const places = Array.from({ length: NAMED }, (_, i) => Math.round((i + 0.5) * last / NAMED));
  let day = "";
  return [...new Set(places)].map((at) => {
    const [date, clock] = formatTime(closes[at]!.time).split("T") as [string, string];
    const isNew = date !== day;
    day = date;
    const time = clock.slice(0, 5);
    return { at, text: isNew ? `${date} ${time}` : time };
  });
}
