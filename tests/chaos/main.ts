/**
 * Chaos: `deno task chaos --seed N --minutes M`. A daemon between both simulated venues, while what
 * the seed says goes wrong; then an audit of all that it kept.
 *
 * The schedule of faults is a function of the seed, and is replayed exactly; when each thread gets its
 * turn is not. A seed that fails once in a while fails for a reason all the same.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { LENS, type Lens } from "./lens.ts";
import { underLens } from "./process.ts";
import { type StoreKind, STORES } from "./store.ts";

const HELP = `Usage: deno task chaos [--seed N] [--minutes M] [--store sqlite|postgres] [--speed S]
                       [--verbose] [--keep]

Lets a daemon record two simulated venues while faults of both, of the store and of the daemon itself
come and go, and audits what it kept: every tick, gap and bar against what the venues made.

  --seed N      what goes wrong, and when; any number, unless said one of its own
  --minutes M   of simulated trading under faults, at most 60; 3 unless said
  --store KIND  sqlite (the default), or postgres: a server can be cut off, too
                (MARKETD_TEST_POSTGRES names it, unless it is at 127.0.0.1:5432)
  --speed S     how many times as fast as the wall's clock; 10 unless said, 5 with Postgres
  --verbose     says what goes wrong as it does
  --keep        leaves the folder with the store and the log, and says where it is

The schedule of faults is made of the seed alone, so that the same seed replays it; how the machine
deals out its time is not. Exit codes: 0 all is well; 1 something is wrong; 2 bad arguments.
`;

const PERMISSIONS = ["net", "read", "write", "env", "run"].map((name) => `--allow-${name}`);
/** Kinds of findings that are shown. */
const SHOWN = 40;
/** A Wednesday on which New York, London and the currencies are all open for two hours. */
const START = Date.parse("2026-11-18T14:31:20Z");

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    minutes: { type: "string", default: "3" },
    store: { type: "string", default: "sqlite" },
    speed: { type: "string" },
    verbose: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
    /** Set for the process under the lens. */
    folder: { type: "string" },
  },
});
if (values.help) {
  console.log(HELP);
  Deno.exit(0);
}
const seed = values.seed === undefined ? Math.floor(Math.random() * 1e6) : Number(values.seed);
const store = STORES.find((kind) => kind === values.store);
// A server's own pauses are so many times as long.
const usual = store === "postgres" ? 5 : 10;
const [minutes, speed] = [Number(values.minutes), Number(values.speed ?? usual)];
const problem = !Number.isInteger(seed)
  ? `--seed must be a whole number, was ${values.seed}`
  : !(minutes > 0 && minutes <= 60)
  ? `--minutes must be above 0 and at most 60, was ${values.minutes}`
  : !(speed >= 1 && speed <= 50)
  ? `--speed must be from 1 to 50, was ${values.speed}`
  : store === undefined
  ? `--store must be ${STORES.join(" or ")}, was ${values.store}`
  : null;
if (problem !== null) {
  console.error(`Cannot run chaos: ${problem}. See --help.`);
  Deno.exit(2);
}
Deno.exit(values.folder === undefined ? await outside() : await inside(values.folder, store!));

/** Makes a place, and starts this very program under a lens. */
async function outside(): Promise<number> {
  const again = `deno task chaos --seed ${seed} --minutes ${minutes} --store ${store}`;
  console.log(`chaos: seed ${seed}, ${minutes} minutes at ${speed} times the pace, ${store}`);
  const folder = await Deno.makeTempDir({ prefix: "marketd-chaos-" });
  const lens: Lens = { wall: Date.now(), shown: START, speed };
  const { runtime, env } = await underLens(lens, folder);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...PERMISSIONS, ...runtime, import.meta.filename!]
      .concat(Deno.args, "--seed", String(seed), "--folder", folder),
    env,
  }).spawn();
  const { code } = await child.status;
  if (values.keep || code !== 0) console.log(`The store and the log are in ${folder}.`);
  else await Deno.remove(folder, { recursive: true });
  if (code !== 0) console.log(`Replay: ${again}`);
  return code;
}

/** Runs it, under the lens. */
async function inside(folder: string, store: StoreKind): Promise<number> {
  if (Deno.env.get(LENS) === undefined) throw new TypeError("--folder is for the program itself.");
  const { run } = await import("./run.ts");
  const findings = await run({ seed, minutes, store, folder, verbose: values.verbose });
  if (findings.length === 0) {
    console.log("  all is well");
    return 0;
  }
  // Of a kind the first is shown, and how many there are.
  const kinds = Map.groupBy(findings, (finding) => finding.replaceAll(/[\d.:]+/g, "#"));
  for (const [first, ...more] of [...kinds.values()].slice(0, SHOWN)) {
    const last = more.length === 0 ? "" : `, and ${more.length} more to ${more.at(-1)}`;
    console.log(`  WRONG: ${first}${last}`);
  }
  console.log(`  ${findings.length} findings`);
  return 1;
}
