/**
 * What every page of the dashboard is set in.
 *
 * @module
 */
import type { Child } from "hono/jsx";
import { assetUrl } from "./assets.ts";

/** The pages that are linked from every other. */
export const PAGES = [
  { path: "/", name: "Overview" },
  { path: "/providers", name: "Providers" },
  { path: "/strategies", name: "Strategies" },
] as const;

/** The modules that every page runs, those first on which others wait. */
const MODULES = [
  "dom.js",
  "format.js",
  "api.js",
  "wants.js",
  "feed.js",
  "stream.js",
  "memory.js",
  "zone.js",
];

/** What a page is told of who looks at it. */
export interface Viewer {
  /** Whether they signed in: they may change things. */
  readonly signedIn: boolean;
  /** Whether the market is made up. */
  readonly fiction: boolean;
  readonly version: string;
}

/** A page. */
export interface LayoutProps {
  /** Names the page; `marketd` is added. */
  readonly title: string;
  /** The path of the page, as in {@link PAGES}. */
  readonly path: string;
  readonly viewer: Viewer;
  /** The assets that the page runs, in order, after the shell. */
  readonly scripts?: readonly string[];
  /** More assets that those import, so that they are fetched at once. */
  readonly modules?: readonly string[];
  /** The assets that style it besides the common style. */
  readonly styles?: readonly string[];
  /** Keys of the page's own, and what each does. */
  readonly keys?: readonly (readonly [string, string])[];
  /** Without data, and so without what has to do with it. */
  readonly bare?: boolean;
  readonly children?: Child;
}

/** A page of the dashboard. */
export function Layout(props: LayoutProps) {
  const { title, path, viewer, modules = [], styles = [], keys = [], bare = false } = props;
  const scripts = bare ? [] : ["shell.js", ...props.scripts ?? []];
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} · marketd`}</title>
        <link rel="icon" href={assetUrl("icon.svg")} type="image/svg+xml" />
        {["style.css", ...styles].map((name) => <link rel="stylesheet" href={assetUrl(name)} />)}
        {(bare ? [] : [...MODULES, ...modules]).map((name) => (
          <link rel="modulepreload" href={assetUrl(name)} />
        ))}
        {scripts.map((name) => <script type="module" src={assetUrl(name)}></script>)}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="top">
          <a class="brand" href="/">marketd</a>
          {!bare && <Tools viewer={viewer} path={path} />}
        </header>
        {!bare && viewer.fiction && (
          <p class="fiction">
            The market is made up: the <b>demo</b> provider invents every price.
          </p>
        )}
        <main id="main" tabindex={-1}>{props.children}</main>
        {!bare && <Footer version={viewer.version} />}
        {!bare && <Help keys={keys} />}
      </body>
    </html>
  );
}

function Footer({ version }: { version: string }) {
  return (
    <footer>
      marketd {version} · <a href="/api/v1/status">status</a> · <a href="/health">health</a> ·{" "}
      <a href="/metrics">metrics</a> · <a href="/openapi.json">the API's description</a>
    </footer>
  );
}

function Tools({ viewer, path }: Pick<LayoutProps, "viewer" | "path">) {
  return (
    <>
      <nav aria-label="Pages">
        {PAGES.map((page) => (
          <a href={page.path} aria-current={page.path === path ? "page" : undefined}>
            {page.name}
          </a>
        ))}
      </nav>
      <div class="tools">
        <button id="stream" type="button" data-tone="wait">
          <span class="hidden">Stream:</span>
          <span id="stream-words" role="status">connecting</span>
        </button>
        <label for="zone">Times</label>
        <select id="zone">
          <option value="market">of the market</option>
          <option value="own">of mine</option>
          <option value="utc">UTC</option>
        </select>
        <button id="help-open" type="button" aria-label="Keys and help">?</button>
        <Session viewer={viewer} path={path} />
      </div>
    </>
  );
}

function Help({ keys }: { keys: readonly (readonly [string, string])[] }) {
  return (
    <dialog id="help" aria-labelledby="help-title">
      <h2 id="help-title">Keys</h2>
      <dl>
        {[...keys, ["?", "these keys"] as const].map(([key, what]) => (
          <>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}

function Session({ viewer, path }: { viewer: Viewer; path: string }) {
  if (!viewer.signedIn) return <a href={`/signin?to=${encodeURIComponent(path)}`}>Sign in</a>;
  return (
    <form method="post" action="/signout">
      <button type="submit">Sign out</button>
    </form>
  );
}
