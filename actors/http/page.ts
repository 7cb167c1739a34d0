/**
 * `GET /`: a page that says what runs, and links to everything else.
 *
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { html } from "hono/html";
import { type ProviderView, viewProviders } from "./api/providers.ts";
import { viewStatus } from "./api/status.ts";
import type { HttpDeps } from "./deps.ts";
import { viewHealth } from "./health.ts";
import { problems, READ } from "./openapi.ts";
import { FICTION } from "../settings/checks.ts";
import {
  count,
  instrumentsTable,
  links,
  providersTable,
  span,
  stagesTable,
} from "./pagesections.ts";
import { STYLE } from "./style.ts";

const page = createRoute({
  method: "get",
  path: "/",
  operationId: "getPage",
  tags: ["about"],
  summary: "What runs, as a page",
  security: READ,
  responses: {
    200: { description: "The page.", content: { "text/html": { schema: z.string() } } },
    ...problems(),
  },
});

const style = createRoute({
  method: "get",
  path: "/style.css",
  operationId: "getStyle",
  tags: ["about"],
  summary: "How the page looks",
  security: READ,
  responses: {
    200: { description: "The style.", content: { "text/css": { schema: z.string() } } },
    ...problems(),
  },
});

/** The page needs its style and nothing else. */
const POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; " +
  "frame-ancestors 'none'";
/** Seconds after which the page is read again. */
const REFRESH = 10;

const FICTIONAL = "The market is made up: the demo provider invents every price.";

/** Answers `GET /`. */
export function mountPage(app: OpenAPIHono, deps: HttpDeps): void {
  app.openapi(style, (c) => c.body(STYLE, 200, { "content-type": "text/css; charset=utf-8" }));
  app.openapi(page, async (c) => {
    c.header("content-security-policy", POLICY);
    return c.html(await draw(deps, await viewProviders(deps)), 200);
  });
}

function draw(deps: HttpDeps, providers: readonly ProviderView[]) {
  const status = viewStatus(deps);
  const health = viewHealth(deps);
  const isFiction = Object.hasOwn(deps.shared.settings.providers, FICTION);
  const listings = deps.shared.directory.all();
  return html`
    <!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="refresh" content="${REFRESH}">
        <title>marketd</title>
        <link rel="stylesheet" href="/style.css">
      </head>
      <body>
        <header>
          <h1>marketd <small>${status.version}</small></h1>
          <p><b class="${health.status}">${health.status}</b>
    ${status.state}, up ${span(status.uptimeSeconds)}, ${count(
      status.stream.clients,
      "stream client",
    )}${health.output === undefined ? "" : `; ${health.output}`}</p>
    ${isFiction ? html`<p><b class="warn">demo</b> ${FICTIONAL}</p>` : ""}
        </header>
        <main>
    ${providersTable(providers)}
    ${instrumentsTable(deps.shared, listings)}
    ${stagesTable(status)}
    ${links(listings[0]?.instrument.symbol ?? "AAPL")}
        </main>
      </body>
    </html>
  `;
}
