/**
 * A problem as a page: what people get where a program gets a problem document.
 *
 * @module
 */
import type { Context } from "hono";
import { Layout } from "./layout.tsx";
import { answerPage, type PageDeps, viewerOf } from "./page.ts";
import { PROBLEM_TITLES, type ProblemError } from "../problem.ts";
import { redact } from "../../log.ts";

/** Answers with a problem as a page. */
export function answerTrouble(c: Context, deps: PageDeps, { status, message }: ProblemError) {
  const title = PROBLEM_TITLES[status];
  return answerPage(
    c,
    <Layout title={title} path={c.req.path} viewer={viewerOf(c, deps)}>
      <h1>{title}</h1>
      <p>{redact(message)}</p>
      <p>
        <a href="/">All instruments</a>
      </p>
    </Layout>,
    status,
  );
}
