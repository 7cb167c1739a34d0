/**
 * How a failure is told to whoever typed the command: in words, never with a stack trace unless
 * debugging.
 *
 * @module
 */
import { MarketdError, messageOf } from "../../domain/errors.ts";
import type { Problem } from "../settings/problems.ts";
import type { Output } from "./deps.ts";

/** A failure's words for standard error, and the exit code. */
export interface Failure {
  readonly text: string;
  readonly code: number;
}

/**
 * The words and exit code of anything thrown: 1 for what marketd says on purpose (trying again
 * unchanged helps nothing), 3 for what it did not foresee.
 *
 * @param debug whether a stack trace is wanted, whatever the configuration says.
 */
export async function describeFailure(error: unknown, debug: boolean): Promise<Failure> {
  if (error instanceof Deno.errors.BrokenPipe) return { text: "", code: 0 };
  const { isDebugging, redact } = await import("../log.ts");
  const isTraced = (debug || isDebugging()) && error instanceof Error;
  const trace = isTraced ? `${error.stack ?? ""}\n` : "";
  if (!(error instanceof MarketdError)) {
    return { text: redact(`marketd: unexpected: ${oneLine(messageOf(error))}\n${trace}`), code: 3 };
  }
  const problems = "problems" in error ? error.problems as readonly Problem[] : [];
  const { describeProblem } = await import("../settings/problems.ts");
  const lines = problems.map((problem) => `  ${oneLine(describeProblem(problem))}\n`).join("");
  const end = lines === "" ? "" : ":";
  return { text: redact(`marketd: ${oneLine(error.message)}${end}\n${lines}${trace}`), code: 1 };
}

/** Tells a failure on an output, which may itself be gone, and gives the exit code. */
export async function tellFailure(error: unknown, stderr: Output, debug: boolean): Promise<number> {
  const { text, code } = await describeFailure(error, debug);
  try {
    if (text !== "") await stderr.write(text);
  } catch {
    // Nobody listens any more; the exit code still tells.
  }
  return code;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*[\r\n]+\s*/g, " ");
}
