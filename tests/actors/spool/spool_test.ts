import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import type { Entry } from "../../../actors/outbox.ts";
import type { Spool } from "../../../actors/spool/spool.ts";
import type { Tick } from "../../../domain/tick.ts";
import { MAY_MOUNT, onSmallDisk } from "../../smalldisk.ts";
import { inFolder } from "../commands/run.ts";
import { openSpool } from "../recording.ts";

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
        const spool = await openSpool(`${folder}/s${run++}`, ROOM);
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
    const spool = await openSpool(`${folder}/s`, ROOM);
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
    const first = await openSpool(path, ROOM);
    const entries = [entry("trade", "quote"), entry("trade")];
    for (const one of entries) await first.append([one]);
    await first.close();
    const bytes = await Deno.readFile(`${path}.rest`);
    await Deno.writeFile(`${path}.rest`, bytes.subarray(0, bytes.length - 3));
    const second = await openSpool(path, ROOM);
    assertEquals(second.rows, 2);
    await second.append([entries[1]!]);
    assertEquals(flat(await drain(second, 100)), flat(entries));
    await second.close();
  }));

Deno.test("at the cap books go first, then quotes, and never trades while there is room", () =>
  inFolder({}, async (folder) => {
    const spool = await openSpool(`${folder}/s`, 6_000);
    const kept: Tick[] = [];
    const dropped = { trade: 0, quote: 0, depth: 0 };
    spool.onDropped((kind, count) => {
      dropped[kind] += count;
      // A quote is only let go when every earlier book is gone, this batch's own not included.
      if (kind === "quote") assert(dropped.depth >= sent.depth);
    });
    const sent = { trade: 0, quote: 0, depth: 0 };
    let full = false;
    while (!full) {
      const one = entry("depth", "quote", "trade");
      try {
        await spool.append([one]);
        for (const kind of ["trade", "quote", "depth"] as const) sent[kind]++;
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
      const spool = await openSpool(`${folder}/s`, ROOM);
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

/** Spools entries one by one, and tells where each one's record of trades ends in its file. */
async function spoolEach(path: string, entries: readonly Entry[]): Promise<number[]> {
  const spool = await openSpool(path, ROOM);
  const ends: number[] = [];
  for (const one of entries) {
    await spool.append([one]);
    ends.push((await Deno.stat(`${path}.rest`)).size);
  }
  await spool.close();
  return ends;
}

async function change(file: string, edit: (bytes: Uint8Array) => Uint8Array): Promise<void> {
  await Deno.writeFile(file, edit(await Deno.readFile(file)));
}

Deno.test("a flipped bit anywhere costs the record that it is in, and the bytes and the span are told", () =>
  inFolder({}, async (folder) => {
    const entries = Array.from({ length: 5 }, () => entry("trade", "trade"));
    const ends = await spoolEach(`${folder}/whole`, entries);
    const size = ends.at(-1)!;
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(size - 1), fc.nat(7), async (at, bit) => {
        const path = `${folder}/s${run++}`;
        await Deno.copyFile(`${folder}/whole.rest`, `${path}.rest`);
        await change(`${path}.rest`, (bytes) => {
          bytes[at]! ^= 1 << bit;
          return bytes;
        });
        const spool = await openSpool(path, ROOM);
        // The record of entry 0 begins after the file's title.
        const hit = ends.findIndex((end) => at < end);
        const left = flat(await drain(spool, 1));
        const without = flat(entries.filter((_, index) => index !== hit));
        const isTitle = left.length === 10;
        assertEquals(left, isTitle ? flat(entries) : without);
        const gaps = spool.losses.take(0);
        if (!isTitle && hit !== 0 && hit !== 4) {
          const ticks = entries[hit]!.ticks;
          assertEquals(gaps.length, 1);
          assert(gaps[0]!.from <= ticks[0]!.receivedAt && gaps[0]!.to > ticks[1]!.receivedAt);
          assert(spool.damaged > 0 && spool.damaged < size);
        }
        await spool.close();
      }),
      { numRuns: 150 },
    );
  }));

Deno.test("garbage in the midst of a spool is passed over, and what comes after is found", () =>
  inFolder({}, async (folder) => {
    const path = `${folder}/s`;
    const entries = Array.from({ length: 4 }, () => entry("trade", "quote"));
    const ends = await spoolEach(path, entries);
    const garbage = crypto.getRandomValues(new Uint8Array(60_000));
    await change(
      `${path}.rest`,
      (bytes) =>
        Uint8Array.from([...bytes.subarray(0, ends[1]), ...garbage, ...bytes.subarray(ends[1])]),
    );
    const spool = await openSpool(path, ROOM);
    assertEquals(spool.damaged, garbage.length);
    assertEquals(flat(await drain(spool, 3)), flat(entries));
    await spool.close();
  }));

Deno.test("what is damaged while the spool is open is passed over too", () =>
  inFolder({}, async (folder) => {
    const path = `${folder}/s`;
    const spool = await openSpool(path, ROOM);
    const entries = Array.from({ length: 3 }, () => entry("trade"));
    const ends: number[] = [];
    for (const one of entries) {
      await spool.append([one]);
      ends.push((await Deno.stat(`${path}.rest`)).size);
    }
    const file = await Deno.open(`${path}.rest`, { write: true });
    await file.seek(ends[1]! - 5, Deno.SeekMode.Start);
    await file.write(Uint8Array.of(1, 2, 3, 4));
    file.close();
    const ticks: Tick[] = [];
    for (let entries = await spool.peek(1); entries.length > 0; entries = await spool.peek(1)) {
      ticks.push(...flat(entries));
      await spool.advance();
    }
    assertEquals(ticks, flat([entries[0]!, entries[2]!]));
    assertEquals([spool.rows, spool.empty, spool.damaged], [0, true, ends[1]! - ends[0]!]);
    await spool.close();
  }));

Deno.test("a spool is had by one process, and takes another store's rows for its own never", () =>
  inFolder({}, async (folder) => {
    const path = `${folder}/s`;
    const spool = await openSpool(path, ROOM, "postgres://a:5432/one");
    await assertRejects(openSpool(path, ROOM), new RegExp(`process ${Deno.pid} has it`));
    await spool.append([entry("trade")]);
    await spool.close();
    await assertRejects(
      openSpool(path, ROOM, "postgres://a:5432/two"),
      /its rows wait for the store postgres:\/\/a:5432\/one, and this is postgres:\/\/a:5432\/two/,
    );
    const again = await openSpool(path, ROOM, "postgres://a:5432/one");
    assertEquals(again.rows, 1);
    await again.close();
  }));

Deno.test("books that go while they are under way to the store are shed only where they do not arrive", () =>
  inFolder({}, async (folder) => {
    for (const arrives of [true, false]) {
      const spool = await openSpool(`${folder}/s-${arrives}`, 1_600);
      let shed = 0;
      spool.onDropped((_, count) => shed += count);
      await spool.append([entry("depth", "depth")]);
      await spool.peek(100);
      while (shed === 0 && spool.bytes < 1_200) await spool.append([entry("trade")]);
      await spool.append([entry("trade", "trade", "trade", "trade")]);
      assertEquals(shed, 0);
      if (arrives) await spool.advance();
      await spool.peek(100);
      assertEquals(shed, arrives ? 0 : 2);
      await spool.close();
    }
  }));
