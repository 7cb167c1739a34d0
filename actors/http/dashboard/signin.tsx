/**
 * `GET|POST /signin`, `POST /signout`: a session for people, begun with the token.
 *
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { Layout, type Viewer } from "./layout.tsx";
import { answerPage, type PageDeps, viewerOf } from "./page.ts";
import { SIGN_IN } from "./paths.ts";
import { callerOf } from "../deps.ts";
import { checkOwn } from "../guards.ts";
import { openProblems, problems, WRITE } from "../openapi.ts";

const content = { "text/html": { schema: z.string() } };
const gone = {
  description: "It is done; go on there.",
  headers: z.object({ location: z.string() }),
};

const to = z.string().max(2_000).default("/").openapi({
  description: "The path to go on to.",
  example: "/providers",
});

const form = createRoute({
  method: "get",
  path: SIGN_IN,
  operationId: "getSignIn",
  tags: ["about"],
  summary: "The form to sign in with",
  security: [{}],
  request: { query: z.object({ to }) },
  responses: { 200: { description: "The page.", content }, ...openProblems(400) },
});

const begin = createRoute({
  method: "post",
  path: SIGN_IN,
  operationId: "signIn",
  tags: ["about"],
  summary: "Begin a session with the token",
  description: "For browsers: the session is a cookie of a week, which scripts cannot read. " +
    "Programs send the token itself.",
  security: [{}],
  request: {
    body: {
      required: true,
      content: {
        "application/x-www-form-urlencoded": {
          schema: z.object({ token: z.string().max(1_000), to }),
        },
      },
    },
  },
  responses: {
    303: gone,
    401: { description: "The token is not this daemon's.", content },
    ...openProblems(400, 403, 408, 413),
    429: { description: "Too many wrong ones: wait.", content },
  },
});

const end = createRoute({
  method: "post",
  path: "/signout",
  operationId: "signOut",
  tags: ["about"],
  summary: "End the session",
  security: WRITE,
  responses: { 303: gone, ...problems(403, 408, 413) },
});

/** Answers what signing in and out asks. */
export function mountSignIn(app: OpenAPIHono, deps: PageDeps): void {
  const { attempts, sessions } = deps;

  const draw = (c: Context, path: string, trouble?: string) => (
    <SignIn to={path} trouble={trouble} viewer={viewerOf(c, deps)} />
  );

  app.openapi(form, (c) => answerPage(c, draw(c, ownPath(c.req.valid("query").to))));
  app.openapi(begin, (c) => {
    checkOwn(c);
    const { token: presented, to } = c.req.valid("form");
    const path = ownPath(to);
    const verdict = attempts.attempt(presented.trim(), callerOf(c));
    if (verdict === "wrong") {
      return answerPage(c, draw(c, path, "That is not this daemon's token."), 401);
    }
    if (verdict !== "right") {
      c.header("retry-after", String(verdict));
      const words = `Too many wrong tokens: try again in ${verdict} s.`;
      return answerPage(c, draw(c, path, words), 429);
    }
    sessions.begin(c);
    return c.redirect(path, 303);
  });
  app.openapi(end, async (c) => {
    await sessions.end(c);
    return c.redirect("/", 303);
  });
}

/**
 * A path of our own; anything else would send people elsewhere. What is left once dots are resolved
 * may begin with two slashes, and so name another host.
 */
function ownPath(text: string): string {
  const base = "http://marketd.invalid";
  const url = URL.parse(text, base);
  const isOwn = url !== null && url.origin === base && !url.pathname.startsWith("//");
  return isOwn ? url.pathname + url.search + url.hash : "/";
}

interface SignInProps {
  readonly to: string;
  readonly trouble?: string | undefined;
  readonly viewer: Viewer;
}

function SignIn({ to, trouble, viewer }: SignInProps) {
  return (
    <Layout title="Sign in" path={SIGN_IN} viewer={viewer} bare>
      <form class="signin panel" method="post" action={SIGN_IN}>
        <h1>Sign in</h1>
        <p class="soft">
          With the token: <code>server.token</code>{" "}
          of the configuration, or what is in the file that the log named at the first start.
        </p>
        <input type="hidden" name="to" value={to} />
        {/* Who keeps passwords keeps them by name. */}
        <input type="text" autocomplete="username" value="marketd" readonly hidden />
        <label for="token">Token</label>
        <input
          id="token"
          name="token"
          type="password"
          autocomplete="current-password"
          required
          autofocus
          aria-describedby={trouble === undefined ? undefined : "trouble"}
        />
        {trouble !== undefined && <p id="trouble" class="down" role="alert">{trouble}</p>}
        <button type="submit">Sign in</button>
      </form>
    </Layout>
  );
}
