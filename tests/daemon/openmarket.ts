/**
 * marketd in the test's own process, with its HTTP surface, between both simulated venues, at a time
 * when all their markets are open: its clock and theirs are so far ahead of the wall's. The log and
 * every answer are searched for secrets at the end.
 *
 * @module
 */
import { assert } from "@std/assert";
import { makeVenues } from "../../actors/connections/venues.ts";
import { configureLogging } from "../../actors/log.ts";
import { startTree, type Tree } from "../../actors/root.ts";
import { loadSettings } from "../../actors/settings/load.ts";
import { openStore } from "../../db/open.ts";
import { sessionAt } from "../../domain/calendar.ts";
import type { MarketId } from "../../domain/market.ts";
import { HOUR, MILLISECOND, MINUTE } from "../../domain/time.ts";
import { ownCatalog, sourcesOf } from "../actors/settings/world.ts";
import {
  type AlpacaSimulator,
  SIM_KEYS,
  start as startAlpaca,
} from "../simulators/alpaca/simulator.ts";
import {
  LOGIN,
  type Simulator as IgSimulator,
  start as startIg,
} from "../simulators/ig/simulator.ts";
import { SseParser } from "../sse.ts";
import { pause } from "./daemon.ts";
import { assertDiscreet, type ProviderView } from "./venues.ts";

/** What a test may set otherwise. */
export interface OpenMarketOptions {
  readonly alpaca?: Parameters<typeof startAlpaca>[0];
  readonly ig?: Parameters<typeof startIg>[0];
  /** Which of the venues are configured; both unless said. */
  readonly only?: "alpaca" | "ig" | undefined;
  /** Ticks a second of each venue; 500 unless said. */
  readonly rate?: number;
  /** YAML of `instruments`. */
  readonly instruments?: string;
  /** YAML of `routes`, where both venues are configured. */
  readonly routes?: string;
  /** More YAML. */
  readonly settings?: string;
  /** The second of a minute at which it begins; any unless said. */
  readonly second?: number;
}

/** A change of a provider's state as the stream told it. */
export interface Told {
  readonly id: string;
  readonly status: string;
  readonly reason: string | null;
}

/** The IG markets that speak. */
export const EPICS = { "VOD.L": "KA.D.VOD.DAILY.IP", EURUSD: "CS.D.EURUSD.CFD.IP" } as const;

const ROUTES = `
  - { match: "*.L", providers: [ig] }
  - { market: FX, providers: [ig] }
  - { match: "*", providers: [alpaca] }`;

/** What a write has to show. */
export const TOKEN = "the-token-of-a-test-0123456789";
const PAGES = ["/", "/providers", "/health", "/metrics", "/readyz?verbose", "/api/v1/status"]
  .concat(
    ["providers", "routes", "instruments", "gaps"].map((name) => `/api/v1/${name}`),
  );

/** marketd and the venues. */
export class OpenMarket {
  /** Changes of the providers' states, in order, from the event stream. */
  readonly told: Told[] = [];

  constructor(
    readonly alpaca: AlpacaSimulator,
    readonly ig: IgSimulator,
    readonly tree: Tree,
    readonly url: string,
    readonly database: string,
    /** The quotes that IG's markets made: `epic time`. */
    readonly igMade: readonly string[],
    /** Every line of the log. */
    readonly lines: readonly string[],
  ) {}

  async json<T>(path: string): Promise<T> {
    const response = await fetch(this.url + path);
    const text = await response.text();
    assert(response.ok, `${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  }

  async provider(id: string): Promise<ProviderView & { problems: number; words: string[] }> {
    const { data } = await this.json<
      { data: (ProviderView & { problems: number; words: string[] })[] }
    >("/api/v1/providers");
    return data.find((one) => one.id === id)!;
  }

  /** Waits until something holds, for so many milliseconds at most; returns how long that took. */
  async until(what: string, holds: () => Promise<boolean> | boolean, limit = 30_000) {
    const began = performance.now();
    while (!await holds()) {
      if (performance.now() - began > limit) {
        throw new Error(`In ${limit} ms it never came true that ${what}.\n${this.lines.join("")}`);
      }
      await pause(20);
    }
    return Math.round(performance.now() - began);
  }

  /** Ends a provider's wait, as its user would. */
  async reset(id: string): Promise<void> {
    const response = await fetch(`${this.url}/api/v1/providers/${id}/reset`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    const text = await response.text();
    assert(response.ok, text);
  }

  /** Waits until a provider is in a state. */
  inState(id: string, state: string, limit?: number): Promise<number> {
    return this.until(
      `${id} is ${state}`,
      async () => (await this.provider(id)).state === state,
      limit,
    );
  }

  /** The states that the stream told of a provider. */
  states(id: string): string[] {
    return this.told.filter((one) => one.id === id).map(({ status }) => status);
  }

  /** Looks for secrets in all that was said. */
  async search(): Promise<void> {
    const said = new Map([["the log", this.lines.join("")], ["events", JSON.stringify(this.told)]]);
    for (const page of PAGES) said.set(page, await (await fetch(this.url + page)).text());
    for (const [where, text] of said) assertDiscreet(text, where);
  }
}

/** Runs a test between the venues, and takes all of it down. */
export async function inOpenMarket(
  work: (market: OpenMarket) => Promise<void>,
  { rate = 500, only, ...options }: OpenMarketOptions = {},
): Promise<void> {
  const ahead = atSecond(openAhead(), options.second);
  const folder = await Deno.makeTempDir({ prefix: "marketd-venues-" });
  const alpaca = await startAlpaca({
    // Two of six are wanted.
    rate: rate * 3,
    symbolLimit: 100,
    ahead,
    ...options.alpaca,
  });
  const ig = await startIg({ ahead, ...options.ig });
  const igMade: string[] = [];
  ig.onMade = (epic, { TIMESTAMP }) => igMade.push(`${epic} ${TIMESTAMP}`);
  if (rate > 0) ig.tick(rate, Object.values(EPICS));
  const lines: string[] = [];
  configureLogging({ level: "debug", format: "text" }, (line) => lines.push(line));
  try {
    const { settings } = await loadSettings(sourcesOf({
      yaml: yamlOf(alpaca, ig, { only, instruments: defaultsOf(only), ...options }) +
        (options.settings ?? ""),
      catalog: ownCatalog,
      flags: { store: `sqlite:${folder}/test.db`, port: "0" },
    }));
    const clock = { driven: false, now: () => (Date.now() + ahead) * MILLISECOND };
    const store = await openStore(settings.store.url, { mode: "write" });
    const learnt = { quotas: [], mappings: [] };
    const venues = await makeVenues(settings, ownCatalog, clock, learnt);
    const listening = Promise.withResolvers<string>();
    const tree = startTree({
      settings,
      store,
      clock,
      ...venues,
      epoch: "000000001",
      http: { token: TOKEN, version: "0", listening: listening.resolve },
    });
    venues.keepIn(tree.shared.outbox);
    const url = await listening.promise;
    await tree.up;
    const market = new OpenMarket(alpaca, ig, tree, url, `${folder}/test.db`, igMade, lines);
    const { body } = await fetch(`${url}/api/v1/stream?types=status`);
    const events = body!.pipeThrough(new TextDecoderStream()).getReader();
    const hearing = hear(events, market.told);
    try {
      await work(market);
      await market.search();
    } finally {
      await events.cancel();
      await hearing;
      tree.drain();
      await tree.done;
      await store.close();
    }
  } finally {
    configureLogging({ level: "error", format: "text" }, () => {});
    await alpaca.stop();
    await ig.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

async function hear(reader: ReadableStreamDefaultReader<string>, told: Told[]): Promise<void> {
  const parser = new SseParser();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    for (const { event, data } of parser.push(read.value)) {
      const { kind, ...change } = event === "status" ? JSON.parse(data) : {};
      if (kind === "provider") told.push(change);
    }
  }
}

function defaultsOf(only: string | undefined): string {
  const shares = ["AAPL", "MSFT"];
  const others = ["{ symbol: VOD.L, level: 2 }", "EURUSD"];
  return `[${[...only === "ig" ? [] : shares, ...only === "alpaca" ? [] : others].join(", ")}]`;
}

function yamlOf(
  { endpoints: { trading, data, stream } }: AlpacaSimulator,
  ig: IgSimulator,
  { instruments, only, routes = ROUTES }: Pick<
    OpenMarketOptions,
    "instruments" | "only" | "routes"
  >,
): string {
  const alpacaSaid = `
  alpaca:
    keyId: ${SIM_KEYS.keyId}
    secret: ${SIM_KEYS.secret}
    silence: 2s
    endpoints: { trading: "${trading}", data: "${data}", stream: "${stream}" }`;
  const igSaid = `
  ig:
    apiKey: ${LOGIN.apiKey}
    username: ${LOGIN.username}
    password: ${LOGIN.password}
    silence: 2s
    endpoints: { api: "${ig.api}" }`;
  return `
providers:${only === "ig" ? "" : alpacaSaid}${only === "alpaca" ? "" : igSaid}
instruments: ${instruments}
${only === undefined ? `routes: ${routes}` : ""}
`;
}

/** So far ahead, and a little more, that it is that second of a minute. */
function atSecond(ahead: number, second: number | undefined): number {
  if (second === undefined) return ahead;
  const past = (Date.now() + ahead) % 60_000;
  return ahead + (second * 1_000 - past + 60_000) % 60_000;
}

/** How far ahead of the wall's clock all markets are open, and stay so for an hour, in milliseconds. */
function openAhead(): number {
  const markets: MarketId[] = ["NASDAQ", "LSE", "FX"];
  for (let ahead = 0;; ahead += HOUR / 4) {
    const at = Date.now() * MILLISECOND + ahead;
    const isOpen = (time: number) => markets.every((market) => sessionAt(market, time) !== null);
    // Not at midnight's edge of anything: an hour before and after are open, too.
    if ([at - MINUTE, at, at + HOUR].every(isOpen)) return ahead / MILLISECOND;
  }
}
