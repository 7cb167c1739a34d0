/**
 * The curve of returns: their running sum after costs, signal by signal as they were left.
 *
 * @module
 */
import { Frame } from "./frame.tsx";
import { extentOf, padded, place } from "./scale.ts";
import { isLeft, type Result } from "../../../../domain/backtest/tally.ts";

/** The running sum after each result that was left, in the order in which they were; 0 before. */
export function runningSum(results: readonly Result[]): number[] {
  const left = results.filter(isLeft).toSorted((a, b) => a.left!.time - b.left!.time);
  const sums = [0];
  for (const { net } of left) sums.push(sums.at(-1)! + net!);
  return sums;
}

/** The curve. */
export function Curve({ results }: { results: readonly Result[] }) {
  const sums = runningSum(results);
  return (
    <Frame
      label={`Running sum of returns after costs, ${
        sums.at(-1)!.toFixed(1)
      } basis points at the end`}
      width={490}
      height={260}
      x={[0, Math.max(sums.length - 1, 1)]}
      y={padded(extentOf(sums), 0.08)}
      across="signals left"
      up="sum of net returns, bps"
      draw={(x, y) => (
        <>
          <line class="zero" x1={x(0)} x2={x(sums.length - 1)} y1={place(y(0))} y2={place(y(0))} />
          <polyline
            class="curve"
            points={sums.map((sum, i) => `${place(x(i))},${place(y(sum))}`).join(" ")}
          />
        </>
      )}
    />
  );
}
