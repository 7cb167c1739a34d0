import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import type { Entry } from "../../../actors/outbox.ts";
import { Spool } from "../../../actors/spool/spool.ts";
import type { Tick } from "../../../domain/tick.ts";
import { MAY_MOUNT, onSmallDisk } from "../../smalldisk.ts";
import { inFolder } from "../commands/run.ts";

const ROOM = 1 << 30;
let serial = 0;

function tick(kind: Tick["kind"]): Tick {
  const time = ++serial;
  const base = { symbol: "AAPL", time, receivedAt: time, provider: "t", id: `${serial}`, flags: 0 };
  if (kind === "trade") return { ...base, kind, price: NaN, size: 1, side: null, conditions: null };
  if (kind === "quote") return { ...base, kind, bid: 1, bidSize: null, ask: 2, askSize: null };
  return { ...base, kind, bids: [{ price: 1, size: 2 }], asks: [] };
}

const entry = (...kinds: Tick["kind"][]): Entry => ({ ticks: kinds.map(tick) });
const gap = {
  symbol: "AAPL",
  provider: "t",
  from: 1,
  to: 2,
  reason: "restart",
  status: "open",
  detectedAt: 2,
} as const;

async function drain(spool: Spool, rows: number): Promise<Entry[]> {
  const all: Entry[] = [];
  while (!spool.empty) {
    all.push(...await spool.peek(rows));
    await spool.advance();
  }
  return all;
}

const flat = (entries: readonly Entry[]) => entries.flatMap(({ ticks }) => ticks);

Deno.test("what is spooled comes back whole and in order, whatever the sizes", () =>
  inFolder({}, async (folder) => {
    const kind = fc.constantFrom<Tick["kind"]>("trade", "quote", "depth");
    const appends = fc.array(fc.array(fc.array(kind, { maxLength: 6 }), { maxLength: 4 }), {
      maxLength: 12,
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(appends, fc.integer({ min: 1, max: 40 }), async (shape, rows) => {
        const spool = await Spool.open(`${folder}/s${run++}`, ROOM);
        const entries = shape.map((append) => append.map((kinds) => entry(...kinds)));
        for (const append of entries) await spool.append(append);
        assertEquals(spool.rows, flat(entries.flat()).length);
        assertEquals(flat(await drain(spool, rows)), flat(entries.flat()));
        assertEquals([spool.rows, spool.bytes], [0, 0]);
        await spool.close();
      }),
      { numRuns: 40 },
    );
  }));

Deno.test("what was read but not let go of is read again", () =>
  inFolder({}, async (folder) => {
    const spool = await Spool.open(`${folder}/s`, ROOM);
    const first = [entry("trade", "depth", "quote"), { ticks: [], gaps: [gap] }];
    await spool.append(first);
    await spool.append([entry("quote")]);
    assertEquals(await spool.peek(1), [...first.map((one) => ({ ...one }))]);
    assertEquals(flat(await spool.peek(100)).length, 4);
    await spool.advance();
    assert(spool.empty);
    await spool.close();
  }));

Deno.test("an earlier run's spool is taken up, but for a record that was cut short", () =>
  inFolder({}, async (folder) => {
    const path = `${folder}/s`;
    const first = await Spool.open(path, ROOM);
    const entries = [entry("trade", "quote"), entry("trade")];
    for (const one of entries) await first.append([one]);
    await first.close();
    const bytes = await Deno.readFile(`${path}.rest`);
    await Deno.writeFile(`${path}.rest`, bytes.subarray(0, bytes.length - 3));
    const second = await Spool.open(path, ROOM);
    assertEquals(second.rows, 2);
    await second.append([entries[1]!]);
    assertEquals(flat(await drain(second, 100)), flat(entries));
    await second.close();
  }));

Deno.test("at the cap books go first, then quotes, and never trades while there is room", () =>
  inFolder({}, async (folder) => {
    const spool = await Spool.open(`${folder}/s`, 6_000);
    const kept: Tick[] = [];
    const dropped = { trade: 0, quote: 0, depth: 0 };
    const sent = { trade: 0, quote: 0, depth: 0 };
    let full = false;
    while (!full) {
      const one = entry("depth", "quote", "trade");
      try {
        const gone = await spool.append([one]);
        // A quote is only let go when every earlier book is gone.
        if (gone.quote > 0) assert(dropped.depth + gone.depth >= sent.depth);
        for (const kind of ["trade", "quote", "depth"] as const) {
          dropped[kind] += gone[kind];
          sent[kind]++;
        }
        kept.push(one.ticks[2]!);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        full = true;
      }
      assert(spool.bytes <= 6_000);
    }
    assertEquals(dropped.trade, 0);
    assertEquals([dropped.depth, dropped.quote], [sent.depth, sent.quote]);
    assertEquals(flat(await drain(spool, 100)), kept);
    await spool.close();
  }));

Deno.test({
  name: "a full disk sheds by the same rule, and the spool goes on when there is room" +
    " (needs a user who may mount)",
  ignore: !MAY_MOUNT,
  fn: async () => {
    await onSmallDisk(128, async (folder) => {
      const spool = await Spool.open(`${folder}/s`, ROOM);
      const kept: Tick[] = [];
      await assertRejects(async () => {
        while (true) {
          const one = entry("trade", "quote", "quote", "depth");
          await spool.append([one]);
          kept.push(one.ticks[0]!);
        }
      }, /[Nn]o space left/);
      const trades = flat(await drain(spool, 1_000)).filter(({ kind }) => kind === "trade");
      assertEquals(trades, kept);
      await spool.append([entry("trade")]);
      assertEquals(spool.rows, 1);
      await spool.close();
    });
  },
});
