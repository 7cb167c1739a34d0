/**
 * `GET /providers`: how connections, routes and the daemon itself fare: what somebody needs who was
 * woken at night.
 *
 * @module
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { boxOf, graveness, lines, SIZE, STATES } from "./assets/machine.js";
import { moment } from "./assets/format.js";
import { Layout } from "./layout.tsx";
import { answerPage, type PageDeps, pageRoute, viewerOf } from "./page.ts";
import { type ProviderView, viewProviders } from "../api/providers.ts";
import { MILLISECOND } from "../../../domain/time.ts";

const route = pageRoute("/providers", "getProvidersPage", "Connections and routes, as a page");

/** Answers `GET /providers`. */
export function mountProvidersPage(app: OpenAPIHono, deps: PageDeps): void {
  app.openapi(route, async (c) => {
    const viewer = viewerOf(c, deps);
    const providers = await viewProviders(deps);
    const now = deps.shared.clock.now() / MILLISECOND;
    return answerPage(
      c,
      <Layout
        title="Providers"
        path="/providers"
        viewer={viewer}
        scripts={["providers.js"]}
        modules={["machine.js", "table.js", "provider.js", "plumbing.js"]}
        styles={["providers.css"]}
      >
        <div class="bar">
          <h1>Providers</h1>
          <p id="verdict" role="status" class="soft">asking how it fares</p>
          <p id="trouble" class="down" role="alert"></p>
        </div>
        <div id="providers">{providers.map((one) => <Provider provider={one} now={now} />)}</div>
        <Panel id="routes" name="Routes" what="Which provider feeds what, the first rule first.">
          <Table
            name="Routes"
            heads={["Route", "Matches", "Providers", "Leads", "Since", "Why", "Switch"]}
          />
        </Panel>
        <div class="two">
          <Panel id="gaps" name="Gaps" what="What nobody heard in the last day, the latest first.">
            <Table
              name="Gaps"
              heads={["Instrument", "From", "Lasted", "Provider", "Why", "Status"]}
            />
          </Panel>
          <Panel id="backfill" name="Backfill" what="What is filled from history.">
            <Table name="Backfill" heads={["Instrument", "From", "Provider", "Filled", "State"]} />
          </Panel>
        </div>
        <Panel
          id="quality"
          name="Quality"
          what="Ticks that the gate flagged since the start, and the last of them."
        >
          <Table
            name="Quality"
            heads={["Instrument", "Provider", "Reason", "Count", "Fate", "Last offenders"]}
          />
        </Panel>
        <div class="two">
          <Panel
            id="stages"
            name="Data path"
            what="Where the canary, a tick that is sent each second, was last seen."
          >
            <Table name="Data path" heads={["Stage", "Last canary", "State"]} />
            <p id="store" class="soft wrap"></p>
          </Panel>
          <Panel id="actors" name="Actors" what="The parts of the daemon, and who restarts them.">
            <Table name="Actors" heads={["Actor", "State", "Restarts", "Last error"]} />
          </Panel>
        </div>
      </Layout>,
    );
  });
}

interface PanelProps {
  readonly id: string;
  readonly name: string;
  readonly what: string;
  readonly children?: unknown;
}

function Panel({ id, name, what, children }: PanelProps) {
  return (
    <section id={id} class="panel" aria-labelledby={`${id}-name`}>
      <h2 id={`${id}-name`}>{name}</h2>
      <p class="soft">{what}</p>
      {children}
    </section>
  );
}

/** A table that the page fills; on a narrow screen it is scrolled, by keys too. */
function Table({ name, heads }: { readonly name: string; readonly heads: readonly string[] }) {
  return (
    <div class="scroll" role="region" aria-label={`${name}, as a table`} tabindex={0}>
      <table>
        <thead>
          <tr>{heads.map((head) => <th scope="col">{head}</th>)}</tr>
        </thead>
        <tbody>
          <tr>
            <td colspan={heads.length} class="soft">…</td>
          </tr>
        </tbody>
      </table>
    </div>
  );
}

function Provider({ provider, now }: { readonly provider: ProviderView; readonly now: number }) {
  const { id, name, state, since, instruments } = provider;
  const anchor = `provider-${id}`;
  return (
    <section
      class="panel provider"
      id={anchor}
      data-provider={id}
      aria-labelledby={`${anchor}-name`}
    >
      <header>
        <h2 id={`${anchor}-name`}>{name}</h2>
        <code class="soft">{id}</code>
        <p class="state" data-tone={graveness(state)}>
          <b data-field="state">{state}</b>
        </p>
        <p class="soft">
          since <span data-field="since">{since === null ? "–" : moment(since, "UTC", now)}</span>
        </p>
        <p class="soft" data-field="instruments">{instruments} instruments</p>
        <button type="button" data-reset={id} hidden>Connect anew</button>
      </header>
      <p class="error wrap" data-field="error" hidden></p>
      <div
        class="scroll"
        role="region"
        aria-label={`${name}, its connection's states`}
        tabindex={0}
      >
        <Machine provider={provider} />
      </div>
      <h3 class="hidden">Its latest states</h3>
      <div class="strip" role="img" aria-label="The last hour" data-field="strip"></div>
      <dl class="facts" data-field="facts"></dl>
      <div class="meters" data-field="quotas"></div>
      <details open>
        <summary>History</summary>
        <div class="history" role="region" aria-label={`${name}, its history`} tabindex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col">Event</th>
                <th scope="col">Why</th>
                <th scope="col">Attempt</th>
              </tr>
            </thead>
            <tbody data-field="history"></tbody>
          </table>
        </div>
      </details>
      <details data-field="refusals-box" hidden>
        <summary>
          Refused instruments (<span data-field="refusals-count">0</span>)
        </summary>
        <ul data-field="refusals"></ul>
      </details>
      <details data-field="problems-box" hidden>
        <summary>
          Unusable frames and rows (<span data-field="problems-count">0</span>)
        </summary>
        <ul data-field="problems"></ul>
      </details>
      <details data-field="words-box" hidden>
        <summary>What the venue told</summary>
        <ul data-field="words"></ul>
      </details>
    </section>
  );
}

function Machine({ provider: { id, state } }: { readonly provider: ProviderView }) {
  const { width, height } = SIZE;
  const marker = `arrow-${id}`;
  return (
    <svg
      class="machine"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label={`The connection is ${state}`}
      data-state={state}
    >
      <defs>
        <marker
          id={marker}
          viewBox="0 0 8 8"
          refX="6"
          refY="4"
          markerWidth="7"
          markerHeight="7"
          orient="auto-start-reverse"
        >
          <path d="M0 0 8 4 0 8z" />
        </marker>
      </defs>
      {lines().map(({ byHand, ...ends }) => (
        <line {...ends} class={byHand ? "by-hand" : undefined} marker-end={`url(#${marker})`} />
      ))}
      {STATES.map((place) => (
        <g data-name={place.name} class={place.name === state ? "now" : undefined}>
          <rect {...boxOf(place)} />
          <text x={place.x} y={place.y + 4} text-anchor="middle">{place.name}</text>
        </g>
      ))}
    </svg>
  );
}
