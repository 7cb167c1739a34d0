/**
 * Every fault of each venue under load: marketd comes back by itself, knows what it missed to the
 * second, and keeps nothing twice.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { audit } from "./audit.ts";
import { pause } from "./daemon.ts";
import { inOpenMarket, type OpenMarket } from "./openmarket.ts";

type Venue = "alpaca" | "ig";

interface Fault {
  readonly name: string;
  begin(market: OpenMarket): void;
  /** Whether frames of it cannot be used. */
  readonly garbles?: boolean;
  /** Whether only its user's reset ends it. */
  readonly resets?: boolean;
  /** What ends it, beside its being taken back. */
  end?(market: OpenMarket): void;
  /** How long it lasts, in milliseconds; it is a moment's unless said. */
  readonly lasts?: number;
  /** The state until which it lasts. */
  readonly until?: string;
  /** The states that it must come through. */
  readonly through?: readonly string[];
  /** How long the way back may take after it is over: two waits of the backoff unless said. */
  readonly limit?: number;
}

const FAULTS: Readonly<Record<Venue, readonly Fault[]>> = {
  alpaca: [
    {
      name: "drop",
      begin: ({ alpaca }) => alpaca.command({ fault: "drop" }),
      through: ["backoff"],
    },
    {
      name: "mute",
      begin: ({ alpaca }) => alpaca.command({ fault: "mute" }),
      // What is silent for less than that, once it is connected anew, nobody can tell from quiet.
      until: "backoff",
      through: ["backoff"],
    },
    {
      name: "half-open",
      begin: ({ alpaca }) => alpaca.command({ fault: "half-open" }),
      through: ["backoff"],
    },
    {
      name: "duplicates",
      begin: ({ alpaca }) => alpaca.command({ fault: "duplicate" }),
      lasts: 2_000,
    },
    { name: "garbage", begin: ({ alpaca }) => alpaca.command({ fault: "garbage" }), garbles: true },
    {
      name: "a truncated frame",
      begin: ({ alpaca }) => alpaca.command({ fault: "truncated" }),
      through: ["backoff"],
    },
    {
      name: "slow",
      begin: ({ alpaca }) => {
        alpaca.command({ fault: "slow", by: 1_500 });
        alpaca.command({ fault: "drop" });
      },
      lasts: 9_000,
      through: ["backoff"],
    },
    {
      name: "keys that were taken back for a while",
      begin: ({ alpaca }) => {
        alpaca.command({ fault: "expire" });
        alpaca.command({ fault: "drop" });
      },
      until: "faulted",
      resets: true,
      through: ["faulted"],
    },
    {
      name: "a rate limit",
      begin: ({ alpaca }) => {
        alpaca.command({ fault: "rate-limit", retryAfter: 3 });
        alpaca.command({ fault: "drop" });
      },
      lasts: 2_500,
      through: ["backoff"],
    },
    {
      name: "refused streams",
      begin: ({ alpaca }) => {
        alpaca.command({ fault: "refuse" });
        alpaca.command({ fault: "drop" });
      },
      lasts: 6_000,
      through: ["backoff", "polling"],
    },
    {
      name: "maintenance",
      begin: ({ alpaca }) => alpaca.command({ fault: "maintenance" }),
      lasts: 2_500,
      through: ["backoff"],
    },
    { name: "reorder", begin: ({ alpaca }) => alpaca.command({ fault: "reorder" }), lasts: 2_000 },
  ],
  ig: [
    { name: "drop", begin: ({ ig }) => ig.drop() },
    {
      name: "a forgotten stream",
      begin: ({ ig }) => ig.command({ fault: "forget" }),
      through: ["backoff"],
    },
    {
      name: "mute",
      begin: ({ ig }) => ig.command({ fault: "mute" }),
      // What is silent for less than that, once it is connected anew, nobody can tell from quiet.
      until: "backoff",
      through: ["backoff"],
    },
    { name: "half-open", begin: ({ ig }) => ig.command({ fault: "half-open" }), lasts: 15_000 },
    {
      name: "half-open, and a forgotten stream",
      begin: ({ ig }) => ig.command({ fault: "half-open" }),
      lasts: 12_000,
      end: ({ ig }) => ig.command({ fault: "forget" }),
      through: ["backoff"],
    },
    {
      name: "duplicates",
      begin: ({ ig }) => ig.command({ fault: "duplicate" }),
      lasts: 2_000,
    },
    { name: "garbage", begin: ({ ig }) => ig.command({ fault: "garbage" }), garbles: true },
    {
      name: "a truncated frame",
      begin: ({ ig }) => ig.command({ fault: "truncated" }),
      garbles: true,
    },
    {
      name: "slow",
      begin: ({ ig }) => {
        ig.command({ fault: "slow", milliseconds: 1_500 });
        ig.command({ fault: "forget" });
      },
      lasts: 9_000,
      through: ["backoff"],
    },
    {
      name: "a rate limit",
      begin: ({ ig }) => {
        const errorCode = "error.public-api.exceeded-api-key-allowance";
        ig.command({ fault: "allowance", errorCode });
        ig.command({ fault: "forget" });
      },
      lasts: 2_500,
      through: ["backoff"],
      // IG's minute.
      limit: 90_000,
    },
    {
      name: "expired tokens",
      begin: ({ ig }) => {
        ig.command({ fault: "expire" });
        ig.command({ fault: "forget" });
      },
      through: ["backoff"],
    },
    {
      name: "refused streams",
      begin: ({ ig }) => {
        ig.command({ fault: "refuse" });
        ig.command({ fault: "forget" });
      },
      lasts: 6_000,
      through: ["backoff", "polling"],
    },
    {
      name: "maintenance",
      begin: ({ ig }) => {
        ig.command({ fault: "maintenance" });
        ig.command({ fault: "forget" });
      },
      lasts: 2_500,
      through: ["backoff"],
    },
  ],
};

for (const [venue, faults] of Object.entries(FAULTS) as [Venue, Fault[]][]) {
  for (const fault of faults) {
    Deno.test(`${venue}: after ${fault.name} it is live again, and tells what it missed`, () =>
      inOpenMarket((market) => suffer(market, venue, fault), { only: venue }));
  }
}

async function suffer(market: OpenMarket, venue: Venue, fault: Fault): Promise<void> {
  const { begin, end, lasts = 0, limit = 20_000, name, resets, through = [], until } = fault;
  await market.inState(venue, "live");
  await market.until("its ticks are kept", () => audit(market, venue).kept > 200);
  await pause(500);
  begin(market);
  const began = performance.now();
  if (lasts > 0) await pause(lasts);
  if (until !== undefined) {
    await market.until(`it is in ${until}`, () => market.states(venue).includes(until), limit);
  }
  end?.(market);
  market.alpaca.command({ fault: "none" });
  market.ig.command({ fault: "none" });
  if (resets) await market.reset(venue);
  await market.until(
    `${venue} has come through ${through.join(", ")}`,
    () => through.every((state) => market.states(venue).includes(state)),
    limit,
  );
  const took = await market.inState(venue, "live", limit);
  const back = Math.round(performance.now() - began) - lasts;
  // Long enough for a loss to show, and for the last of it to be heard.
  await pause(3_000);
  await market.inState(venue, "live", limit);
  market.alpaca.hush();
  market.ig.tick(0);
  let count = -1;
  await market.until("all is kept", async () => {
    const before = count;
    await pause(400);
    count = audit(market, venue).kept;
    return count === before;
  });
  const found = audit(market, venue);
  console.log(
    `    ${venue} ${name}: live ${back} ms after it was over (${took}); ${found.made} made, ` +
      `${found.missing} missed, ${found.gaps.length} gaps ` +
      `(${found.gaps.map(({ from, to }) => ((to - from) / 1e6).toFixed(1)).join(", ")} s), ` +
      `slack ${found.slack.toFixed(2)} s; ${market.states(venue).join(" ")}`,
  );
  assertEquals(found.untold.slice(0, 3), [], `${found.untold.length} of ${found.missing} untold`);
  assertEquals(found.doubled.slice(0, 3), [], `${found.doubled.length} are doubled`);
  assert(found.slack <= 2, `A gap reaches ${found.slack} s beyond what is missing`);
  const { problems } = await market.provider(venue);
  assertEquals(problems > 0, fault.garbles ?? false, `${problems} problems`);
  // Each change is told once: the stream has what the API lists.
  const { events } = await market.provider(venue);
  const listed = events.toReversed().map(({ event, reason }) => [event, reason]);
  const told = market.told.filter(({ id }) => id === venue);
  assertEquals(told.map(({ status, reason }) => [status, reason ?? ""]), listed);
}
