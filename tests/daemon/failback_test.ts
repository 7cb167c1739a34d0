/**
 * A primary that is muted, slowed, poisoned and flaps, at an hour at which the market is open: what
 * the stream's consumer and the store have of it, by the daemon's own clock.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { type Micros, MILLISECOND, parseTime, SECOND } from "../../domain/time.ts";
import { flagNames, REFUSED } from "../../domain/flags.ts";
import { Nanos } from "../simulators/alpaca/messages.ts";
import { assertWhole, type Heard, isTickOf, leads, listen } from "./listener.ts";
import { inOpenMarket, type OpenMarket } from "./openmarket.ts";

const DELAY = SECOND;
/** The clocks of the route and of the events are two. */
const ROUNDING = 20 * MILLISECOND;
const EPIC = "UA.D.AAPL.DAILY.IP";
const REFUSALS: ReadonlySet<string> = new Set(flagNames(REFUSED));

type Row = Record<string, unknown>;
type Listener = Awaited<ReturnType<typeof listen>>;

/** How much later than they were due the timers of this process, and so the daemon's, were. */
class Stalls {
  total: Micros = 0;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor() {
    let last = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.total += Math.max(0, now - last - 20) * MILLISECOND;
      last = now;
    }, 20);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

interface Swap {
  readonly to: string;
  readonly reason: string;
  readonly time: Micros;
}

/** Both venues with AAPL, and a consumer; the primary is Alpaca, the standby hot. */
class Scene {
  readonly stalls = new Stalls();

  constructor(
    readonly market: OpenMarket,
    readonly listener: Listener,
    readonly failback: Micros,
  ) {}

  now(): Micros {
    return this.market.tree.shared.clock.now();
  }

  /** Every change of leader so far. */
  async swaps(): Promise<Swap[]> {
    const all = await Promise.all(
      ["alpaca", "ig"].map(async (to) =>
        (await this.market.provider(to)).events.filter(({ event }) => event === "leads")
          .map(({ reason, time }) => ({ to, reason, time: parseTime(time)! }))
      ),
    );
    return all.flat().sort((a, b) => a.time - b.time);
  }

  /** Waits for the next change of leader, which is to be the one given. */
  async swap(number: number, to: string): Promise<Swap> {
    await this.market.until(`${to} leads`, async () => (await this.swaps()).length >= number);
    const swap = (await this.swaps())[number - 1]!;
    assertEquals(swap.to, to);
    return swap;
  }

  /** Ticks of a provider that waited while it stood by. */
  async waited(provider: string): Promise<number> {
    const metrics = await (await fetch(`${this.market.url}/metrics`)).text();
    const line = new RegExp(
      `^marketd_standby_ticks_total\\{.*provider="${provider}".*\\} (.*)$`,
      "m",
    );
    return Number(line.exec(metrics)?.[1] ?? 0);
  }

  /** Waits until a provider that stands by has said so many ticks more. */
  async stands(provider: string, ticks: number): Promise<void> {
    const before = await this.waited(provider);
    await this.market.until(
      `${provider} said ${ticks} ticks more`,
      async () => await this.waited(provider) >= before + ticks,
    );
  }

  /** Spoils the primary, and sees the standby take over in time. */
  async spoil(how: () => void, reason: RegExp): Promise<void> {
    const before = (await this.swaps()).length;
    await this.listener.first("alpaca feeds AAPL", 0, isTickOf("alpaca"));
    const [began, stalled] = [this.now(), this.stalls.total];
    const heard = performance.now();
    how();
    const swap = await this.swap(before + 1, "ig");
    assert(reason.test(swap.reason), swap.reason);
    const took = swap.time - began;
    const allowed = DELAY + SECOND + this.stalls.total - stalled;
    assert(took <= allowed, `it took ${took} us, with ${allowed} us allowed`);
    await this.listener.first("ig feeds AAPL", heard, isTickOf("ig"));
  }

  /** Puts the primary right, and sees it lead again when it was good for the whole failback. */
  async mend(how: () => void): Promise<void> {
    const before = (await this.swaps()).length;
    const mended = this.now();
    const heard = performance.now();
    how();
    const { time } = await this.swap(before + 1, "alpaca");
    assert(time - mended >= this.failback - ROUNDING, `it leads again after ${time - mended} us`);
    await this.listener.first("alpaca leads", heard, leads("alpaca"));
    await this.listener.first("alpaca feeds AAPL", performance.now(), isTickOf("alpaca"));
  }

  /** Looks at what the consumer heard, and at what is kept, once the venues have fallen silent. */
  async audit(): Promise<void> {
    const { alpaca, ig } = this.market;
    alpaca.hush();
    ig.tick(0, []);
    let [ticks, bars] = [[] as Row[], [] as Row[]];
    await this.market.until("the bars are those of the ticks that are kept", async () => {
      ticks = await this.rows("/api/v1/ticks?symbol=AAPL&kinds=quote&limit=10000");
      bars = await this.rows("/api/v1/candles?symbol=AAPL&interval=1m&basis=bid");
      return sum(bars) === ticks.filter(isGood).length;
    });
    const keys = ticks.map(({ provider, time, id }) => `${provider} ${time} ${id}`);
    assertEquals(new Set(keys).size, keys.length, "a tick is kept twice");
    for (const bar of bars) {
      const inside = ticks.filter(isGood).filter(({ time }) =>
        String(time) >= String(bar["start"]) && String(time) < String(bar["end"])
      );
      const providers = new Set(inside.map(({ provider }) => provider));
      assertEquals(new Set(bar["providers"] as string[]), providers, String(bar["start"]));
    }
    const { heard } = this.listener;
    assertWhole(heard);
    // Only of the time before it began anything is missing.
    const gaps = heard.filter(({ event }) => event === "gap");
    assertEquals(gaps.filter(({ data }) => data["reason"] !== "joined"), []);
    for (const { data } of heard.filter(({ event }) => event === "candle")) {
      assert((data["providers"] as unknown[]).length > 0, JSON.stringify(data));
    }
    // Whoever leads, the market's own time goes on.
    const widest = widestOf(heard);
    assert(
      widest <= SECOND + this.stalls.total,
      `${widest} us of the market's time without a tick`,
    );
  }

  async rows(path: string): Promise<Row[]> {
    return (await this.market.json<{ data: Row[] }>(path)).data;
  }
}

const isGood = ({ flags }: Row) => !(flags as string[]).some((flag) => REFUSALS.has(flag));
const sum = (bars: readonly Row[]) =>
  bars.reduce((all, { tickVolume }) => all + Number(tickVolume), 0);

function widestOf(heard: readonly Heard[]): Micros {
  const times = heard.filter(({ event }) => event === "quote")
    .map(({ data }) => parseTime(String(data["time"]))!);
  return Math.max(...times.slice(1).map((time, at) => time - times[at]!));
}

/** Plays a scene once both venues are heard. */
function play(
  work: (scene: Scene) => Promise<void>,
  { errors = 100_000, failback = 2, walks = true } = {},
): Promise<void> {
  const failover = `{ delay: 1s, failback: ${failback}s, standby: hot, errors: ${errors} }`;
  return inOpenMarket(async (market) => {
    market.ig.tick(50, [EPIC]);
    const scene = new Scene(market, await listen(market), failback * SECOND);
    try {
      try {
        await scene.stands("ig", 20);
        await work(scene);
      } finally {
        await scene.listener.close();
      }
      await scene.audit();
    } finally {
      scene.stalls.stop();
    }
  }, {
    rate: 0,
    alpaca: { rate: walks ? 300 : 0 },
    instruments: "[AAPL]",
    routes: `\n  - { name: us, match: AAPL, providers: [alpaca, ig], failover: ${failover} }`,
  });
}

Deno.test("a mute primary gives way at any hour at which its market is open, which is told in every place", () =>
  play(async (scene) => {
    const { market } = scene;
    await scene.spoil(() => market.alpaca.command({ fault: "mute" }), /is silent|backoff/);
    await scene.mend(() => market.alpaca.command({ fault: "none" }));
    const { events } = await market.provider("ig");
    assertEquals(events.map(({ event }) => event).filter((event) => event !== "live"), [
      "stands-by",
      "leads",
    ]);
    const metrics = await (await fetch(`${market.url}/metrics`)).text();
    assert(metrics.includes('marketd_route_swaps_total{route="us",to="ig",why="failover"} 1'));
    assert(metrics.includes('marketd_route_leads{route="us",provider="alpaca"} 1'));
    const [route] = await scene.rows("/api/v1/routes?symbol=AAPL");
    assertEquals([route!["provider"], route!["standbys"]], [
      "alpaca",
      [{ provider: "ig", state: "live", subscribed: true }],
    ]);
  }));

Deno.test("a primary that comes late by more than the delay gives way, and does not lead again while it is late", () =>
  play(async (scene) => {
    const { alpaca } = scene.market;
    await scene.spoil(() => alpaca.command({ fault: "slow", by: 3_000 }), /silent|late/);
    // 50 a second: more than the failback's worth of them.
    await scene.stands("alpaca", 150);
    assertEquals((await scene.swaps()).map(({ to }) => to), ["ig"]);
    await scene.mend(() => alpaca.command({ fault: "none" }));
  }));

Deno.test("a primary that says garbage beside what is good gives way, and stays away while the minute has too much of it", () =>
  play(async (scene) => {
    const { alpaca } = scene.market;
    await scene.spoil(() => {
      for (let times = 0; times < 4; times++) alpaca.command({ fault: "garbage" });
    }, /cannot be used/);
    await scene.stands("alpaca", 150);
    assertEquals((await scene.swaps()).map(({ to }) => to), ["ig"]);
  }, { errors: 5 }));

Deno.test("a primary of absurd prices and times gives way, and none of them is told", () =>
  play(async (scene) => {
    const { alpaca } = scene.market;
    let said = 0;
    const good = () => quote(230 + (said % 5) / 100);
    const quote = (bp: number, ap = bp + 0.01, t = Nanos.now(alpaca.market.ahead)) => {
      said++;
      return { T: "q", S: "AAPL", ax: "V", ap, as: 1, bx: "V", bp, bs: 1, c: ["R"], t, z: "C" };
    };
    const absurd = [
      () => quote(-230),
      () => quote(2_300, 230),
      () => quote(230, 231, Nanos.now(alpaca.market.ahead + 3_600_000)),
      () => quote(-0.01, -0.02),
    ];
    let next = good;
    const talking = setInterval(() => alpaca.say(next()), 20);
    try {
      await scene.spoil(() => next = () => absurd[said % absurd.length]!(), /of use/);
      await scene.stands("alpaca", 150);
      assertEquals((await scene.swaps()).map(({ to }) => to), ["ig"]);
      await scene.mend(() => next = good);
    } finally {
      clearInterval(talking);
    }
    const bids = scene.listener.heard.filter(({ event }) => event === "quote")
      .map(({ data }) => Number(data["bid"]));
    assert(bids.every((bid) => Math.abs(bid - 230) < 5), `${bids}`);
  }, { walks: false }));

Deno.test("a flapping primary gives way once, and leads again only when it was good for the whole failback", () =>
  play(async (scene) => {
    const { market } = scene;
    const { alpaca } = market;
    const down = () => alpaca.command({ fault: "maintenance" });
    const up = async () => {
      alpaca.command({ fault: "none" });
      await market.reset("alpaca");
      await market.inState("alpaca", "live");
    };
    await scene.spoil(down, /backoff|polling|authenticating|opening/);
    for (let flap = 0; flap < 3; flap++) {
      await up();
      // It is heard, and would be good.
      await scene.stands("alpaca", 20);
      down();
      await market.inState("alpaca", "backoff");
    }
    assertEquals((await scene.swaps()).map(({ to }) => to), ["ig"]);
    const mended = scene.now();
    await up();
    const { time } = await scene.swap(2, "alpaca");
    assert(time - mended >= scene.failback - ROUNDING, `it leads again after ${time - mended} us`);
  }, { failback: 6 }));
