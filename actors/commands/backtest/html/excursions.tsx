/**
 * The chart of excursions (J. Sweeney, "Maximum Adverse Excursion"): how far each signal went against
 * it and its way, in units of risk. Winners that lie far to the right, and losers that lie high, say
 * where a stop or a target might have been.
 *
 * @module
 */
import { Frame } from "./frame.tsx";
import { classOf, titleOf } from "./marks.ts";
import { place } from "./scale.ts";
import { isLeft, type Result } from "../../../../domain/backtest/tally.ts";

/** The chart. */
export function Excursions({ results }: { results: readonly Result[] }) {
  const left = results.filter(isLeft);
  const across = Math.max(1, ...left.map((one) => one.adverseRisked!));
  const up = Math.max(1, ...left.map((one) => one.favourableRisked!));
  return (
    <Frame
      label={`Excursions of ${left.length} signals against them and their way`}
      width={490}
      height={260}
      x={[0, across * 1.05]}
      y={[0, up * 1.08]}
      across="against it, R"
      up="its way, R"
      draw={(x, y) => (
        <>
          {left.map((one) => (
            <circle
              class={`dot ${classOf(one)}`}
              cx={place(x(one.adverseRisked!))}
              cy={place(y(one.favourableRisked!))}
              r="4"
            >
              <title>{titleOf(one)}</title>
            </circle>
          ))}
        </>
      )}
    />
  );
}
