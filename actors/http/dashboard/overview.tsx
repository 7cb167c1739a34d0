/**
 * `GET /`: all instruments, by market.
 *
 * @module
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { price, unitOf } from "./assets/format.js";
import { Layout, type Viewer } from "./layout.tsx";
import { answerPage, type PageDeps, pageRoute, viewerOf } from "./page.ts";
import type { Listing } from "../../instruments/directory.ts";
import type { Shared } from "../../shared.ts";
import type { Candle } from "../../../domain/candle.ts";
import { BASE_INTERVAL } from "../../../domain/interval.ts";
import { MARKETS } from "../../../domain/market.ts";

const route = pageRoute("/", "getOverview", "All instruments, as a page");

/** Answers `GET /`. */
export function mountOverview(app: OpenAPIHono, deps: PageDeps): void {
  app.openapi(route, (c) => {
    const viewer = viewerOf(c, deps);
    return answerPage(c, <Overview viewer={viewer} shared={deps.shared} />);
  });
}

function Overview({ viewer, shared }: { viewer: Viewer; shared: Shared }) {
  const listings = shared.directory.all();
  const markets = new Set(listings.map(({ instrument }) => instrument.market));
  return (
    <Layout title="Overview" path="/" viewer={viewer}>
      <h1 class="hidden">Overview</h1>
      {[...markets].map((market) => (
        <section aria-labelledby={`market-${market}`}>
          <h2 id={`market-${market}`}>{MARKETS[market].name}</h2>
          <table>
            <thead>
              <tr>
                <th scope="col">Symbol</th>
                <th scope="col" class="number">Last</th>
                <th scope="col">Provider</th>
                <th scope="col">State</th>
              </tr>
            </thead>
            <tbody>
              {listings.filter(({ instrument }) => instrument.market === market).map((listing) => (
                <Row shared={shared} listing={listing} />
              ))}
            </tbody>
          </table>
        </section>
      ))}
    </Layout>
  );
}

function Row({ shared, listing }: { shared: Shared; listing: Listing }) {
  const { instrument, provider, state } = listing;
  const { symbol } = instrument;
  return (
    <tr>
      <th scope="row">
        <a href={`/instruments/${encodeURIComponent(symbol)}`}>{symbol}</a>
      </th>
      <td class="number">
        {price(lastPrice(shared, listing), instrument)} <small>{unitOf(instrument)}</small>
      </td>
      <td>{provider}</td>
      <td>{state}</td>
    </tr>
  );
}

/** The close of the latest candle. */
function lastPrice({ hub }: Shared, { instrument, basis }: Listing): number | undefined {
  const subject = `${instrument.symbol} ${BASE_INTERVAL.name} ${basis}`;
  return (hub.latestOf("candle", subject)?.payload as Candle | undefined)?.close;
}
