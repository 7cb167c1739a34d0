import { assertEquals } from "@std/assert";
import { Hono } from "hono";
import { acceptedOf } from "../../../actors/http/accept.ts";
import { answerError } from "../../../actors/http/problem.ts";

const app = new Hono();
app.onError(answerError);
app.get("/", (c) => c.text(acceptedOf(c, ["application/json", "text/csv", "text/x-other"])));

/** What a header is answered with; a status where it is refused. */
async function accepted(header: string | undefined): Promise<string | number> {
  const response = await app.request(
    "/",
    header === undefined ? {} : { headers: { accept: header } },
  );
  const text = await response.text();
  return response.ok ? text : response.status;
}

// By RFC 9110, 12.5.1: the most specific range that matches has precedence, and q=0 is "not
// acceptable".
const CASES: [string | undefined, string | number][] = [
  [undefined, "application/json"],
  ["", "application/json"],
  ["*/*", "application/json"],
  ["text/csv", "text/csv"],
  ["TEXT/CSV", "text/csv"],
  ["text/csv;q=0.1, application/json;q=0.2", "application/json"],
  ["application/json;q=0.2, text/csv", "text/csv"],
  ["text/csv;q=0.1, */*", "application/json"],
  ["application/json;q=0, */*", "text/csv"],
  ["application/json;q=0, text/csv;q=0, */*", "text/x-other"],
  ["text/*", "text/csv"],
  ["text/*, text/csv;q=0", "text/x-other"],
  ["text/x-other, text/csv", "text/x-other"],
  ["text/html, */*;q=0.8", "application/json"],
  ["text/csv; header=present", "text/csv"],
  ["application/json;q=0", 406],
  ["*/*;q=0", 406],
  ["image/png", 406],
];

for (const [header, expected] of CASES) {
  Deno.test(`"Accept: ${header ?? "(none)"}" is answered with ${expected}`, async () => {
    assertEquals(await accepted(header), expected);
  });
}
