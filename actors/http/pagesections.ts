/**
 * The sections of the page. Whatever is put into the markup is escaped by the template.
 *
 * @module
 */
import { html } from "hono/html";
import type { ProviderView } from "./api/providers.ts";
import type { StatusView } from "./api/status.ts";
import type { Listing } from "../instruments/directory.ts";
import type { Shared } from "../shared.ts";
import type { Candle } from "../../domain/candle.ts";
import { BASE_INTERVAL } from "../../domain/interval.ts";
import { type Micros, SECOND } from "../../domain/time.ts";

/** Instruments shown. */
const SHOWN = 200;

/** The providers, and how each fares. */
export function providersTable(providers: readonly ProviderView[]) {
  return html`
    <section>
      <h2>Providers</h2>
      <table>
        <thead>
          <tr>
            <th>Provider</th>
            <th>State</th>
            <th>Instruments</th>
            <th>Last error</th>
          </tr>
        </thead>
        <tbody>${providers.map((one) =>
          html`
            <tr>
              <td>${one.name}</td>
              <td>${one.state}${progress(one)}</td>
              <td class="number">${one.instruments}</td>
              <td class="${one.lastError === null ? "" : "text"}">${one.lastError ?? ""}</td>
            </tr>
          `
        )}
        </tbody>
      </table>
    </section>
  `;
}

function progress({ progress }: ProviderView): string {
  if (progress === null || progress.total === 0) return "";
  return ` (${Math.floor(100 * progress.done / progress.total)} %)`;
}

/** The instruments, each with its last price. */
export function instrumentsTable(shared: Shared, listings: readonly Listing[]) {
  const rest = listings.length - SHOWN;
  const more = html`
    <p>and ${rest} more: <a href="/api/v1/instruments">all of them</a></p>
  `;
  return html`
    <section>
      <h2>Instruments</h2>
      <table>
        <thead>
          <tr>
            <th>Symbol</th>
            <th class="wide">Market</th>
            <th>Provider</th>
            <th>State</th>
            <th>Last</th>
            <th>Age</th>
            <th>Ticks</th>
          </tr>
        </thead>
        <tbody>${listings.slice(0, SHOWN).map((listing) => instrumentRow(shared, listing))}
        </tbody>
      </table>
      ${rest > 0 ? more : ""}
    </section>
  `;
}

function instrumentRow(shared: Shared, listing: Listing) {
  const { instrument, provider, state, ticks, lastTick } = listing;
  const { symbol, market } = instrument;
  return html`
    <tr>
      <td><a href="${candlesOf(symbol)}">${symbol}</a></td>
      <td class="wide">${market}</td>
      <td>${provider}</td>
      <td>${state}</td>
      <td class="number">${lastPrice(shared, listing) ?? ""}</td>
      <td class="number">${age(shared.clock.now(), lastTick)}</td>
      <td class="number">${ticks}</td>
    </tr>
  `;
}

/** The data path: the store, the stream, and the stages in between. */
export function stagesTable({ stages, store, stream }: StatusView) {
  return html`
    <section>
      <h2>Data path</h2>
      <p>Store: ${store.label}${store.trouble === null ? "" : `, ${store.trouble}`}; ${count(
        store.ticks,
        "tick",
      )} and ${count(store.candles, "candle")} kept since the start, ${count(
        store.waitingRows,
        "row",
      )} waiting.
    Stream: epoch ${stream.epoch}, event ${stream.sequence}.</p>
      <table>
        <thead>
          <tr>
            <th>Stage</th>
            <th>Last canary</th>
            <th></th>
          </tr>
        </thead>
        <tbody>${stages.map(({ stage, ageSeconds, alive }) =>
          html`
            <tr>
              <td>${stage}</td>
              <td class="number">${ageSeconds === null
                ? "none yet"
                : `${ageSeconds.toFixed(1)} s ago`}</td>
              <td>${alive ? "alive" : html`<b class="fail">silent</b>`}</td>
            </tr>
          `
        )}
        </tbody>
      </table>
    </section>
  `;
}

/** Where to go from here; the examples are about one instrument. */
export function links(symbol: string) {
  const stream = `/api/v1/stream?symbols=${encodeURIComponent(symbol)}&types=trade,quote,candle`;
  const paths: [string, string][] = [
    ["/api/v1/status", "what runs"],
    ["/api/v1/providers", "the providers"],
    ["/api/v1/routes", "which provider feeds what"],
    ["/api/v1/instruments", "what is followed"],
    [candlesOf(symbol), "stored candles, then the forming one"],
    [`/api/v1/ticks?symbol=${encodeURIComponent(symbol)}&limit=100`, "what the venues said"],
    ["/api/v1/gaps", "what was missed"],
    ["/api/v1/quality", "which ticks were refused or flagged, and why"],
    [stream, "the live stream"],
    ["/readyz?verbose", "readiness"],
    ["/health", "health, by component"],
    ["/metrics", "metrics, for Prometheus"],
    ["/openapi.json", "the description of all this"],
  ];
  const commands = [
    `curl 'ADDRESS${candlesOf(symbol)}'`,
    `curl -H 'Accept: text/csv' 'ADDRESS${candlesOf(symbol)}'`,
    `curl -N 'ADDRESS${stream}'`,
  ];
  return html`
    <section>
      <h2>Ask it</h2>
      <ul>${paths.map(([path, what]) =>
        html`
          <li><a href="${path}"><code>${path}</code></a> ${what}</li>
        `
      )}
      </ul>
      <p>From a shell, with this page's address for ADDRESS:</p>
      <pre>${commands.join("\n")}</pre>
    </section>
  `;
}

function candlesOf(symbol: string): string {
  return `/api/v1/candles?symbol=${encodeURIComponent(symbol)}`;
}

/** The close of the latest candle. */
function lastPrice({ hub }: Shared, { instrument, basis }: Listing): number | undefined {
  const subject = `${instrument.symbol} ${BASE_INTERVAL.name} ${basis}`;
  return (hub.latestOf("candle", subject)?.payload as Candle | undefined)?.close;
}

function age(now: Micros, then: Micros | null): string {
  return then === null ? "" : span((now - then) / SECOND);
}

/** A number of things: `1 row`, `2 rows`. */
export function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}

/** A span of seconds in one unit, rounded down: `3 h`. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 120) return `${whole} s`;
  if (whole < 7_200) return `${Math.floor(whole / 60)} min`;
  return whole < 172_800 ? `${Math.floor(whole / 3_600)} h` : `${Math.floor(whole / 86_400)} d`;
}
