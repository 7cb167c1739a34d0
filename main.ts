/**
 * The front door: reads the command line, picks the store and the providers, and hands them in.
 *
 * Exit codes: 0 fine; 1 will not start as configured; 2 forced stop; 3 unclean stop.
 *
 * @module
 */
import { checkStoreUrl, findWriter, openStore } from "./db/open.ts";
import { loadProvider, PROVIDER_IDS } from "./providers/catalog.ts";
import type { CommandDeps, Output } from "./actors/commands/deps.ts";
import { tellFailure } from "./actors/commands/failure.ts";
import { type Invocation, parseLine } from "./actors/commands/line.ts";
import { systemSources } from "./actors/settings/sources.ts";

const stdout: Output = { write: (text) => writeAll(Deno.stdout, text) };
const stderr: Output = { write: (text) => writeAll(Deno.stderr, text) };

async function writeAll(stream: typeof Deno.stdout, text: string): Promise<void> {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(await stream.write(bytes));
}

/** Runs what was asked for. Each command is imported only when it is wanted. */
async function run(invocation: Invocation, deps: CommandDeps): Promise<number> {
  switch (invocation.command) {
    case "run": {
      const { logNotes, prepare } = await import("./actors/commands/prepare.ts");
      const loaded = await prepare(deps);
      logNotes(loaded);
      const { runDaemon } = await import("./actors/daemon.ts");
      return await runDaemon(deps, loaded);
    }
    case "check":
      return await (await import("./actors/commands/check.ts")).check(deps, invocation.args);
    case "config print":
      return await (await import("./actors/commands/config.ts")).configPrint(deps, invocation.args);
    case "providers list":
      return await (await import("./actors/commands/providers.ts")).providersList(deps);
    case "providers test":
      return await (await import("./actors/commands/providers.ts"))
        .providersTest(deps, invocation.args);
    case "replay":
      return await (await import("./actors/commands/replay.ts")).replay(deps, invocation.args);
    case "export":
      return await (await import("./actors/commands/export.ts")).exportRows(deps, invocation.args);
    case "backfill":
      return await (await import("./actors/commands/backfill.ts"))
        .backfill(deps, invocation.args);
    case "migrate":
      return await (await import("./actors/commands/migrate.ts")).migrate(deps);
    case "healthcheck":
      return await (await import("./actors/commands/healthcheck.ts"))
        .healthcheck(deps, invocation.args);
    case "version":
      return await (await import("./actors/commands/version.ts")).version(deps);
  }
}

async function main(argv: readonly string[]): Promise<number> {
  const line = parseLine(argv);
  if (line.kind === "answered") {
    try {
      await stdout.write(line.stdout);
      await stderr.write(line.stderr);
      return line.code;
    } catch (error) {
      return await tellFailure(error, stderr, false);
    }
  }
  const { flags, invocation } = line;
  const sources = systemSources(flags, {
    catalog: { ids: PROVIDER_IDS, load: loadProvider },
    checkStoreUrl,
  });
  const debug = (flags.logLevel ?? sources.env["MARKETD_LOG_LEVEL"]) === "debug";
  // What is thrown where nobody waits for it ends the process: in words, and with a code that says
  // that a restart may help.
  const stop = async (event: Event, error: unknown) => {
    event.preventDefault();
    await tellFailure(error, stderr, debug);
    await (await import("./actors/log.ts")).flushLogging();
    Deno.exit(3);
  };
  globalThis.addEventListener("error", (event) => stop(event, event.error));
  globalThis.addEventListener("unhandledrejection", (event) => stop(event, event.reason));
  try {
    return await run(invocation, {
      sources,
      stdout,
      stderr,
      openStore,
      findWriter,
    });
  } catch (error) {
    return await tellFailure(error, stderr, debug);
  } finally {
    if (invocation.command !== "version") await (await import("./actors/log.ts")).flushLogging();
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
