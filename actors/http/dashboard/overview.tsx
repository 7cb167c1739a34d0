/**
 * `GET /`: all instruments, by market.
 *
 * @module
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { cellsOf, freshnessOf, phaseOf, type Snapshot, tally } from "./assets/rows.js";
import { minute } from "./assets/format.js";
import { type Group, groupsOf } from "./groups.ts";
import { Layout } from "./layout.tsx";
import { answerPage, type PageDeps, pageRoute, viewerOf } from "./page.ts";
import { type MarketView, viewMarket } from "../api/markets.ts";
import { type Look, lookAround, viewSnapshot } from "../api/snapshotview.ts";
import { isDynamic } from "../../routing/subscriptions.ts";
import type { Listing } from "../../instruments/directory.ts";
import { MILLISECOND } from "../../../domain/time.ts";

const route = pageRoute("/", "getOverview", "All instruments, as a page");

const KEYS = [
  ["j", "the next instrument"],
  ["k", "the one before"],
  ["Enter", "open it"],
  ["w", "watch it, or no more"],
  ["/", "search"],
  ["Esc", "show all again"],
] as const;

/** Answers `GET /`. */
export function mountOverview(app: OpenAPIHono, deps: PageDeps): void {
  app.openapi(route, (c) => {
    const viewer = viewerOf(c, deps);
    const look = lookAround(deps);
    const snapshots = new Map(
      deps.shared.directory.all().map((listing) => [
        listing.instrument.symbol,
        viewSnapshot(look, listing, deps.closes.known(listing)),
      ]),
    );
    return answerPage(
      c,
      <Layout
        title="Overview"
        path="/"
        viewer={viewer}
        scripts={["overview.js"]}
        modules={["rows.js", "row.js", "spark.js", "watchlist.js"]}
        styles={["overview.css"]}
        keys={KEYS}
      >
        <h1 class="hidden">Overview</h1>
        <div class="bar">
          <label class="hidden" for="search">Search instruments</label>
          <input id="search" type="search" placeholder="Search  /" autocomplete="off" />
          <p id="tally" role="status">
            <Tally snapshots={[...snapshots.values()]} />
          </p>
          <p id="trouble" class="down" role="alert"></p>
        </div>
        <div id="markets" data-dynamic={isDynamic(deps.shared)} data-daily={hasDays(deps)}>
          <Section id="watchlist" name="Watchlist" hidden />
          {groupsOf(deps.shared.directory.all()).map((group) => (
            <Market group={group} look={look} deps={deps} snapshots={snapshots} />
          ))}
          {snapshots.size === 0 && (
            <p class="panel">
              Nothing is followed yet. Name instruments in the configuration, or add one:{" "}
              <code>POST /api/v1/instruments</code>.
            </p>
          )}
        </div>
        <p id="no-hit" class="panel" role="status" hidden></p>
      </Layout>,
    );
  });
}

/** Whether days have candles. */
function hasDays({ shared }: PageDeps): boolean {
  return shared.intervals.some(({ name }) => name === "1d");
}

function Tally({ snapshots }: { snapshots: readonly Snapshot[] }) {
  return (
    <>
      {tally(snapshots).map(([state, many]) => (
        <span class="fresh" data-tone={state}>{`${many} ${state}`}</span>
      ))}
    </>
  );
}

interface MarketProps {
  readonly group: Group<Listing>;
  readonly look: Look;
  readonly deps: PageDeps;
  readonly snapshots: ReadonlyMap<string, Snapshot>;
}

function Market({ group, look, deps, snapshots }: MarketProps) {
  const { id, name, markets, members } = group;
  const now = look.now / MILLISECOND;
  return (
    <Section
      id={id}
      name={name}
      phases={markets.map((market) => (
        <Phase market={viewMarket(deps, market)} now={now} isNamed={markets.length > 1} />
      ))}
    >
      {members.map(({ instrument }) => (
        <Row snapshot={snapshots.get(instrument.symbol)!} now={now} />
      ))}
    </Section>
  );
}

interface PhaseProps {
  readonly market: MarketView;
  readonly now: number;
  readonly isNamed: boolean;
}

function Phase({ market, now, isNamed }: PhaseProps) {
  const { tone, text, then } = phaseOf(market, now);
  return (
    <p class="phase" data-market={market.id}>
      {isNamed && <span class="soft">{market.id}</span>}
      <b data-tone={tone}>{text}</b>
      <span class="soft">
        <span class="then">{then}</span>{" "}
        <time datetime={market.next.time} data-zone={market.zone} data-form="minute">
          {minute(market.next.time, market.zone)}
        </time>
      </span>
    </p>
  );
}

interface SectionProps {
  readonly id: string;
  readonly name: string;
  readonly hidden?: boolean;
  readonly phases?: unknown;
  readonly children?: unknown;
}

function Section({ id, name, hidden = false, phases, children }: SectionProps) {
  return (
    <section id={id} aria-labelledby={`${id}-name`} hidden={hidden}>
      <header>
        <h2 id={`${id}-name`}>{name}</h2>
        {phases}
      </header>
      <table aria-labelledby={`${id}-name`}>
        <thead>
          <tr>
            <th scope="col" class="star">
              <span class="hidden">Watch</span>
            </th>
            <th scope="col">Symbol</th>
            <th scope="col" class="number">Last</th>
            <th scope="col" class="number wide">Change</th>
            <th scope="col" class="number">%</th>
            <th scope="col" class="wide">
              <span class="hidden">The last hour</span>
            </th>
            <th scope="col" class="number wide">Bid</th>
            <th scope="col" class="number wide">Ask</th>
            <th scope="col" class="number wide">Volume</th>
            <th scope="col" class="number wide">Flow</th>
            <th scope="col" class="wide">State</th>
            <th scope="col" class="wide">Feed</th>
            <th scope="col">Freshness</th>
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

function Row({ snapshot, now }: { snapshot: Snapshot; now: number }) {
  const { symbol, market, provider, level } = snapshot;
  const cells = cellsOf(snapshot);
  const fresh = freshnessOf(snapshot, now, false);
  const cell = (name: keyof typeof cells, cls: string) => {
    const { text, tone, title } = cells[name];
    return <td class={cls} data-cell={name} data-tone={tone || undefined} title={title}>{text}</td>;
  };
  return (
    <tr data-symbol={symbol}>
      <td class="star">
        <button type="button" aria-pressed="false" aria-label={`Watch ${symbol}`}>☆</button>
      </td>
      <th scope="row">
        <a href={`/instruments/${encodeURIComponent(symbol)}`}>{symbol}</a>
        <small class="wide">{market}</small>
      </th>
      <td class="number last">
        <span data-cell="price">{cells.price.text}</span>
        <small data-cell="unit">{cells.unit.text}</small>
      </td>
      {cell("change", "number wide")}
      {cell("share", "number")}
      <td class="wide spark">
        <svg viewBox="0 0 96 22" width="96" height="22" aria-hidden="true">
          <polyline points="" />
        </svg>
      </td>
      {cell("bid", "number wide")}
      {cell("ask", "number wide")}
      {cell("volume", "number wide")}
      {cell("flow", "number wide")}
      {cell("state", "wide")}
      <td class="wide">
        <span class="badge" data-cell="provider">{provider}</span>{" "}
        <span class="badge" title={level === 2 ? "the book too" : "best bid and ask"}>
          L{level}
        </span>
      </td>
      <td class="told">
        <span class="fresh" data-cell="fresh" data-tone={fresh.tone}>{fresh.text}</span>{" "}
        <small class="wide" data-cell="why" title={fresh.why}>{fresh.why}</small>
      </td>
    </tr>
  );
}
