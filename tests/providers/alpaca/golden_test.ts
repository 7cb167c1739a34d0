/**
 * Frames as the venue's protocol page has them, and what they say, by hand.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { parseFlags } from "../../../domain/flags.ts";
import { Decoder, parseLossless } from "../../../providers/alpaca/wire.ts";

const GOLDEN = new URL("golden/", import.meta.url);
const RECEIVED = 1_700_000_000_000_000;
const SYMBOLS = ["AAPL", "IBM", "SPY", "AMD", "EEM", "GOOGL"];

type Fields = Record<string, unknown>;

/** A golden file's frame as text, so that no digit of it is lost, and its words. */
async function readGolden(name: string): Promise<{ frame: string; words: Fields[] }> {
  const text = await Deno.readTextFile(new URL(name, GOLDEN));
  const [, frame] = /"frame":([\s\S]*?),\n {2}"words":/.exec(text)!;
  return { frame: frame!, words: JSON.parse(text).words };
}

/** Completes what a golden file abridges: times as text, flags by name, who said it and when. */
function complete(word: Fields): Fields {
  const { kind, bar, correction, status } = word as Record<string, Fields>;
  switch (word["kind"]) {
    case "trade":
    case "quote":
      return {
        ...timed(word, "time"),
        flags: parseFlags(String(word["flags"])),
        provider: "alpaca",
        receivedAt: RECEIVED,
      };
    case "bar":
      return { kind, bar: timed(bar!, "start") };
    case "correction": {
      const replacement = correction!["replacement"] as Fields | null;
      return {
        kind,
        correction: {
          ...correction,
          provider: "alpaca",
          receivedAt: RECEIVED,
          replacement: replacement === null ? null : complete(replacement),
        },
      };
    }
    case "status":
      return { kind, status: { ...timed(status!, "time"), provider: "alpaca" } };
    case "subscription":
      return { kind, trades: new Set(word["trades"] as string[]) };
    default:
      return word;
  }
}

function timed(fields: Fields, name: string): Fields {
  const { epochNanoseconds } = Temporal.Instant.from(String(fields[name]));
  return { ...fields, [name]: Number(epochNanoseconds / 1_000n) };
}

for (
  const name of ["trades", "quotes", "bars", "corrections", "statuses", "control", "broken"]
) {
  Deno.test(`alpaca: ${name} of the protocol's pages say what they say by hand`, async () => {
    const { frame, words } = await readGolden(`${name}.json`);
    const decoder = new Decoder(new Map(SYMBOLS.map((symbol) => [symbol, symbol])), "run");
    const messages = parseLossless(frame) as unknown[];
    const said = messages.map((message) => {
      const word = decoder.message(message, RECEIVED);
      if (word.kind !== "unusable") return word;
      assert(word.what !== "");
      return { kind: word.kind };
    });
    assertEquals(said as unknown[], words.map(complete));
  });
}

Deno.test("alpaca: an id's digits are kept where a number could not hold them", () => {
  const parsed = parseLossless('[{"i":18446744073709551615,"oi": 12345678901234567890,"ci":42}]');
  assertEquals(parsed, [{ i: "18446744073709551615", oi: "12345678901234567890", ci: 42 }]);
});
