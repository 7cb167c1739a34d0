/**
 * A venue that refuses its stream, while its REST is fine: quotes keep coming by request.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { FLAGS } from "../../domain/flags.ts";
import { audit } from "./audit.ts";
import { pause } from "./daemon.ts";
import { inOpenMarket, type OpenMarket } from "./openmarket.ts";

type Venue = "alpaca" | "ig";

/** Requests for the latest of instruments that a venue was asked. */
function asked({ alpaca, ig }: OpenMarket, venue: Venue): number {
  return venue === "alpaca"
    ? alpaca.seen.requests.filter(({ path }) => path.endsWith("/snapshots")).length
    : ig.asked.filter(({ path }) => path.startsWith("/markets?epics=")).length;
}

function refuse({ alpaca, ig }: OpenMarket, venue: Venue): void {
  if (venue === "alpaca") {
    alpaca.command({ fault: "refuse" });
    alpaca.command({ fault: "drop" });
  } else {
    ig.command({ fault: "refuse" });
    ig.command({ fault: "forget" });
  }
}

function heal({ alpaca, ig }: OpenMarket): void {
  alpaca.command({ fault: "none" });
  ig.command({ fault: "none" });
}

/** What polling brought: rows, and those of them that are there twice by time and content. */
function polled(path: string): { rows: number; again: number } {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const all = database.prepare(
      "SELECT symbol, kind, time, price, bid, ask, flags FROM ticks WHERE kind < 2",
    ).all() as Record<string, number | null>[];
    const rows = all.filter(({ flags }) => (flags! & FLAGS.polled) !== 0);
    const contents = all.map(({ flags: _, ...content }) => JSON.stringify(content));
    const before = new Set<string>();
    let again = 0;
    all.forEach(({ flags }, i) => {
      if ((flags! & FLAGS.polled) !== 0 && before.has(contents[i]!)) again++;
      before.add(contents[i]!);
    });
    return { rows: rows.length, again };
  } finally {
    database.close();
  }
}

for (const venue of ["alpaca", "ig"] as const) {
  Deno.test(`${venue}: without its stream quotes are polled, and no more once it is back`, () =>
    inOpenMarket(async (market) => {
      await market.inState(venue, "live");
      await market.until("its ticks are kept", () => audit(market, venue).kept > 200);
      const before = asked(market, venue);
      refuse(market, venue);
      await market.inState(venue, "polling");
      const began = performance.now();
      await market.until("a second round came", () => asked(market, venue) >= before + 3, 40_000);
      // Each of two symbols in each of two rounds, at least its quote.
      await market.until("it is kept", () => polled(market.database).rows >= 4);
      const seconds = (performance.now() - began) / 1_000;
      const spent = asked(market, venue) - before;
      assert(spent <= 3 + seconds / 4, `${spent} requests in ${seconds} s`);
      for (const { name, left } of (await market.provider(venue)).quotas) {
        assert(left > 0, `nothing is left of ${name}`);
      }
      const { refusals } = await market.provider(venue);
      assertEquals(refusals, []);
      heal(market);
      await market.inState(venue, "live", 60_000);
      const after = asked(market, venue);
      await pause(12_000);
      // Signing in to IG anew looks its markets up, once.
      assert(asked(market, venue) - after <= 1, "it is polled beside its stream");
      market.alpaca.hush();
      market.ig.tick(0);
      await pause(1_500);
      const found = audit(market, venue);
      assertEquals(found.untold.slice(0, 3), []);
      assertEquals(found.doubled.slice(0, 3), []);
      assert(found.slack <= 2, `a gap reaches ${found.slack} s beyond what is missing`);
      assertEquals(polled(market.database).again, 0);
      console.log(`    ${venue}: ${spent} requests in ${seconds.toFixed(0)} s of polling`);
    }, { only: venue, rate: 200 }));
}

Deno.test("ig: a session that ends while it is polled is begun anew, without its stream", () =>
  inOpenMarket(async (market) => {
    const { ig } = market;
    await market.inState("ig", "live");
    refuse(market, "ig");
    await market.inState("ig", "polling");
    const { rows } = polled(market.database);
    const logins = ig.count("login v3");
    ig.command({ fault: "expire" });
    await market.until("it signs in again", () => ig.count("login v3") > logins, 60_000);
    await market.inState("ig", "polling");
    await market.until("it is polled", () => polled(market.database).rows > rows, 60_000);
  }, { only: "ig", rate: 200 }));
