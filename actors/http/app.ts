/**
 * The HTTP surface as an application: who is let in, then the resources.
 *
 * @module
 */
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { compress } from "hono/compress";
import { mountActors } from "./api/actors.ts";
import { mountBackfill } from "./api/backfill.ts";
import { mountBacktests } from "./api/backtests.ts";
import { mountBook } from "./api/book.ts";
import { Closes } from "./api/closes.ts";
import { mountCandles } from "./api/candles.ts";
import { mountFlow } from "./api/flow.ts";
import { mountGaps } from "./api/gaps.ts";
import { mountExchanges } from "./api/exchanges.ts";
import { mountIndicators } from "./api/indicators.ts";
import { mountInstruments } from "./api/instruments.ts";
import { mountMarkets } from "./api/markets.ts";
import { mountProfile } from "./api/profile.ts";
import { mountProviders } from "./api/providers.ts";
import { mountQuality } from "./api/quality.ts";
import { mountRoutes } from "./api/routes.ts";
import { mountSnapshots } from "./api/snapshots.ts";
import { mountSignals } from "./api/signals.ts";
import { mountState } from "./api/state.ts";
import { mountStatus } from "./api/status.ts";
import { mountStrategies } from "./api/strategies.ts";
import { mountTicks } from "./api/ticks.ts";
import { Attempts } from "./attempts.ts";
import { checkBody } from "./body.ts";
import { mountDashboard } from "./dashboard/dashboard.ts";
import { type PageDeps, wantsPage } from "./dashboard/page.ts";
import { answerTrouble } from "./dashboard/trouble.tsx";
import type { HttpDeps } from "./deps.ts";
import { checkHost, checkOrigin, checkToken } from "./guards.ts";
import { finish } from "./headers.ts";
import { mountHealth } from "./health.ts";
import { mountMetrics } from "./metrics.ts";
import { mountDescription } from "./openapi.ts";
import { mountProbes } from "./probes.ts";
import { answerError, ProblemError, problemResponse, toProblem } from "./problem.ts";
import { Sessions } from "./sessions.ts";
import { SignedOut } from "./signedout.ts";
import { Symbols } from "./symbols.ts";
import { refuseInput } from "./validation.ts";

/** Makes the application. */
export function createApp(deps: HttpDeps): OpenAPIHono {
  const { server } = deps.shared.settings;
  const attempts = new Attempts(deps.token, deps.shared.uptime);
  const sessions = new Sessions(deps.token, deps.signedOut ?? SignedOut.inMemory());
  const symbols = new Symbols(deps.shared);
  const closes = new Closes(deps.shared);
  const app = new OpenAPIHono({
    defaultHook: (result, c) =>
      result.success ? undefined : problemResponse(c.req.path, refuseInput(result)),
  });
  const pages: PageDeps = { ...deps, attempts, closes, sessions };
  const answer = (error: unknown, c: Context) => {
    if (!wantsPage(c)) return answerError(error, c);
    const problem = toProblem(error, c.req.method, c.req.path);
    // Who asked for another host is shown nothing of this one.
    return problem.status === 421 ? answerError(problem, c) : answerTrouble(c, pages, problem);
  };
  app.onError(answer);
  const authenticate = checkToken(attempts, sessions);
  app.use(finish, checkHost(server), checkOrigin(server), authenticate, checkBody);
  for (const name of LONG) app.use(`/api/v1/${name}`, zip);
  mountStatus(app, deps);
  mountActors(app, deps);
  mountProviders(app, deps);
  mountRoutes(app, deps);
  mountExchanges(app, deps);
  mountInstruments(app, deps, symbols);
  mountMarkets(app, deps);
  mountSnapshots(app, deps, { closes, symbols });
  mountCandles(app, deps, symbols);
  mountIndicators(app, deps, symbols);
  mountTicks(app, deps, symbols);
  mountGaps(app, deps, symbols);
  mountBackfill(app, deps, symbols);
  mountBook(app, deps, symbols);
  mountProfile(app, deps, symbols);
  mountFlow(app, deps, symbols);
  mountState(app, deps, symbols);
  mountSignals(app, deps, symbols);
  mountStrategies(app, deps, symbols);
  mountBacktests(app, deps);
  mountQuality(app, deps, symbols);
  deps.stream.mount(app);
  mountProbes(app, deps);
  mountHealth(app, deps);
  mountMetrics(app, deps);
  mountDashboard(app, pages, symbols);
  mountDescription(app, deps.version);
  app.notFound((c) => answer(missing(app, c), c));
  return app;
}

/** What may be long is sent as gzip to who asks for it. */
const LONG = ["candles", "flow", "indicators", "profile", "signals", "ticks"];
const zip = compress({ encoding: "gzip", contentTypeFilter: /^(application\/json|text\/csv)\b/ });

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** Tells a path that is not there from one that is asked the wrong way. */
function missing(app: OpenAPIHono, c: Context): ProblemError {
  const { method, path } = c.req;
  const answers = METHODS.filter((method) =>
    app.router.match(method, path)[0].some(([[, route]]) => route.method === method)
  );
  if (answers.length === 0) {
    const detail = "Nothing is at this path; /openapi.json has the list.";
    return new ProblemError(404, "unknown-path", detail);
  }
  const allow = answers.flatMap((method) => method === "GET" ? ["GET", "HEAD"] : [method]);
  const detail = `This path does not answer to ${method}, but to ${allow.join(", ")}.`;
  return new ProblemError(405, "method-not-allowed", detail, {
    headers: { allow: allow.join(", ") },
  });
}
