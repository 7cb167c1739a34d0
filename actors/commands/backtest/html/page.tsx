/**
 * A backtest as a page that needs nothing but itself: no script, and nothing from elsewhere.
 *
 * @module
 */
import { Curve } from "./curve.tsx";
import { Excursions } from "./excursions.tsx";
import { Prices } from "./prices.tsx";
import { Signals } from "./signals.tsx";
import { STYLE } from "./style.ts";
import { Wide } from "./wide.tsx";
import { FIGURES } from "../figures.ts";
import { type BacktestReport, type BacktestRun, parametersOf, RULES } from "../report.ts";
import { tallySides } from "../../../../domain/backtest/tally.ts";
import { formatDuration, formatTime } from "../../../../domain/time.ts";

/** Writes the page. */
export async function pageOf(report: BacktestReport): Promise<string> {
  return `<!DOCTYPE html>\n${await <Page report={report} />}\n`;
}

function Page({ report }: { report: BacktestReport }) {
  const { costs, from, runs, source, to, version } = report;
  const strategies = [...new Set(runs.map(({ strategy }) => strategy))].join(", ");
  const symbols = [...new Set(runs.map(({ symbol }) => symbol))].join(", ");
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`Backtest: ${strategies} on ${symbols}`}</title>
        <style dangerouslySetInnerHTML={{ __html: STYLE }} />
      </head>
      <body>
        <h1>{`Backtest: ${strategies} on ${symbols}`}</h1>
        <dl>
          <dt>Played</dt>
          <dd>{source}</dd>
          <dt>From</dt>
          <dd>{`${formatTime(from)} to ${formatTime(to)}`}</dd>
          <dt>Costs</dt>
          <dd>
            {`a spread of ${costs.spread} bps, a commission of ${costs.commission} bps a side`}
          </dd>
          <dt>By</dt>
          <dd>{`marketd ${version}`}</dd>
        </dl>
        {runs.length > 1 ? <Overview runs={runs} /> : null}
        {runs.map((run) => <Run run={run} />)}
        <h2>How it is counted</h2>
        <ul>{RULES.map((rule) => <li>{rule}</li>)}</ul>
        <ul class="soft">{FIGURES.map((one) => <li>{`${one.title}: ${one.meaning}.`}</li>)}</ul>
      </body>
    </html>
  );
}

/** Both sides of every run, each leading to its section. */
function Overview({ runs }: { runs: readonly BacktestRun[] }) {
  const [, ...figures] = FIGURES;
  return (
    <section>
      <h2>All</h2>
      <Wide label="Figures of all strategies and instruments">
        <table>
          <thead>
            <tr>
              <th scope="col">strategy</th>
              <th scope="col">symbol</th>
              {figures.map(({ meaning, title }) => <th scope="col" title={meaning}>{title}</th>)}
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <tr>
                <td>
                  <a href={`#${anchorOf(run)}`}>{run.strategy}</a>
                </td>
                <td>{run.symbol}</td>
                {figures.map((figure) => <td>{figure.of(tallySides(run.results)[0]!)}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </section>
  );
}

function anchorOf({ strategy, symbol }: BacktestRun): string {
  return `${strategy}-${symbol.replaceAll(/[^A-Za-z0-9.]/g, "_")}`;
}

function Run({ run }: { run: BacktestRun }) {
  const { basis, horizon, interval, results, symbol, title } = run;
  return (
    <section id={anchorOf(run)}>
      <h2>{`${title} on ${symbol}`}</h2>
      <p class="soft">
        {`Candles of ${interval} (${basis}), horizon ${formatDuration(horizon)}: ${
          parametersOf(run)
        }`}
      </p>
      <Tallies run={run} />
      <figure>
        <figcaption>
          Prices and signals <span class="soft">▲ buy ▼ sell, filled: reached its target</span>
        </figcaption>
        <Wide label={`Prices of ${symbol} and signals of ${title}`}>
          <Prices run={run} />
        </Wide>
      </figure>
      <div class="charts">
        <figure>
          <figcaption>Returns after costs</figcaption>
          <Curve results={results} />
        </figure>
        <figure>
          <figcaption>Excursions</figcaption>
          <Excursions results={results} />
        </figure>
      </div>
      <Signals run={run} />
    </section>
  );
}

function Tallies({ run: { results, symbol, title } }: { run: BacktestRun }) {
  return (
    <Wide label={`Figures of ${title} on ${symbol}`}>
      <table>
        <thead>
          <tr>
            {FIGURES.map(({ meaning, title }) => <th scope="col" title={meaning}>{title}</th>)}
          </tr>
        </thead>
        <tbody>
          {tallySides(results).map((tally) => (
            <tr class={tally.side ?? "both"}>
              {FIGURES.map((figure) => <td>{figure.of(tally)}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}
