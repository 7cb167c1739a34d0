/**
 * What the pages are made of besides their markup: modules, styles, the icon. All of it is inside the
 * program, and is served under a name that changes with any of it, so that a browser may keep it for
 * ever.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import api from "./assets/api.js" with { type: "text" };
import dom from "./assets/dom.js" with { type: "text" };
import feed from "./assets/feed.js" with { type: "text" };
import format from "./assets/format.js" with { type: "text" };
import icon from "./assets/icon.svg" with { type: "text" };
import machine from "./assets/machine.js" with { type: "text" };
import memory from "./assets/memory.js" with { type: "text" };
import overviewStyle from "./assets/overview.css" with { type: "text" };
import overview from "./assets/overview.js" with { type: "text" };
import plumbing from "./assets/plumbing.js" with { type: "text" };
import provider from "./assets/provider.js" with { type: "text" };
import providersStyle from "./assets/providers.css" with { type: "text" };
import providers from "./assets/providers.js" with { type: "text" };
import row from "./assets/row.js" with { type: "text" };
import rows from "./assets/rows.js" with { type: "text" };
import shell from "./assets/shell.js" with { type: "text" };
import spark from "./assets/spark.js" with { type: "text" };
import stream from "./assets/stream.js" with { type: "text" };
import streamworker from "./assets/streamworker.js" with { type: "text" };
import style from "./assets/style.css" with { type: "text" };
import table from "./assets/table.js" with { type: "text" };
import wants from "./assets/wants.js" with { type: "text" };
import watchlist from "./assets/watchlist.js" with { type: "text" };
import zone from "./assets/zone.js" with { type: "text" };
import { ASSET_ROOT } from "./paths.ts";
import { CHART_LIBRARY, readChartLibrary } from "./chartlibrary.ts";
import { INSTRUMENT_ASSETS } from "./instrumentassets.ts";
import { STRATEGIES_ASSETS } from "./strategiesassets.ts";
import { openProblems } from "../openapi.ts";
import { problem } from "../problem.ts";

/** The asset that is read out of its package. */
const LIBRARY = "chartlibrary.js";

/** The assets, by name; of the library its name alone. */
const ASSETS: Readonly<Record<string, string>> = {
  ...INSTRUMENT_ASSETS,
  ...STRATEGIES_ASSETS,
  [LIBRARY]: CHART_LIBRARY,
  "api.js": api,
  "dom.js": dom,
  "feed.js": feed,
  "format.js": format,
  "icon.svg": icon,
  "memory.js": memory,
  "overview.css": overviewStyle,
  "overview.js": overview,
  "machine.js": machine,
  "table.js": table,
  "provider.js": provider,
  "providers.js": providers,
  "providers.css": providersStyle,
  "plumbing.js": plumbing,
  "row.js": row,
  "rows.js": rows,
  "shell.js": shell,
  "spark.js": spark,
  "stream.js": stream,
  "streamworker.js": streamworker,
  "style.css": style,
  "wants.js": wants,
  "watchlist.js": watchlist,
  "zone.js": zone,
};

const TYPES: Readonly<Record<string, string>> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

/** Names all of them together: modules import one another by their names alone. */
const HASH = createHash("sha256").update(JSON.stringify(ASSETS)).digest("hex").slice(0, 16);

/** A worker's own policy comes with its script: it runs our modules, and asks nobody but us. */
const POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'";

/** Under this name nothing ever changes. */
const FOR_EVER = "public, max-age=31536000, immutable";

/**
 * Where an asset is.
 *
 * @throws RangeError where there is none of the name.
 * @example assetUrl("style.css") // "/assets/0123456789abcdef/style.css"
 */
export function assetUrl(name: string): string {
  if (Object.hasOwn(ASSETS, name)) return `${ASSET_ROOT}${HASH}/${name}`;
  throw new RangeError(`Cannot point to the asset "${name}": there is none of that name.`);
}

const params = z.object({
  hash: z.string().openapi({ example: HASH }),
  name: z.string().openapi({ example: "style.css" }),
});

const route = createRoute({
  method: "get",
  path: "/assets/{hash}/{name}",
  operationId: "getAsset",
  tags: ["about"],
  summary: "A part of the dashboard's pages",
  security: [{}],
  request: { params },
  responses: {
    200: {
      description: "It; never changes under its name.",
      content: {
        "text/javascript": { schema: z.string() },
        "text/css": { schema: z.string() },
        "image/svg+xml": { schema: z.string() },
      },
    },
    304: { description: "It is what the caller has." },
    ...openProblems(404),
  },
});

const compress = promisify(gzip);
const compressed = new Map<string, Promise<Uint8Array>>();

/** Answers `GET /assets/{hash}/{name}`. */
export function mountAssets(app: OpenAPIHono): void {
  app.openapi(route, async (c) => {
    const { hash, name } = c.req.valid("param");
    if (!Object.hasOwn(ASSETS, name) || hash !== HASH) {
      const detail = "This version has no such part of a page: load the page anew.";
      return problem(c, 404, detail, { code: "unknown-asset" });
    }
    const headers: Record<string, string> = {
      "content-type": TYPES[name.slice(name.lastIndexOf(".") + 1)]!,
      "cache-control": FOR_EVER,
      "content-security-policy": POLICY,
      "etag": `"${HASH}"`,
      "vary": "Accept-Encoding",
    };
    if (c.req.header("if-none-match")?.includes(HASH)) return c.body(null, 304, headers);
    if (!/\bgzip\b/.test(c.req.header("accept-encoding") ?? "")) {
      return c.body(await textOf(name), 200, headers);
    }
    return c.body(await zipped(name) as Uint8Array<ArrayBuffer>, 200, {
      ...headers,
      "content-encoding": "gzip",
    });
  });
}

async function textOf(name: string): Promise<string> {
  return name === LIBRARY ? await readChartLibrary() : ASSETS[name]!;
}

/** An asset as gzip has it, made when it is first asked for. */
function zipped(name: string): Promise<Uint8Array> {
  let made = compressed.get(name);
  if (made === undefined) {
    compressed.set(name, made = textOf(name).then((text) => compress(text, { level: 9 })));
    // A failure is not worth remembering.
    made.catch(() => compressed.delete(name));
  }
  return made;
}
