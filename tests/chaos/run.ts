/**
 * A run of chaos: the venues trade, a daemon records them, and what the plan says goes wrong. At the
 * end all is put right, and when the daemon has mended what can be mended it is audited. It runs under
 * a lens (lens.ts): all times here are simulated.
 *
 * @module
 */
import { auditTicks, type Finding } from "./audit.ts";
import { auditBars } from "./bars.ts";
import { Consumer } from "./consumer.ts";
import { begin, end, isSilent, type VenueHappening } from "./faults.ts";
import { readKept } from "./kept.ts";
import { LENS, type Lens } from "./lens.ts";
import { type Happening, planOf } from "./plan.ts";
import { underLens } from "./process.ts";
import { type ChaosStore, makeStore, type StoreKind } from "./store.ts";
import { Venues } from "./venues.ts";
import { type Holding, Victim } from "./victim.ts";
import { Daemon, pause } from "../daemon/daemon.ts";
import type { GapView } from "../daemon/backfills.ts";

/** What is run. */
export interface Options {
  readonly seed: number;
  /** Of simulated trading under faults. */
  readonly minutes: number;
  readonly store: StoreKind;
  /** Where the store and the log are put. */
  readonly folder: string;
  /** Whether to say what goes wrong as it does. */
  readonly verbose: boolean;
}

const TOKEN = "the-token-of-chaos-0123456789";
const SECOND = 1_000;
const MINUTE = 60_000;
/** How long the daemon may take to mend what can be mended. */
const PATIENCE = 6 * MINUTE;
/** What a daemon may hold more of at the end than at the beginning. */
const MORE = { timers: 12, handles: 12 };
/** By when after a bar's end it is closed, and told. */
const CLOSING = 4 * SECOND;
/** Resident bytes that it may have. */
const MEMORY = 400e6;
/** Gaps of one instrument that one fault may leave: the venue's, and that of the one who stood in. */
const GAPS_PER_FAULT = 4;

/** Runs it; returns what is wrong. */
export async function run(options: Options): Promise<Finding[]> {
  const store = await makeStore(options.store, options.folder);
  const venues = await Venues.open();
  const lens = JSON.parse(Deno.env.get(LENS)!) as Lens;
  const { runtime, env } = await underLens(lens, options.folder);
  await Deno.writeTextFile(`${options.folder}/marketd.yaml`, venues.yaml);
  const victim = new Victim(() =>
    Daemon.start({
      folder: options.folder,
      args: ["--store", store.daemonUrl],
      env: { ...env, MARKETD_TOKEN: TOKEN, MARKETD_LOG_LEVEL: "debug" },
      runtime,
    })
  );
  const consumer = new Consumer(() => victim.url);
  try {
    return await new Run(options, { store, venues, victim, consumer }).go();
  } finally {
    await consumer.close();
    if (victim.url !== null) await victim.kill();
    await Deno.writeTextFile(`${options.folder}/daemon.log`, victim.log);
    await venues.close();
    await store.remove();
  }
}

interface Parts {
  readonly store: ChaosStore;
  readonly venues: Venues;
  readonly victim: Victim;
  readonly consumer: Consumer;
}

class Run {
  readonly #findings: Finding[] = [];
  /** Faults of silence that go on. */
  readonly #silences = new Set<Promise<void>>();

  constructor(private readonly options: Options, private readonly parts: Parts) {}

  async go(): Promise<Finding[]> {
    const { seed, minutes, store: kind } = this.options;
    const { consumer, store, venues, victim } = this.parts;
    const plan = planOf(seed, minutes)
      .filter(({ target }) => target !== "store" || kind === "postgres");
    await victim.start();
    await this.#untilLive("at first");
    await pause(3 * SECOND);
    const first = await victim.holding();
    const began = Date.now();
    const targets = Map.groupBy(plan, ({ target }) => target).values();
    await Promise.all([...targets].map((happenings) => this.#suffer(began, happenings)));
    await pause(Math.max(0, began + minutes * MINUTE - Date.now()));
    const calm = Date.now();
    await this.#untilLive("when all is well again");
    await this.#untilMended(calm);
    venues.hush();
    await pause(4 * SECOND);
    await this.#untilWritten();
    this.#holdings(first, await victim.holding());
    // What is closed by the stop itself is told to nobody who listens.
    const stopped = (Date.now() - CLOSING) * 1_000;
    const connections = [venues.alpaca.connections, this.#igStreams()];
    if (connections.join() !== "1,1") {
      this.#findings.push(`the venues have ${connections.join(" and ")} streams open`);
    }
    await victim.stop();
    await consumer.close();
    const made = venues.made();
    const { candles: all, ...rest } = await readKept(store.url, ["1m", "2m"]);
    // What a stop cuts short is closed for what it is, when nobody listens any more.
    const kept = { ...rest, candles: all.filter(({ end }) => end <= stopped) };
    const { findings, reigns, tallies } = auditTicks(made, kept);
    const { doubled } = consumer;
    const told = new Map(
      [...consumer.candles].filter(([, { end }]) => Date.parse(end) * 1_000 <= stopped),
    );
    const bars = auditBars({ made, kept, reigns, told });
    for (const one of tallies) {
      console.log(
        `  ${one.symbol} of ${one.provider}: ${one.made} made, ${one.kept} kept, ` +
          `${one.told} missing and told`,
      );
    }
    const count = (names: readonly string[]) =>
      [...Map.groupBy(names, (name) => name)].map(([name, all]) => `${all.length} ${name}`).sort()
        .join(", ");
    console.log(
      `  faults: ${count(plan.map(({ target, fault }) => `${target} ${fault}`))}\n` +
        `  bars: ${count(kept.candles.map(({ status }) => status))}\n` +
        `  gaps: ${count(kept.gaps.map(({ reason, status }) => `${reason} ${status}`))}\n` +
        `  the consumer heard ${consumer.ticks} ticks over ${consumer.connects} connections`,
    );
    const open = kept.gaps.filter(({ reason, status }) =>
      reason !== "joined" && status !== "filled"
    );
    const most = (plan.length + 1) * GAPS_PER_FAULT * reigns.size;
    return [
      ...this.#findings,
      ...victim.findings,
      ...findings,
      ...bars,
      ...open.map(({ symbol, reason, status, from }) =>
        `a ${reason} gap of ${symbol} from ${from} is ${status}, though the venue has it all`
      ),
      ...kept.gaps.length > most ? [`there are ${kept.gaps.length} gaps`] : [],
      ...doubled.map((key) => `the stream told twice: ${key}`),
    ];
  }

  /** Lets one thing suffer, one fault after the other. */
  async #suffer(began: number, happenings: readonly Happening[]): Promise<void> {
    for (const one of happenings) {
      await pause(Math.max(0, began + one.at - Date.now()));
      this.#say(`${one.target}: ${one.fault} for ${one.lasts} ms`);
      if (one.target === "daemon") await this.#kill(one.lasts);
      else if (one.target === "store") {
        const { store } = this.parts;
        store[one.fault]();
        await pause(one.lasts);
        store.resume();
      } else await this.#trouble(one);
    }
  }

  async #kill(lasts: number): Promise<void> {
    // What a silent venue would have said nobody can know when nobody was there to find out. That it
    // was found out is kept within a flush.
    while (this.#silences.size > 0) {
      await Promise.all(this.#silences);
      await pause(2 * SECOND);
    }
    await this.parts.victim.kill();
    await pause(lasts);
    await this.parts.victim.start();
    this.#say("daemon: up again");
  }

  async #trouble(one: VenueHappening): Promise<void> {
    const { venues, victim } = this.parts;
    // One that is not there does not fall silent.
    const isThere = one.fault === "mute" || await victim.stateOf(one.target) === "live";
    const begun = Date.now();
    begin(venues, one);
    const over = Promise.withResolvers<void>();
    const lasts = isThere && isSilent(one);
    if (lasts) this.#silences.add(over.promise);
    // Once it was found out and the venue is connected to anew, a new silence would begin.
    if (!lasts) await pause(one.lasts);
    else {
      const isNoticed = () => victim.wasLost(one.target, begun);
      await this.#until(`${one.target} is found silent`, isNoticed, MINUTE);
    }
    end(venues, one);
    this.#silences.delete(over.promise);
    over.resolve();
    this.#say(`${one.target}: ${one.fault} is over`);
    if (one.fault !== "expire") return;
    // Keys that were taken back are not tried again by themselves.
    const isIn = async () => {
      const state = await victim.stateOf(one.target);
      if (state === "faulted") await victim.reset(one.target, TOKEN).catch(() => {});
      return state === "live";
    };
    await this.#until(`${one.target} is signed in again`, isIn, 2 * MINUTE);
  }

  async #untilLive(when: string): Promise<void> {
    const { victim } = this.parts;
    for (const id of ["alpaca", "ig"]) {
      const isLive = async () => await victim.stateOf(id) === "live";
      await this.#until(`${id} is live ${when}`, isLive, 3 * MINUTE);
    }
    await pause(2 * SECOND);
  }

  /** Waits until no gap is left that history can fill. */
  async #untilMended(since: number): Promise<void> {
    const isMended = async () => {
      const { data } = await this.parts.victim.json<{ data: GapView[] }>("/api/v1/gaps?limit=1000");
      return data.every(({ reason, status }) => reason === "joined" || status !== "open");
    };
    await this.#until("every gap is settled", isMended, PATIENCE);
    this.#say(`mended ${Math.round((Date.now() - since) / SECOND)} s after all was well`);
  }

  async #untilWritten(): Promise<void> {
    const { victim } = this.parts;
    await this.#until("all is written", async () => {
      const metrics = await (await fetch(`${victim.url}/metrics`)).text();
      return /^marketd_spool_rows 0$/m.test(metrics) && /^marketd_outbox_rows 0$/m.test(metrics);
    }, MINUTE);
  }

  #holdings(first: Holding, last: Holding): void {
    const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
    console.log(
      `  timers ${first.timers} and ${last.timers}, handles ${first.handles} and ` +
        `${last.handles}, memory ${megabytes(first.memory)} and ${megabytes(last.memory)}`,
    );
    for (const what of ["timers", "handles"] as const) {
      if (!(last[what] <= first[what] + MORE[what])) {
        this.#findings.push(`${first[what]} ${what} have become ${last[what]}`);
      }
    }
    if (!(last.memory <= MEMORY)) this.#findings.push(`memory is ${megabytes(last.memory)}`);
  }

  #igStreams(): number {
    return this.parts.venues.ig.lightstreamer.sessions.filter(({ channel }) => channel !== null)
      .length;
  }

  async #until(what: string, holds: () => Promise<boolean>, limit: number): Promise<void> {
    for (const end = Date.now() + limit; Date.now() < end; await pause(200)) {
      if (await holds().catch(() => false)) return;
    }
    this.#findings.push(`in ${limit / SECOND} s it never came true that ${what}`);
  }

  #say(what: string): void {
    if (this.options.verbose) console.log(`  ${new Date().toISOString().slice(11, 23)} ${what}`);
  }
}
