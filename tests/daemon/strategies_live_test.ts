/**
 * Strategies on a live feed, and on the replay of what was recorded of it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { makeVenues } from "../../actors/connections/venues.ts";
import { startTree, type Tree } from "../../actors/root.ts";
import { loadSettings } from "../../actors/settings/load.ts";
import { openStore } from "../../db/open.ts";
import { Random } from "../../domain/random.ts";
import { signalRecord } from "../../domain/signaltables.ts";
import { MILLISECOND, MINUTE, parseTime, SECOND } from "../../domain/time.ts";
import { inFolder } from "../actors/commands/run.ts";
import { until } from "../actors/fixture.ts";
import { ownCatalog, sourcesOf } from "../actors/settings/world.ts";
import { SIM_INSTRUMENTS } from "../simulators/alpaca/market.ts";
import { Nanos } from "../simulators/alpaca/messages.ts";
import { type AlpacaSimulator, SIM_KEYS, start } from "../simulators/alpaca/simulator.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;
const SYMBOL = "AAPL";
/** The opening of New York on a Tuesday, on winter time. */
const OPEN = parseTime("2026-03-03T14:30:00Z")!;

const STRATEGIES = {
  "auction-market": { AAPL: { interval: "1m", parameters: { confidence: 0 } } },
  "ema-cross": { AAPL: { interval: "1m", parameters: { fast: 3, slow: 8 } } },
  "rsi-reversal": { AAPL: { interval: "1m", parameters: { period: 5 } } },
  "bollinger-reversion": { "*": { interval: "2m", parameters: { period: 8 } } },
};

/** A clock that goes as the test goes. */
class Hand {
  readonly driven = false;
  time = OPEN;
  now = () => this.time;
}

/** A trade at the venue, at random. */
class Market {
  readonly #random = new Random("a live market");
  #id = 1_000;
  #cents = 23_000;

  constructor(readonly simulator: AlpacaSimulator, readonly clock: Hand) {}

  /** Trades every few seconds up to an instant, heard or not. */
  *until(end: number): Iterable<void> {
    for (;;) {
      const next = this.clock.time + Math.round((1 + this.#random.fraction() * 8) * SECOND);
      if (next >= end) break;
      this.clock.time = next;
      this.#cents += Math.round((this.#random.fraction() - 0.5) * 30);
      // It takes some time to be heard of; now and then so long that its minute is closed.
      const late = this.#random.fraction() < 0.03 ? 4 * SECOND : 40 * MILLISECOND;
      const t = new Nanos(BigInt(next - late) * 1_000n);
      const fields = { i: this.#id++, p: this.#cents / 100, s: 100 + this.#random.below(400), t };
      this.simulator.say(this.simulator.trade(SYMBOL, fields));
      yield;
    }
    this.clock.time = end;
  }
}

/** Plays a market to a daemon: each tick is received before the next is made. */
async function play(tree: Tree, market: Market, end: number): Promise<void> {
  const ticks = () => tree.shared.directory.get(SYMBOL)!.pulse.ticks;
  let heard = ticks();
  for (const _ of market.until(end)) {
    heard++;
    await until(() => ticks() === heard);
  }
}

/** Runs a command of marketd to its end, and gives what it wrote. */
async function marketd(folder: string, ...args: string[]): Promise<string> {
  const { code, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", "--no-check", MAIN, ...args],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** What a store has of signals, as lines, and of what they were made of. */
async function keptIn(url: string) {
  const store = await openStore(url, { mode: "read" });
  try {
    const { rows } = await store.signals({ order: "time", limit: 10_000 });
    const query = { symbol: SYMBOL, order: "time", limit: 9_999 } as const;
    const parts = (await store.measures("profile", { ...query, name: "volume" })).rows;
    const flows = (await store.measures("flow", { ...query, name: "1m" })).rows;
    return {
      signals: rows.map((signal) => JSON.stringify(signalRecord(signal))),
      // What came when, and so how often a minute was told, is another matter.
      parts,
      flows: flows.map(({ buyVolume, cumulative, sellVolume, start, unknownVolume }) =>
        `${start} ${buyVolume} ${sellVolume} ${unknownVolume} ${cumulative}`
      ),
    };
  } finally {
    await store.close();
  }
}

Deno.test("a live run that was cut off in between and the replay of its export give the same signals", () =>
  inFolder({}, async (folder) => {
    const ahead = (OPEN + 300 * MINUTE) / MILLISECOND - Date.now();
    const instruments = SIM_INSTRUMENTS.filter(({ symbol }) => symbol === SYMBOL);
    const simulator = await start({ instruments, ahead });
    const { keyId, secret } = SIM_KEYS;
    const yaml = JSON.stringify({
      providers: { alpaca: { keyId, secret, silence: "2h", endpoints: simulator.endpoints } },
      instruments: [SYMBOL],
      candles: { intervals: ["1m", "2m"] },
      strategies: STRATEGIES,
    });
    await Deno.writeTextFile(`${folder}/marketd.yaml`, yaml);
    const live = `sqlite:${folder}/live.db`;
    const { settings } = await loadSettings(sourcesOf({
      yaml,
      catalog: ownCatalog,
      flags: { store: live },
    }));
    const store = await openStore(live, { mode: "write" });
    const clock = new Hand();
    try {
      const venues = await makeVenues(settings, ownCatalog, clock, { quotas: [], mappings: [] });
      const tree = startTree({ settings, store, clock, ...venues, epoch: "000000001" });
      venues.keepIn(tree.shared.outbox);
      await tree.up;
      const { subscribes } = simulator.seen;
      await until(() => subscribes.length === 1);
      const market = new Market(simulator, clock);
      await play(tree, market, OPEN + 70 * MINUTE);

      simulator.command({ fault: "refuse" });
      simulator.command({ fault: "drop" });
      await until(() => simulator.connections === 0);
      // The venue goes on trading.
      const missed = [...market.until(OPEN + 76 * MINUTE)].length;
      simulator.command({ fault: "none" });
      await until(() => subscribes.length === 2);
      await play(tree, market, OPEN + 80 * MINUTE);
      await until(async () => {
        const { rows } = await store.gaps({ symbol: SYMBOL, limit: 9 });
        // Its waits are by the wall, and the market is faster.
        tree.shared.backlog.wake();
        return rows.some(({ reason, status }) => reason === "disconnect" && status === "filled");
      });
      await play(tree, market, OPEN + 150 * MINUTE);
      await until(() =>
        tree.shared.setups.fortunes.get(`ema-cross ${SYMBOL}`)!.until! >= OPEN + 149 * MINUTE
      );
      tree.drain();
      await tree.done;
      const { rows } = await store.candles({
        symbol: SYMBOL,
        interval: "1m",
        basis: "trade",
        order: "start",
        limit: 999,
      });
      assert(missed > 30);
      assert(rows.filter(({ status }) => status === "repaired").length >= 5);
    } finally {
      await store.close();
      await simulator.stop();
    }

    const { flows, parts, signals } = await keptIn(live);
    for (const id of Object.keys(STRATEGIES)) {
      const count = signals.filter((line) => line.includes(`"strategy":"${id}"`)).length;
      assert(count > 1, `${id} gave ${count} signals`);
    }
    await marketd(folder, "export", "ticks", SYMBOL, "--store", live, "--out", "ticks.csv");
    const replayed = `sqlite:${folder}/replayed.db`;
    await marketd(folder, "replay", "ticks.csv", "--store", replayed);
    const again = await keptIn(replayed);
    assertEquals(again.signals, signals);
    assertEquals(again.parts.length, 150);
    assertEquals(again.parts, parts);
    assertEquals(again.flows, flows);
  }));
