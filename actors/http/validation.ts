/**
 * What is wrong with a request's parameters or body, as a problem.
 *
 * @module
 */
import type { z } from "@hono/zod-openapi";
import { messageFor } from "../settings/validate.ts";
import { type FieldError, ProblemError, sentence } from "./problem.ts";

/** Where a request says what. */
const PLACES: Readonly<Record<string, string>> = {
  query: "query",
  param: "path",
  json: "body",
  header: "header",
};

/** The problem that the findings on one part of a request amount to. */
export function refuseInput(
  { target, error }: { target: string; error: z.core.$ZodError },
): ProblemError {
  const errors = error.issues.flatMap(fieldErrors);
  const place = PLACES[target] ?? target;
  const told = errors.map(({ path, message }) => `${path} ${message}`.trim()).join("; ");
  return new ProblemError(
    target === "json" ? 422 : 400,
    `bad-${place}`,
    sentence(`The ${place} cannot be used: ${told}`),
    { errors },
  );
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const base = issue.path.map(String);
  const message = messageOf(issue);
  if (issue.code !== "unrecognized_keys") return [{ path: base.join("."), message }];
  return issue.keys.map((key) => ({ path: [...base, key.slice(0, 60)].join("."), message }));
}

/** What is wrong, continuing the path: the schema's own words where it has any. */
function messageOf(issue: z.core.$ZodIssue): string {
  const isOwn = !/^(Invalid|Too|Unrecognized)\b/.test(issue.message);
  if (isOwn) return issue.message.slice(0, 300);
  switch (issue.code) {
    case "unrecognized_keys":
      return "is not a known key";
    case "invalid_value":
      return `must be ${issue.values.map(String).join(" or ")}`;
    case "invalid_type":
      return /^(record|object)$/.test(issue.expected)
        ? "must be an object"
        : messageFor(issue) ?? issue.message;
    default:
      return messageFor(issue) ?? issue.message;
  }
}
