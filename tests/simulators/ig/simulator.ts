/**
 * IG as a server on this machine: its REST gateway and its Lightstreamer server behind one port, with
 * faults on command.
 *
 * @module
 */
import { TcpProxy } from "../tcpproxy.ts";
import { Accounts, LIFETIMES, type Lifetimes, type Login } from "./accounts.ts";
import { type Command, obey, parseCommand } from "./control.ts";
import { Faults } from "./faults.ts";
import { type Fields, MarketFeed } from "./feed.ts";
import { LightstreamerServer } from "./lightstreamer.ts";
import type { SimulatedBar } from "./marketroutes.ts";
import { MARKETS, type SimulatedMarket } from "./markets.ts";
import { play } from "./play.ts";
import { type Asked, RestDoor } from "./rest.ts";

/** What may be set of a simulated venue. */
export interface SimulatorOptions {
  /** 0, any free one, unless said. */
  readonly port?: number;
  readonly logins?: readonly Login[];
  readonly markets?: readonly SimulatedMarket[];
  readonly lifetimes?: Partial<Lifetimes>;
  /** Non-trading requests a minute. */
  readonly perMinute?: { readonly key: number; readonly account: number };
  /** The week's points of history. */
  readonly points?: number;
  /** Updates a second from the start, over what is subscribed to; none unless said. */
  readonly rate?: number;
  /** Whether passwords must come encrypted. */
  readonly encrypts?: boolean;
  /** How far off UTC the spans of history requests are understood, in hours. */
  readonly hoursOff?: number;
  /** How far its clock is ahead of the wall's, in milliseconds. */
  readonly ahead?: number;
}

/** The login that there is unless a test says otherwise. */
export const LOGIN: Login = {
  apiKey: "sim-api-key-0123456789abcdef",
  username: "sim-user-name",
  password: "sim-password-9876543210",
  accounts: ["ABC12", "XYZ34"],
};

const GATEWAY = "/gateway/deal";

/** A running one. */
export class Simulator {
  readonly faults = new Faults();
  /** What was done, in order: `login v3`, `stream ABC12`, `subscribe PRICE:ABC12:...`, `logout`. */
  readonly diary: string[] = [];
  /** Updates sent, by item. */
  readonly sent = new Map<string, number>();
  /** Bars that history requests find, by epic. */
  readonly bars = new Map<string, readonly SimulatedBar[]>();
  /** The percentage of clients that are long, by market id. */
  readonly sentiment = new Map<string, number>();
  readonly feeds: ReadonlyMap<string, MarketFeed>;
  readonly accounts: Accounts;
  readonly lightstreamer: LightstreamerServer;
  /** Told of each update of a walk, whoever may hear it. */
  onMade: ((epic: string, fields: Fields) => void) | null = null;
  readonly #door: RestDoor;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #proxy: TcpProxy;
  readonly #ahead: number;
  #ticking: ReturnType<typeof setInterval> | undefined;

  constructor(options: SimulatorOptions = {}) {
    this.#ahead = options.ahead ?? 0;
    const lifetimes = { ...LIFETIMES, ...options.lifetimes };
    this.accounts = new Accounts(options.logins ?? [LOGIN], lifetimes);
    this.feeds = new Map(
      (options.markets ?? MARKETS).map((market) => [
        market.epic,
        new MarketFeed(market, this.#now()),
      ]),
    );
    const note = (what: string) => void this.diary.push(what);
    this.lightstreamer = new LightstreamerServer({
      faults: this.faults,
      authorize: (user, password) => this.accounts.streaming(user, password, Date.now()),
      streams: (epic) => this.feeds.get(epic)?.market.streams ?? false,
      charts: (epic) => {
        const market = this.feeds.get(epic)?.market;
        return market !== undefined && market.streams && market.charts !== false;
      },
      snapshot: ({ kind, epic }) => kind === "price" ? this.feeds.get(epic)!.fields : null,
      note,
      sent: (item) => void this.sent.set(item, (this.sent.get(item) ?? 0) + 1),
    });
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#handle(request),
    );
    this.#proxy = TcpProxy.listen(
      { hostname: "127.0.0.1", port: this.#server.addr.port },
      "127.0.0.1",
      options.port,
    );
    const total = options.points ?? 10_000;
    this.#door = new RestDoor({
      accounts: this.accounts,
      lifetimes,
      lightstreamer: `http://127.0.0.1:${this.port}`,
      encrypts: options.encrypts ?? false,
      note,
      feeds: this.feeds,
      bars: this.bars,
      sentiment: this.sentiment,
      points: { left: total, total },
      hoursOff: options.hoursOff ?? 0,
      faults: this.faults,
      perMinute: options.perMinute ?? { key: 60, account: 30 },
    });
    if (options.rate !== undefined) this.tick(options.rate);
  }

  /** Where it listens. */
  get port(): number {
    return this.#proxy.port;
  }

  /** What to set `endpoints.api` to. */
  get api(): string {
    return `http://127.0.0.1:${this.port}${GATEWAY}`;
  }

  /** Every REST request, in order. */
  get asked(): readonly Asked[] {
    return this.#door.asked;
  }

  /** How often something was done. */
  count(what: string): number {
    return this.diary.filter((done) => done === what).length;
  }

  /** Sets a market's fields, and streams what changed. */
  quote(epic: string, fields: Fields): void {
    this.#feedOf(epic).set(fields);
    this.#publish(epic);
    this.lightstreamer.flush();
  }

  /** Streams a finished or forming candle of a minute, as `CHART:{epic}:1MINUTE` does. */
  candle(epic: string, fields: Fields): void {
    this.lightstreamer.publish("minute", epic, fields);
    this.lightstreamer.flush();
  }

  /** Makes so many updates now, over the given markets in turn. */
  walk(count: number, epics: readonly string[] = [...this.feeds.keys()]): void {
    const now = this.#now();
    for (let i = 0; i < count; i++) {
      const epic = epics[i % epics.length]!;
      const feed = this.#feedOf(epic);
      feed.walk(now);
      this.onMade?.(epic, feed.fields);
      this.#publish(epic);
    }
    this.lightstreamer.flush();
  }

  /**
   * Makes so many updates a second from now on, over the markets that are subscribed to, or over
   * those given, whoever hears of it.
   */
  tick(rate: number, given?: readonly string[]): void {
    clearInterval(this.#ticking);
    let before = performance.now();
    let due = 0;
    this.#ticking = setInterval(() => {
      const now = performance.now();
      due = Math.min(rate, due + (now - before) / 1_000 * rate);
      before = now;
      const epics = given ?? this.#subscribed();
      const count = Math.floor(due);
      due -= count;
      if (epics.length > 0) this.walk(count, epics);
    }, 10);
  }

  /** Says a recording's quotes and books of those symbols that are given epics; see {@link play}. */
  play(
    path: string,
    epics: ReadonlyMap<string, string>,
    speed: number | "max" = "max",
  ): Promise<number> {
    return play({ path, speed, epics, say: (epic, fields) => this.quote(epic, fields) });
  }

  /** Breaks every connection; new ones are accepted. */
  drop(): void {
    this.#proxy.sever();
  }

  /** Passes nothing on in either direction, while connections stay open. */
  halfOpen(): void {
    this.#proxy.pause();
  }

  /** Puts everything right again. */
  heal(): void {
    this.faults.heal();
    this.#proxy.resume();
  }

  /** Does what `POST /control` was asked. */
  command(command: Command): void {
    obey(this, command);
  }

  /** Ends it, and waits until nothing is left of it. */
  async stop(): Promise<void> {
    clearInterval(this.#ticking);
    this.lightstreamer.close();
    await this.#proxy.close();
    await this.#server.shutdown();
  }

  async #handle(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const { pathname } = url;
    if (pathname === "/control" && request.method === "POST") {
      const command = parseCommand(await request.text());
      if (typeof command === "string") return Response.json({ problem: command }, { status: 400 });
      // Answered first: the fault may end this very connection.
      setTimeout(() => this.command(command), 0);
      return Response.json({ done: command.fault });
    }
    if (pathname.startsWith("/lightstreamer")) return await this.lightstreamer.handle(request);
    if (!pathname.startsWith(`${GATEWAY}/`)) return new Response("Not found", { status: 404 });
    return await this.#door.handle(request, pathname.slice(GATEWAY.length), url);
  }

  #now(): number {
    return Date.now() + this.#ahead;
  }

  #feedOf(epic: string): MarketFeed {
    const feed = this.feeds.get(epic);
    if (feed === undefined) throw new TypeError(`The simulated venue has no market ${epic}.`);
    return feed;
  }

  #publish(epic: string): void {
    this.lightstreamer.publish("price", epic, this.#feedOf(epic).fields);
  }

  #subscribed(): string[] {
    const epics = this.lightstreamer.sessions.flatMap((session) =>
      [...session.subscriptions.values()].flatMap(({ items }) =>
        items.filter(({ kind }) => kind === "price").map(({ epic }) => epic)
      )
    );
    return [...new Set(epics)];
  }
}

/** Starts one. */
export function start(options: SimulatorOptions = {}): Promise<Simulator> {
  return Promise.resolve(new Simulator(options));
}
