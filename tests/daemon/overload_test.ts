/**
 * More than the daemon may let pile up: what is shed, what never is, and what is told of it.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { openStream } from "../sse.ts";
import { type CandleView, type GapView, micros } from "./backfills.ts";
import { pause } from "./daemon.ts";
import { inOpenMarket, type OpenMarket } from "./openmarket.ts";

interface StatusView {
  readonly overload: { readonly level: string; readonly cause: string | null };
}

/** What the metrics say of ticks, by kind. */
async function ticksOf({ url }: OpenMarket) {
  const text = await (await fetch(`${url}/metrics`)).text();
  const sum = (name: string, label: string) =>
    [...text.matchAll(new RegExp(`^${name}\\{(.*)\\} (\\S+)$`, "gm"))]
      .filter(([, labels = ""]) => labels.includes(label))
      .reduce((total, [, , value]) => total + Number(value), 0);
  const of = (kind: string) => ({
    received: sum("marketd_ticks_received_total", `kind="${kind}"`),
    shed: sum("marketd_ticks_shed_total", `kind="${kind}"`),
  });
  return { trade: of("trade"), quote: of("quote"), depth: of("depth"), text };
}

/** Rows that are kept, by kind, and the ids of the trades. */
function keptOf({ database }: OpenMarket) {
  const opened = new DatabaseSync(database, { readOnly: true });
  try {
    const rows = opened.prepare("SELECT kind, time, id FROM ticks ORDER BY time, id").all() as {
      kind: number;
      time: number;
      id: string;
    }[];
    const of = (kind: number) => rows.filter((row) => row.kind === kind);
    return { trades: of(0), quotes: of(1).length, books: of(2).length };
  } finally {
    opened.close();
  }
}

Deno.test("a flood costs books and quotes, which is told, and no trade; and it is over when it is over", () =>
  inOpenMarket(async (market) => {
    const { alpaca, ig } = market;
    const overload = async () => (await market.json<StatusView>("/api/v1/status")).overload;
    const stream = await openStream(`${market.url}/api/v1/stream?types=status`);
    const levels: string[] = [];
    const told = (level: string) =>
      stream.until(({ event, data }) => {
        if (event !== "status") return false;
        const { kind, status } = JSON.parse(data);
        if (kind === "overload") levels.push(status);
        return kind === "overload" && status === level;
      });
    await told("conflates-quotes");
    const { cause, level } = await overload();
    assertEquals(level, "conflates-quotes");
    assertMatch(cause ?? "", /^\d+ rows that wait for the store, where limits.outbox is 400\.$/);
    const health = await market.json<{ checks: Record<string, [{ status: string }]> }>("/health");
    assertEquals(health.checks["overload:level"]![0].status, "warn");
    await pause(2_000);
    assertMatch((await ticksOf(market)).text, /^marketd_overload_level 2$/m);

    alpaca.hush();
    ig.tick(0);
    await told("normal");
    await stream.close();
    assertEquals(levels, ["sheds-depth", "conflates-quotes", "sheds-depth", "normal"]);
    assertEquals(await overload().then(({ level, cause }) => [level, cause]), ["normal", null]);

    await market.until("all is written", async () => {
      const { store } = await market.json<{ store: { waitingRows: number } }>("/api/v1/status");
      return store.waitingRows === 0;
    });
    const { depth, quote, trade } = await ticksOf(market);
    const kept = keptOf(market);
    assert(depth.shed > 0 && quote.shed > 0, `${depth.shed} books, ${quote.shed} quotes`);
    assertEquals(trade.shed, 0);
    assertEquals([kept.books, kept.quotes], [
      depth.received - depth.shed,
      quote.received - quote.shed,
    ]);
    const made = ["AAPL", "MSFT"].flatMap((symbol) => alpaca.market.books.get(symbol)!.trades)
      .filter((one) => micros(one) >= kept.trades[0]!.time).map(({ i }) => `V-${i}`);
    assertEquals(kept.trades.map(({ id }) => id).sort(), made.sort());

    const gapsOf = async (symbol: string) =>
      (await market.json<{ data: GapView[] }>(`/api/v1/gaps?symbol=${symbol}`)).data
        .filter(({ reason }) => reason === "shed");
    // Of quotes there is no history; the candles of trades lack nothing.
    assertEquals([...new Set((await gapsOf("AAPL")).map(({ status }) => status))], ["unfillable"]);
    assert((await gapsOf("EURUSD")).length > 0);
    const forming = async (query: string) =>
      (await market.json<{ data: CandleView[] }>(`/api/v1/candles?interval=1m&${query}`)).data;
    assertEquals((await forming("symbol=AAPL")).filter(({ status }) => status === "gapped"), []);
    const events = (await market.provider("ig")).events.filter(({ event }) => event === "shed");
    assertMatch(
      events[0]!.reason,
      /^Shed for overload: books \d+, quotes \d+, of 2 instruments\.$/,
    );
  }, {
    rate: 1_000,
    settings: `
store: { flush: { rows: 100000, every: 1s } }
limits: { outbox: 400, patience: 1s, recovery: 1500ms }
backfill: { enabled: false }
`,
    second: 10,
  }));
