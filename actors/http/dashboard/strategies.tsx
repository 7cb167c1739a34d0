/**
 * `GET /strategies`: which strategies run on what, switching and tuning them, and what they say.
 *
 * @module
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { Layout } from "./layout.tsx";
import { answerPage, type PageDeps, pageRoute, viewerOf } from "./page.ts";
import { STRATEGIES_MODULES } from "./strategiesassets.ts";

const PATH = "/strategies";
const route = pageRoute(PATH, "getStrategiesPage", "Strategies and their signals, as a page");

/** Answers `GET /strategies`. */
export function mountStrategiesPage(app: OpenAPIHono, deps: PageDeps): void {
  const { intervals, setups } = deps.shared;
  app.openapi(route, (c) => {
    const viewer = viewerOf(c, deps);
    return answerPage(
      c,
      <Layout
        title="Strategies"
        path={PATH}
        viewer={viewer}
        scripts={["strategies.js"]}
        modules={STRATEGIES_MODULES}
        styles={["strategies.css"]}
      >
        <div class="bar">
          <h1>Strategies</h1>
          <p class="soft">They give signals, and trade nothing.</p>
          {!viewer.signedIn && (
            <p>
              <a href={`/signin?to=${encodeURIComponent(PATH)}`}>Sign in</a>{" "}
              to switch and tune them.
            </p>
          )}
          <p id="trouble" class="down" role="alert"></p>
        </div>
        <div
          id="strategies"
          data-intervals={intervals.map(({ name }) => name).join()}
          data-backtests={deps.backtests}
          data-flags={JSON.stringify(deps.flags ?? [])}
          data-may-write={viewer.signedIn ? "" : undefined}
        >
          {[...setups.catalog.values()].map(({ id, title, description }) => (
            <Strategy id={id} title={title} description={description} />
          ))}
        </div>
        <section class="panel" aria-labelledby="backtests-title">
          <h2 id="backtests-title">Backtests</h2>
          <ul id="backtests" hidden></ul>
          <p class="soft note">
            None is kept yet. Under <i>Tune</i>{" "}
            is the command that tests a strategy on what is stored.
          </p>
        </section>
        <SetupDialog />
        <RemovalDialog />
      </Layout>,
    );
  });
}

interface StrategyProps {
  readonly id: string;
  readonly title: string;
  readonly description: string;
}

function Strategy({ id, title, description }: StrategyProps) {
  return (
    <section class="panel strategy" data-strategy={id} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      <p class="soft">{description}</p>
      <div class="scroll" role="region" aria-label={`Where ${title} runs`} tabindex={0}>
        <table>
          <thead>
            <tr>
              {["Instrument", "On", "Interval", "Parameters", "How it fares", "Set by", ""].map((
                head,
              ) => <th scope="col">{head === "" ? <span class="hidden">Change</span> : head}</th>)}
            </tr>
          </thead>
          <tbody class="setups"></tbody>
        </table>
      </div>
      <form class="add">
        <label>
          Set it up for <select name="symbol"></select>
        </label>
        <button type="submit">Set up</button>
      </form>
      <h3>Signals</h3>
      <ol class="signals"></ol>
      <p class="soft note">None yet.</p>
    </section>
  );
}

/** How a strategy is tuned for an instrument; the page makes the fields from the schema. */
function SetupDialog() {
  return (
    <dialog id="setup" aria-labelledby="setup-title">
      <form method="dialog" novalidate>
        <h2 id="setup-title"></h2>
        <div class="fields"></div>
        <p class="down" data-error role="alert"></p>
        <div class="buttons">
          <button type="submit">Save</button>
          <button type="button" name="usual">As usual</button>
          <button type="button" name="cancel">Cancel</button>
        </div>
        <details class="report">
          <summary>Test these on what is stored</summary>
          <p class="soft">
            This writes a page of what these parameters would have said, and what came of it.
          </p>
          <pre tabindex={0}></pre>
          <button type="button" name="copy">Copy</button>
        </details>
        <details class="changes">
          <summary>What was changed</summary>
          <ul></ul>
        </details>
      </form>
    </dialog>
  );
}

/** What is asked before a setup is removed. */
function RemovalDialog() {
  return (
    <dialog id="removal" aria-labelledby="removal-title">
      <form method="dialog">
        <h2 id="removal-title"></h2>
        <p data-gone></p>
        <p data-again class="soft"></p>
        <div class="buttons">
          <button type="submit" value="remove">Remove</button>
          <button type="submit" value="" autofocus>Cancel</button>
        </div>
      </form>
    </dialog>
  );
}
