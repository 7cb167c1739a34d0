/**
 * `backfill`: fills a span from the venue's history. The daemon that holds the store is asked to;
 * where none runs, a tree of that one instrument does it.
 *
 * @module
 */
import { assemble } from "../assembly.ts";
import { wallClock } from "../clock.ts";
import { connectionName } from "../connections/names.ts";
import { type ConnectionRef, reportOf } from "../connections/report.ts";
import { type JobView, viewJob } from "../http/api/backfill.ts";
import { homeOf, loadToken } from "../http/token.ts";
import { outlive } from "../lifetime.ts";
import type { Tree } from "../root.ts";
import type { Settings } from "../settings/schema.ts";
import { serverUrl } from "./address.ts";
import { askDaemon } from "./client.ts";
import type { BackfillArgs, CommandDeps } from "./deps.ts";
import { tryDoor } from "./door.ts";
import { prepare } from "./prepare.ts";
import { ProgressBar } from "./progress.ts";
import { MarketdError, messageOf } from "../../domain/errors.ts";
import { formatTime, MINUTE } from "../../domain/time.ts";

/** Between two looks at how far it has come, in milliseconds. */
const LOOK = 250;
/** How long the daemon may take to answer, in milliseconds. */
const TIMEOUT = 10_000;

/**
 * Fills a span.
 *
 * @returns 0 where it is filled, 1 where it cannot be, 2 or 3 where it was stopped.
 * @throws MarketdError
 */
export async function backfill(deps: CommandDeps, args: BackfillArgs): Promise<number> {
  const { settings } = await prepare(deps);
  const url = args.url ?? await runningAt(settings);
  return url === undefined
    ? await alone(deps, settings, args)
    : await atDaemon(deps, settings, args, url);
}

/** Where the daemon answers that runs as configured; `undefined` where none does. */
async function runningAt({ server }: Settings): Promise<string | undefined> {
  const door = server.port === 0 ? null : await tryDoor(server);
  return door?.kind === "shut" && door.neighbour !== undefined ? serverUrl(server) : undefined;
}

async function atDaemon(
  deps: CommandDeps,
  settings: Settings,
  { from, symbol, to }: BackfillArgs,
  url: string,
): Promise<number> {
  const { token } = await loadToken(settings, homeOf(settings.store.url));
  const ask = async (body?: unknown): Promise<unknown> => {
    const question = { path: "/api/v1/backfill", timeout: TIMEOUT, token, body };
    const answer = await askDaemon(url, question).catch((error) => {
      throw failed(symbol, `${url}${question.path} gave no answer (${messageOf(error)})`);
    });
    if (answer.ok) return answer.body;
    const { detail } = (answer.body ?? {}) as { detail?: string };
    throw failed(symbol, detail ?? `${url}${question.path} answered ${answer.status}.`);
  };
  const span = { from: formatTime(from), to: formatTime(to ?? wallClock.now()) };
  const { id } = await ask({ symbol, ...span }) as JobView;
  return await follow(deps, async () => {
    const { data } = await ask() as { data: JobView[] };
    return data.find((job) => job.id === id) ?? null;
  });
}

async function alone(
  deps: CommandDeps,
  configured: Settings,
  { from, symbol, to }: BackfillArgs,
): Promise<number> {
  const said = configured.instruments.find((one) => one.symbol.toUpperCase() === symbol);
  const { tree, close } = await assemble(deps, {
    settings: {
      ...configured,
      instruments: [said ?? { symbol }],
      backfill: { enabled: false, joined: false },
    },
    store: configured.store.url,
    clock: wallClock,
    serve: false,
    live: true,
  });
  const ending = outlive(tree, close);
  const { backlog, settings } = tree.shared;
  const closed = wallClock.now() - settings.candles.grace;
  const end = Math.min(to ?? Infinity, closed - closed % MINUTE);
  const span = {
    symbol,
    from: from - from % MINUTE,
    to: Math.ceil(end / MINUTE) * MINUTE,
  };
  try {
    if (span.to <= span.from) throw failed(symbol, "no minute of it is closed yet");
    const job = backlog.add(span, true)!;
    const look = () => {
      const fault = faultOf(tree, symbol);
      if (fault !== null && job.state === "waiting") {
        job.state = "failed";
        job.reason = fault;
      }
      return Promise.resolve(viewJob(job));
    };
    const code = await Promise.race([follow(deps, look), ending]);
    tree.drain();
    return Math.max(code, await ending);
  } catch (error) {
    tree.drain();
    await ending;
    throw error;
  }
}

/** Why the instrument's venue will not let us in; `null` where it may. */
function faultOf({ root, shared }: Tree, symbol: string): string | null {
  const provider = shared.directory.get(symbol)?.provider;
  if (provider === undefined) return null;
  const ref = root.system.get(connectionName(provider)) as ConnectionRef | undefined;
  const report = ref === undefined ? undefined : reportOf(ref);
  return report?.state === "faulted" ? report.lastError : null;
}

/** Shows how a job goes until it is over. */
async function follow(
  { stderr, stdout }: CommandDeps,
  look: () => Promise<JobView | null>,
): Promise<number> {
  const bar = new ProgressBar(stderr);
  let told: string | null = null;
  for (;;) {
    const job = await look();
    if (job === null) throw new MarketdError("gone", "The daemon was restarted: ask again.");
    if (job.state === "done" || job.state === "failed") {
      await bar.clear();
      return await sayEnd(job, stdout, stderr);
    }
    if (job.reason !== null && job.reason !== told) {
      told = job.reason;
      await bar.clear();
      await stderr.write(`waiting: ${job.reason}\n`);
    }
    await bar.draw({ done: job.progress, total: 1 });
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
}

async function sayEnd(
  { candles, from, provider, reason, state, symbol, ticks, to }: JobView,
  stdout: CommandDeps["stdout"],
  stderr: CommandDeps["stderr"],
): Promise<number> {
  if (state === "failed") {
    await stderr.write(`marketd: ${failed(symbol, reason ?? "").message}\n`);
    return 1;
  }
  await stdout.write(
    `${symbol} from ${from} to ${to} is filled from ${provider}: ` +
      `${ticks} trades added, ${candles} candles made or repaired\n`,
  );
  return 0;
}

function failed(symbol: string, why: string): MarketdError {
  return new MarketdError("backfill", `Cannot fill ${symbol}: ${why}`, { terminal: true });
}
