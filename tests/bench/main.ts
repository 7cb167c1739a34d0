/**
 * `deno task bench [NAMES...] [--json FILE]`: measures marketd against what the machine gives at
 * best, and prints the table. See the README beside this file.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { NAMES, refuse } from "./catalog.ts";
import { PERMISSIONS } from "./child.ts";
import type { Row } from "./harness.ts";
import { describeMachine, formatMachine } from "./machine.ts";
import { formatTable } from "./table.ts";

const USAGE = `Usage: deno task bench [NAMES...] [--json FILE]

NAMES       what to measure: ${NAMES.join(", ")}; all without any
--json FILE writes all figures, as well as the table's
`;

/** Runs the chosen measurements one after another; returns the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  let line;
  try {
    line = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { json: { type: "string" }, help: { type: "boolean", short: "h" } },
    });
  } catch (error) {
    console.error(`Cannot read the command line: ${(error as Error).message}\n\n${USAGE}`);
    return 1;
  }
  if (line.values.help) {
    console.log(USAGE);
    return 0;
  }
  const problem = refuse(line.positionals);
  if (problem !== null) {
    console.error(problem);
    return 1;
  }
  const names = NAMES.filter((name) =>
    line.positionals.length === 0 || line.positionals.includes(name)
  );
  const machine = describeMachine();
  const began = performance.now();
  const rows: Row[] = [];
  const failed: string[] = [];
  for (const name of names) {
    const found = await measure(name);
    if (found === null) failed.push(name);
    else rows.push(...found);
  }
  const seconds = Math.round((performance.now() - began) / 1_000);
  console.log(`\n${formatMachine(machine)}; ${seconds} s\n\n${formatTable(rows)}`);
  if (failed.length > 0) console.error(`\nCould not be measured: ${failed.join(", ")}.`);
  const { json } = line.values;
  if (json !== undefined) {
    await Deno.writeTextFile(json, `${JSON.stringify({ machine, seconds, rows }, null, 2)}\n`);
  }
  return failed.length > 0 ? 1 : 0;
}

/** Runs one measurement in a process of its own; `null` where it fails, which it has told. */
async function measure(name: string): Promise<Row[] | null> {
  const path = fileURLToPath(new URL("./run.ts", import.meta.url));
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...PERMISSIONS, path, name],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).output();
  const last = new TextDecoder().decode(stdout).trimEnd().split("\n").at(-1) ?? "";
  return code === 0 ? JSON.parse(last) as Row[] : null;
}

Deno.exit(await main(Deno.args));
