/**
 * Both simulated venues, and what their markets made: what the audit holds the daemon's record against.
 *
 * @module
 */
import type { Micros } from "../../domain/time.ts";
import { SIM_INSTRUMENTS } from "../simulators/alpaca/market.ts";
import { AlpacaSimulator, SIM_KEYS, start as startAlpaca } from "../simulators/alpaca/simulator.ts";
import {
  LOGIN,
  type Simulator as IgSimulator,
  start as startIg,
} from "../simulators/ig/simulator.ts";

/** Something that a market made, whether or not anybody heard it. */
export interface Made {
  readonly kind: "trade" | "quote";
  readonly time: Micros;
  /** The venue's; empty for a quote. */
  readonly id: string;
  /** A trade's price or a quote's bid. */
  readonly price: number;
  /** A trade's; 0 for a quote. */
  readonly size: number;
  /** Whether it moves volume alone, as an odd lot does. */
  readonly isOdd: boolean;
}

/** What each provider's market made of each symbol, in the order in which it was made. */
export type Record = ReadonlyMap<string, ReadonlyMap<string, readonly Made[]>>;

/** IG's markets: our symbols, its names, and what its levels are worth in our currency. */
const EPICS = {
  AAPL: { epic: "UA.D.AAPL.DAILY.IP", decimals: 2 },
  "VOD.L": { epic: "KA.D.VOD.DAILY.IP", decimals: 0 },
  EURUSD: { epic: "CS.D.EURUSD.CFD.IP", decimals: 0 },
} as const;
const SHARES = ["AAPL", "MSFT"];
/** Messages of one instrument a second. */
const RATE = 25;

/** A bar of IG's history as it grows; `[bid, ask]`. */
interface GrowingBar {
  readonly start: string;
  open: [number, number];
  high: [number, number];
  low: [number, number];
  close: [number, number];
  volume: number;
}

/** The venues. */
export class Venues {
  readonly #quotes = new Map<string, Made[]>();

  private constructor(readonly alpaca: AlpacaSimulator, readonly ig: IgSimulator) {
    const symbols = new Map<string, keyof typeof EPICS>(
      Object.entries(EPICS).map(([symbol, { epic }]) => [epic, symbol as keyof typeof EPICS]),
    );
    const bars = new Map<string, GrowingBar[]>();
    for (const [symbol, { epic }] of Object.entries(EPICS)) {
      this.#quotes.set(symbol, []);
      bars.set(epic, []);
      ig.bars.set(epic, bars.get(epic)!);
    }
    ig.onMade = (epic, fields) => {
      const symbol = symbols.get(epic)!;
      const [bid, ask] = [Number(fields["BIDPRICE1"]), Number(fields["ASKPRICE1"])];
      const millis = Number(fields["TIMESTAMP"]);
      grow(bars.get(epic)!, millis, bid, ask);
      const price = Number(`${fields["BIDPRICE1"]}e-${EPICS[symbol].decimals}`);
      const time = millis * 1_000;
      this.#quotes.get(symbol)!.push({ kind: "quote", time, id: "", price, size: 0, isOdd: false });
    };
    ig.tick(RATE * this.#quotes.size, Object.values(EPICS).map(({ epic }) => epic));
  }

  /** Opens both. */
  static async open(): Promise<Venues> {
    const instruments = SIM_INSTRUMENTS.filter(({ symbol }) => SHARES.includes(symbol));
    const alpaca = await startAlpaca({ instruments, rate: RATE * instruments.length });
    return new Venues(alpaca, await startIg());
  }

  /** The daemon's configuration. */
  get yaml(): string {
    const { trading, data, stream } = this.alpaca.endpoints;
    const alpaca = {
      keyId: SIM_KEYS.keyId,
      secret: SIM_KEYS.secret,
      silence: "5s",
      endpoints: { trading, data, stream },
    };
    const { apiKey, username, password } = LOGIN;
    const ig = { apiKey, username, password, silence: "5s", endpoints: { api: this.ig.api } };
    return JSON.stringify({
      providers: { alpaca, ig },
      instruments: [...SHARES, { symbol: "VOD.L", level: 2 }, "EURUSD"],
      routes: [
        {
          name: "both",
          match: "AAPL",
          providers: ["alpaca", "ig"],
          failover: { delay: "3s", failback: "10s", standby: "hot" },
        },
        { match: "*.L", providers: ["ig"] },
        { market: "FX", providers: ["ig"] },
        { match: "*", providers: ["alpaca"] },
      ],
      candles: { intervals: ["1m", "2m"] },
      // Under a lens the machine's own pauses are so many times as long.
      limits: { lag: "60s" },
    });
  }

  /** Makes nothing more. */
  hush(): void {
    this.alpaca.hush();
    this.ig.tick(0, []);
  }

  /** What was made so far. */
  made(): Record {
    const ofAlpaca = SHARES.map((symbol): [string, Made[]] => {
      const { trades, quotes } = this.alpaca.market.books.get(symbol)!;
      const time = ({ since1970 }: { readonly since1970: bigint }) => Number(since1970 / 1_000n);
      return [symbol, [
        ...trades.map(({ c, i, p, s, t, x }): Made => {
          const id = `${x}-${i}`;
          return { kind: "trade", time: time(t), id, price: p, size: s, isOdd: c.includes("I") };
        }),
        ...quotes.map(({ bp, t }): Made => {
          return { kind: "quote", time: time(t), id: "", price: bp, size: 0, isOdd: false };
        }),
      ]];
    });
    return new Map([["alpaca", new Map(ofAlpaca)], ["ig", this.#quotes]]);
  }

  /** Ends both. */
  async close(): Promise<void> {
    await this.alpaca.stop();
    await this.ig.stop();
  }
}

function grow(bars: GrowingBar[], millis: number, bid: number, ask: number): void {
  const start = new Date(millis - millis % 60_000).toISOString().slice(0, 19);
  const now: [number, number] = [bid, ask];
  const last = bars.at(-1);
  if (last?.start !== start) {
    bars.push({ start, open: now, high: now, low: now, close: now, volume: 1 });
    return;
  }
  last.high = [Math.max(last.high[0], bid), Math.max(last.high[1], ask)];
  last.low = [Math.min(last.low[0], bid), Math.min(last.low[1], ask)];
  last.close = now;
  last.volume++;
}
