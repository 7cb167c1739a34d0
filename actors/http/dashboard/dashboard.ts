/**
 * The dashboard: pages for people, fed by the public API and the stream as anyone's.
 *
 * @module
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { mountAssets } from "./assets.ts";
import { mountInstrumentPage } from "./instrument.tsx";
import { mountOverview } from "./overview.tsx";
import type { PageDeps } from "./page.ts";
import { mountProvidersPage } from "./providers.tsx";
import { mountSignIn } from "./signin.tsx";
import { mountStrategiesPage } from "./strategies.tsx";
import type { Symbols } from "../symbols.ts";

/** Answers for all pages, and for what they are made of. */
export function mountDashboard(app: OpenAPIHono, deps: PageDeps, symbols: Symbols): void {
  mountAssets(app);
  mountSignIn(app, deps);
  mountOverview(app, deps);
  mountProvidersPage(app, deps);
  mountInstrumentPage(app, deps, symbols);
  mountStrategiesPage(app, deps);
}
