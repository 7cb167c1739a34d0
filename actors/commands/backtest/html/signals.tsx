/**
 * The table of signals: what each said, why, and how it fared.
 *
 * @module
 */
import { Wide } from "./wide.tsx";
import { fixed, signed } from "../figures.ts";
import type { BacktestRun } from "../report.ts";
import { placesOf } from "../../../http/dashboard/assets/format.js";
import type { Result } from "../../../../domain/backtest/tally.ts";
import { formatTime, type Micros } from "../../../../domain/time.ts";

/** The most that are listed: a browser is slow with more. */
const MOST = 2_000;

/** The table. */
export function Signals({ run: { results, step, symbol, title } }: { run: BacktestRun }) {
  const places = placesOf(step);
  const shown = results.slice(0, MOST);
  return (
    <details open={results.length <= 100}>
      <summary>
        <h3 style="display: inline">Signals</h3> <span class="soft">{countOf(results.length)}</span>
      </summary>
      <Wide label={`Signals of ${title} on ${symbol}`}>
        <table>
          <thead>
            <tr>
              {[
                "time (UTC)",
                "side",
                "entry",
                "stop",
                "target",
                "result",
                "entered",
                "left",
                "net bps",
              ]
                .concat("net R", "MFE", "MAE")
                .map((title) => <th scope="col">{title}</th>)}
              <th scope="col" class="words">why</th>
            </tr>
          </thead>
          <tbody>{shown.map((one) => <Row result={one} places={places} />)}</tbody>
        </table>
      </Wide>
    </details>
  );
}

function countOf(count: number): string {
  return count > MOST ? `the first ${MOST} of ${count}; as JSON there are all` : String(count);
}

function Row({ places, result: one }: { places: number; result: Result }) {
  const { entered, left, result, signal } = one;
  return (
    <tr>
      <td>{shortTime(signal.time)}</td>
      <td>{signal.side}</td>
      <td>{signal.entry.toFixed(places)}</td>
      <td>{signal.stop.toFixed(places)}</td>
      <td>{signal.target.toFixed(places)}</td>
      <td>
        <b class={result}>{result}</b>
      </td>
      <td>{entered?.price.toFixed(places) ?? ""}</td>
      <td>{left?.price.toFixed(places) ?? ""}</td>
      <td>{signed(one.net, 1)}</td>
      <td>{signed(one.risked, 2)}</td>
      <td>{fixed(one.favourableRisked, 2)}</td>
      <td>{fixed(one.adverseRisked, 2)}</td>
      <td class="words">{signal.reasons.join(" ")}</td>
    </tr>
  );
}

function shortTime(time: Micros): string {
  return formatTime(time).replace("T", " ").replace(/(:\d\d)\.000Z$/, "$1");
}
