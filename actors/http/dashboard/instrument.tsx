/**
 * `GET /instruments/{symbol}`: one instrument, as a page.
 *
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { unitOf } from "./assets/format.js";
import { INSTRUMENT_MODULES } from "./instrumentassets.ts";
import { Layout, type Viewer } from "./layout.tsx";
import { answerPage, type PageDeps, pageRoute, viewerOf } from "./page.ts";
import type { Listing } from "../../instruments/directory.ts";
import { problems } from "../openapi.ts";
import type { Symbols } from "../symbols.ts";
import { MARKETS } from "../../../domain/market.ts";

const page = pageRoute("/instruments/{symbol}", "getInstrumentPage", "One instrument, as a page");

const route = createRoute({
  ...page,
  request: { params: z.object({ symbol: z.string().openapi({ example: "AAPL" }) }) },
  responses: { ...page.responses, ...problems(404) },
});

/** What the keys do while the chart has the focus. */
const KEYS = [
  ["← →", "go from bar to bar on the chart"],
  ["Page ↑ ↓", "scroll the chart back and forth"],
  ["+ −", "fewer or more bars"],
  ["Home", "go to the oldest bar that is loaded"],
  ["End", "go to the newest bar"],
] as const;

/** Answers `GET /instruments/{symbol}`. */
export function mountInstrumentPage(app: OpenAPIHono, deps: PageDeps, symbols: Symbols): void {
  const { directory, intervals } = deps.shared;
  app.openapi(route, (c) => {
    const symbol = c.req.valid("param").symbol.toUpperCase();
    const listing = directory.get(symbol);
    if (listing === undefined) throw symbols.unknown(symbol);
    const names = intervals.map(({ name }) => name);
    return answerPage(
      c,
      <InstrumentPage viewer={viewerOf(c, deps)} listing={listing} intervals={names} />,
    );
  });
}

interface InstrumentPageProps {
  readonly viewer: Viewer;
  readonly listing: Listing;
  readonly intervals: readonly string[];
}

function InstrumentPage({ viewer, listing, intervals }: InstrumentPageProps) {
  const { instrument, basis } = listing;
  const { symbol, currency, level, market, step } = instrument;
  const { name, zone } = MARKETS[market];
  const hasTrades = basis === "trade";
  return (
    <Layout
      title={symbol}
      path={`/instruments/${encodeURIComponent(symbol)}`}
      viewer={viewer}
      scripts={["instrument.js"]}
      modules={INSTRUMENT_MODULES}
      styles={["instrument.css"]}
      keys={KEYS}
    >
      <div
        id="instrument"
        data-symbol={symbol}
        data-currency={currency}
        data-market={market}
        data-zone={zone}
        data-step={step}
        data-basis={basis}
        data-level={level}
      >
        <header class="facts">
          <h1>{symbol}</h1>
          <p class="soft">
            {name}
            {currency !== unitOf(instrument) && unitOf(instrument) !== "" && `, ${currency}`}
          </p>
          <p id="last" class="last">
            <b>–</b> <small>{unitOf(instrument)}</small> <span></span>
          </p>
          <p id="since" class="soft"></p>
          <dl id="facts">
            <div>
              <dt>Session</dt>
              <dd data-fact="session" class="phase"></dd>
            </div>
            <div>
              <dt>Market</dt>
              <dd data-fact="state" data-cell="state">–</dd>
            </div>
            <div>
              <dt>Provider</dt>
              <dd data-fact="provider">{listing.provider}</dd>
            </div>
            <div>
              <dt>Feed</dt>
              <dd data-fact="fresh" class="fresh">–</dd>
            </div>
            <div>
              <dt class="hidden">Level</dt>
              <dd>
                <span class="badge">L{level}</span>
              </dd>
            </div>
          </dl>
        </header>
        <p id="fresh-why" class="trouble warn" role="status" hidden></p>
        <ul id="reasons" class="reasons soft" aria-label="Why the market's state is as it is"></ul>
        <div class="board">
          <ChartPanel intervals={intervals} basis={basis} />
          <div class="beside">
            <section class="panel" aria-labelledby="book-title">
              <h2 id="book-title">{level === 2 ? "Order book" : "Best bid and ask"}</h2>
              <table id="ladder" class="ladder">
                <thead>
                  <tr>
                    <th scope="col">Side</th>
                    <th scope="col" class="number">Size</th>
                    <th scope="col" class="number">Price</th>
                  </tr>
                </thead>
              </table>
              <p id="book-note" class="soft note">
                {level === 2 ? "No book was heard yet." : "No quote was heard yet."}
              </p>
            </section>
            <section class="panel" aria-labelledby="tape-title">
              <h2 id="tape-title">Tape</h2>
              <p id="tape-note" class="soft note">
                {hasTrades ? "No trade yet." : "This feed has quotes, and no trades."}
              </p>
              <div class="tape" tabindex={0} role="region" aria-label="Trades" hidden>
                <table>
                  <thead>
                    <tr>
                      <th scope="col">Time</th>
                      <th scope="col" class="number">Price</th>
                      <th scope="col" class="number">Size</th>
                      <th scope="col">Side</th>
                      <th scope="col">Flags</th>
                    </tr>
                  </thead>
                  <tbody id="tape"></tbody>
                </table>
              </div>
            </section>
          </div>
        </div>
        <BarTable />
        <section class="panel" aria-labelledby="signals-title">
          <h2 id="signals-title">Signals</h2>
          <ol id="signals" class="signals" hidden></ol>
          <p id="signals-note" class="soft note">None among the bars that are loaded.</p>
        </section>
        <section class="panel" aria-labelledby="gaps-title">
          <h2 id="gaps-title">Gaps</h2>
          <p id="gaps-note" class="soft note">None is known.</p>
          <div class="scroll" tabindex={0} role="region" aria-label="The latest gaps" hidden>
            <table>
              <thead>
                <tr>
                  {["From", "To", "Lasted", "Why", "Provider", "Refilled"].map((title) => (
                    <th scope="col">{title}</th>
                  ))}
                </tr>
              </thead>
              <tbody id="gaps"></tbody>
            </table>
          </div>
        </section>
      </div>
    </Layout>
  );
}

function ChartPanel({ intervals, basis }: { intervals: readonly string[]; basis: string }) {
  return (
    <section class="panel chart-panel" aria-labelledby="chart-title">
      <h2 id="chart-title" class="hidden">Chart</h2>
      <div class="chart-tools">
        <fieldset id="intervals" class="choice">
          <legend class="hidden">Interval</legend>
          {intervals.map((name) => (
            <label>
              <input type="radio" name="interval" value={name} /> {name}
            </label>
          ))}
        </fieldset>
        <fieldset id="spans" class="choice">
          <legend>Profile</legend>
          <label>
            <input type="radio" name="span" value="session" checked /> session
          </label>
          <label>
            <input type="radio" name="span" value="sight" /> in sight
          </label>
          <label>
            <input type="radio" name="span" value="none" /> none
          </label>
        </fieldset>
        <details class="indicators">
          <summary>Indicators</summary>
          <form id="indicator-form">
            <label>
              Add <select name="name"></select>
            </label>
            <span id="indicator-fields"></span>
            <button type="submit">Add</button>
            <p id="indicator-trouble" class="down" role="alert"></p>
          </form>
        </details>
        <ul id="indicator-list" class="chosen" aria-label="Indicators shown"></ul>
        <button id="latest" type="button">Newest</button>
      </div>
      <p id="chart-trouble" class="trouble warn" role="alert" hidden></p>
      <div id="readout" class="readout"></div>
      <div
        id="chart"
        class="chart"
        tabindex={0}
        role="application"
        aria-roledescription="chart"
        aria-labelledby="chart-title chart-summary"
        aria-describedby="chart-help"
      >
      </div>
      <p id="chart-summary" class="hidden"></p>
      <p id="chart-help" class="hidden">
        Arrow keys go from bar to bar. The table below has the same bars.
      </p>
      <p id="chart-said" class="hidden" role="status"></p>
      <div class="below">
        <ul id="legend" class="legend" aria-label="Signs on the chart">
          <li>
            <span class="candle rise" aria-hidden="true"></span> rose
          </li>
          <li>
            <span class="candle fall" aria-hidden="true"></span> fell
          </li>
          {LEGEND.map(([sign, what]) => (
            <li>
              <canvas data-sign={sign} width={14} height={14} aria-hidden="true"></canvas> {what}
            </li>
          ))}
        </ul>
        <p id="profile-said" class="soft"></p>
        <p class="soft credit">
          On {basis === "trade" ? "trades" : `${basis} quotes`}. Chart by{" "}
          <a href="https://www.tradingview.com/" rel="noreferrer">TradingView</a>{" "}
          Lightweight Charts™
        </p>
      </div>
    </section>
  );
}

/** What the table says of a bar in figures. */
const FIGURES = ["Open", "High", "Low", "Close", "Volume", "Ticks"];

function BarTable() {
  return (
    <details id="bar-table" class="panel">
      <summary>The newest bars as a table</summary>
      <div class="scroll" tabindex={0} role="region" aria-label="The newest bars">
        <table>
          <thead>
            <tr>
              <th scope="col">Start</th>
              {FIGURES.map((title) => <th scope="col" class="number">{title}</th>)}
              <th scope="col">Status</th>
              <th scope="col">From</th>
            </tr>
          </thead>
          <tbody></tbody>
        </table>
      </div>
    </details>
  );
}

/** The signs on the chart, and what they mean. */
const LEGEND = [
  ["partial", "partial: watched for only a part of it"],
  ["gapped", "gapped: an outage lies inside it"],
  ["repaired", "repaired from history"],
  ["gap", "gap: the feed was not heard"],
] as const;
