/**
 * `replay`: sends recordings through the very path of a live feed, on the recording's own clock, and
 * says what came of it.
 *
 * @module
 */
import { assemble, type Assembly } from "../assembly.ts";
import { DrivenClock } from "../clock.ts";
import { connectionName } from "../connections/connections.ts";
import { type ConnectionRef, type ConnectionReport, reportOf } from "../connections/connection.ts";
import { outlive } from "../lifetime.ts";
import type { Tree } from "../root.ts";
import type { Settings } from "../settings/schema.ts";
import type { CommandDeps, Output, ReplayArgs } from "./deps.ts";
import { prepare } from "./prepare.ts";
import { ProgressBar } from "./progress.ts";
import { MarketdError } from "../../domain/errors.ts";
import { flagNames, FLAGS } from "../../domain/flags.ts";
import { formatTime } from "../../domain/time.ts";
import type { Inspection } from "../../providers/provider.ts";

const REPLAY = "replay";
/** Between two looks at how far it has come, in milliseconds. */
const LOOK = 100;

/**
 * Replays recordings.
 *
 * @returns the exit code.
 * @throws MarketdError where a recording or the store cannot be opened.
 */
export async function replay(deps: CommandDeps, args: ReplayArgs): Promise<number> {
  const { settings: configured } = await prepare(deps);
  const definition = (await deps.sources.catalog.load(REPLAY))!;
  const options = definition.options.parse({ files: args.files, speed: args.speed });
  const inspection = await definition.inspect!(options);
  if (inspection.first === null) {
    throw new MarketdError("empty", `Cannot replay ${args.files.join(", ")}: no row can be used.`, {
      terminal: true,
    });
  }
  const scratch = args.store === undefined ? await Deno.makeTempDir({ prefix: "marketd-" }) : null;
  try {
    const began = performance.now();
    const assembly = await assemble(deps, {
      settings: settingsFor(configured, args, inspection, { ...options as object, inspection }),
      store: args.store ?? `sqlite:${scratch}/replay.db`,
      clock: new DrivenClock(inspection.first),
      serve: args.serve,
      live: false,
    });
    return await play(deps, args, inspection, assembly, began);
  } finally {
    if (scratch !== null) await Deno.remove(scratch, { recursive: true });
  }
}

function settingsFor(
  settings: Settings,
  { basis }: ReplayArgs,
  inspection: Inspection,
  options: object,
): Settings {
  const known = new Map(settings.instruments.map((one) => [one.symbol.toUpperCase(), one]));
  const instruments = inspection.symbols.map(({ symbol }) => {
    const said = known.get(symbol.toUpperCase()) ?? { symbol };
    return { ...said, ...(basis === undefined ? {} : { basis }) };
  });
  return { ...settings, providers: { [REPLAY]: options }, routes: [], instruments };
}

async function play(
  { stdout, stderr }: CommandDeps,
  { serve }: ReplayArgs,
  inspection: Inspection,
  { tree, store, url, close }: Assembly,
  began: number,
): Promise<number> {
  const ending = outlive(tree);
  const stopped = await Promise.race([comeToEnd(tree, stderr), ending]);
  if (stopped !== undefined) return stopped;
  const fault = faultOf(tree);
  const summary = () => summarize(stdout, tree, inspection, store.label, performance.now() - began);
  if (serve && fault === null) {
    await tree.shared.journal.flushed();
    await summary();
    await stdout.write(`serving it at ${url}; stop with Ctrl-C\n`);
  } else tree.drain();
  const code = await ending;
  if (!serve) await summary();
  if (code !== 2) await close();
  if (fault === null) return code;
  await stderr.write(`marketd: ${fault}\n`);
  return 1;
}

/** Waits until the feed is over, or broken, and all that came of it was handed on. */
async function comeToEnd(tree: Tree, stderr: Output): Promise<undefined> {
  const bar = new ProgressBar(stderr);
  while (!settled(tree)) {
    await new Promise((resolve) => setTimeout(resolve, LOOK));
    const { progress } = tree.shared.feeds.of(REPLAY);
    if (progress !== null) await bar.draw(progress);
  }
  await bar.clear();
}

function stateOf(tree: Tree): ConnectionReport | undefined {
  const ref = tree.root.system.get(connectionName(REPLAY)) as ConnectionRef | undefined;
  return ref === undefined ? undefined : reportOf(ref);
}

function settled(tree: Tree): boolean {
  const state = stateOf(tree)?.state ?? "stopped";
  if (state === "faulted" || state === "stopped") return true;
  return state === "ended" &&
    tree.shared.directory.all().every((one) => one.state === "finished" || one.state === "failed");
}

function faultOf(tree: Tree): string | null {
  return stateOf(tree)?.lastError ?? null;
}

async function summarize(
  stdout: Output,
  { shared }: Tree,
  inspection: Inspection,
  label: string,
  elapsed: number,
): Promise<void> {
  const seconds = elapsed / 1_000;
  const ticks = shared.directory.all().reduce((sum, listing) => sum + listing.ticks, 0);
  const { problems } = shared.feeds.of(REPLAY);
  const flagged = await countFlags(shared);
  const rows: [string, string][] = [
    ["recorded", `${formatTime(inspection.first!)} to ${formatTime(inspection.last!)}`],
    ["instruments", inspection.symbols.map(({ symbol }) => symbol).join(", ")],
    ["ticks", `${ticks} (${shared.journal.kept.ticks} of them were not stored yet)`],
    ["flagged", flagged === "" ? "none" : flagged],
    ["unusable rows", String(problems)],
    ["candles", `${shared.journal.kept.candles} stored or changed`],
    ["store", label],
    ["took", `${seconds.toFixed(1)} s, ${Math.round(ticks / seconds)} ticks/s`],
  ];
  for (const [name, value] of rows) await stdout.write(`${`${name}:`.padEnd(16)}${value}\n`);
}

async function countFlags(shared: Tree["shared"]): Promise<string> {
  const { values } = await shared.meters.flagged.get();
  const counts = Object.values(FLAGS).flatMap(flagNames).map((name) => {
    const same = values.filter(({ labels }) => labels.flag === name);
    return { name, count: same.reduce((sum, { value }) => sum + value, 0) };
  });
  return counts.filter(({ count }) => count > 0).map(({ name, count }) => `${count} ${name}`)
    .join(", ");
}
