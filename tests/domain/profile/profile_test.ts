import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { MarketdError } from "../../../domain/errors.ts";
import { FLAGS } from "../../../domain/flags.ts";
import { highestPrice, lowestPrice, widened } from "../../../domain/profile/bins.ts";
import { measureProfile } from "../../../domain/profile/measures.ts";
import { type ProfileOptions, VolumeProfile } from "../../../domain/profile/profile.ts";
import { quoteAt, REAL, realTicks, tradeAt } from "../ticks.ts";

const OPTIONS: ProfileOptions = { basis: "volume", step: 0.01 };
const OF = { symbol: "SPY", start: 0, end: 1 };

/** Prices in cents and whole sizes, whose sums a double holds exactly. */
const anyPrint = fc.record({
  cents: fc.oneof(fc.integer({ min: 9_990, max: 10_010 }), fc.integer({ min: 1, max: 200_000 })),
  size: fc.nat({ max: 1_000 }),
});
type Print = { cents: number; size: number };
const anyPrints = fc.array(anyPrint, { maxLength: 60 });
const anyCap = fc.constantFrom(2, 3, 7, 64, 2_048);

function profileOf(prints: readonly Print[], more: Partial<ProfileOptions> = {}): VolumeProfile {
  const profile = new VolumeProfile({ ...OPTIONS, ...more });
  for (const { cents, size } of prints) profile.add(cents / 100, size);
  return profile;
}

function kept(profile: VolumeProfile) {
  return profile.record(OF);
}

Deno.test("a profile holds the volume of each price", () => {
  const profile = new VolumeProfile(OPTIONS);
  profile.addTick(tradeAt(0, 167.41, { size: 100 }));
  profile.addTick(tradeAt(1, 167.44, { size: 50 }));
  profile.addTick(tradeAt(2, 167.41, { size: 200 }));
  assertEquals(kept(profile), {
    ...OF,
    basis: "volume",
    step: 0.01,
    binSteps: 1,
    maxBins: 2_048,
    width: 1,
    first: 16_741,
    values: [300, 0, 0, 50],
  });
  assertEquals(profile.total, 350);
});

Deno.test("what has no size, no price or was refused counts for nothing", () => {
  const profile = new VolumeProfile(OPTIONS);
  profile.addTick(tradeAt(0, 10, { size: null }));
  profile.addTick(tradeAt(0, 10, { flags: FLAGS.duplicate }));
  profile.addTick(quoteAt(0, 10, 11));
  profile.add(NaN, 1);
  profile.add(10, NaN);
  assertEquals([profile.total, kept(profile).values.length], [0, 0]);
});

Deno.test("on the basis of ticks each quote counts as one at its middle", () => {
  const profile = new VolumeProfile({ basis: "ticks", step: 0.00001 });
  profile.addTick(quoteAt(0, 1.38727, 1.38729));
  profile.addTick(quoteAt(1, 1.38728, 1.38729));
  profile.addTick(quoteAt(2, 1.38728, null));
  profile.addTick(tradeAt(3, 1.38727));
  // The middles are 1.38728 and 1.387285: half a step counts up.
  assertEquals([kept(profile).first, kept(profile).values], [138_728, [1, 1]]);
  assertEquals(kept(profile).basis, "ticks");
});

Deno.test("half a step counts up at every price, whatever doubles make of it", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 1_000_000 }), (steps) => {
    for (const step of [0.01, 0.00001, 0.1, 0.25, 0.005]) {
      const profile = new VolumeProfile({ basis: "volume", step });
      profile.add((steps * step + (steps + 1) * step) / 2, 1);
      assertEquals(kept(profile).first, steps + 1, `${steps} of ${step}`);
    }
  }));
});

Deno.test("a bin may hold several steps, and its lowest and highest price say which", () => {
  const profile = profileOf([{ cents: 100, size: 1 }, { cents: 104, size: 2 }], { binSteps: 5 });
  const bins = profile.bins();
  assertEquals([bins.first, bins.width, [...Array.from(bins.values)]], [20, 5, [3]]);
  assertEquals([lowestPrice(bins, 0), highestPrice(bins, 0)], [1, 1.04]);
});

Deno.test("a range of too many bins doubles their width until it fits, and loses nothing", () => {
  const profile = profileOf(
    [{ cents: 100, size: 1 }, { cents: 101, size: 2 }, { cents: 107, size: 4 }],
    { maxBins: 4 },
  );
  // 100 to 107 are 8 bins of 1, so 4 of 2: 50 (100, 101) to 53 (106, 107).
  const { width, first, values } = kept(profile);
  assertEquals([width, first, values], [2, 50, [3, 0, 0, 4]]);
  assertEquals(profile.total, 7);
});

Deno.test("the bins are those of the prices, brute force, however many are allowed", () => {
  fc.assert(fc.property(anyPrints, anyCap, fc.integer({ min: 1, max: 3 }), (prints, cap, steps) => {
    const sized = prints.filter(({ size }) => size > 0);
    const { width, first, values } = kept(profileOf(prints, { maxBins: cap, binSteps: steps }));
    assert(values.length <= cap);
    const held = new Map<number, number>();
    for (const { cents, size } of sized) {
      const bin = Math.floor(cents / width);
      held.set(bin, (held.get(bin) ?? 0) + size);
    }
    const found = values.map((value, i) => [first + i, value]).filter(([, value]) => value! > 0);
    assertEquals(
      new Map(found as [number, number][]),
      new Map([...held].sort(([a], [b]) => a - b)),
    );
    // It is the narrowest that fits.
    const cents = sized.map((print) => print.cents);
    const least = Math.floor(Math.min(...cents) / (width / 2));
    const most = Math.floor(Math.max(...cents) / (width / 2));
    if (width > steps) assert(most - least + 1 > cap);
  }));
});

Deno.test("the order of the trades does not matter", () => {
  const shuffled = fc.tuple(anyPrints, fc.infiniteStream(fc.nat()), anyCap);
  fc.assert(fc.property(shuffled, ([prints, keys, maxBins]) => {
    const other = prints.map((print) => ({ print, key: keys.next().value! }))
      .toSorted((a, b) => a.key - b.key).map(({ print }) => print);
    assertEquals(kept(profileOf(other, { maxBins })), kept(profileOf(prints, { maxBins })));
  }));
});

Deno.test("profiles of parts merge, in any order, into the profile of the whole", () => {
  fc.assert(fc.property(anyPrints, anyPrints, anyPrints, anyCap, (a, b, c, maxBins) => {
    const merged = profileOf(c, { maxBins });
    merged.merge(profileOf(a, { maxBins }));
    merged.merge(profileOf(b, { maxBins }));
    const whole = profileOf([...a, ...b, ...c], { maxBins });
    assertEquals(kept(merged), kept(whole));
    assertEquals(merged.total, whole.total);
  }));
});

Deno.test("merging leaves the profile that is merged as it was", () => {
  const part = profileOf([{ cents: 100, size: 1 }], { maxBins: 2 });
  const before = kept(part);
  const whole = profileOf([{ cents: 900, size: 1 }], { maxBins: 2 });
  whole.merge(part);
  whole.add(1, 5);
  assertEquals(kept(part), before);
});

Deno.test("profiles of different bins or bases do not merge, and say why", () => {
  const profile = new VolumeProfile(OPTIONS);
  for (
    const more of [{ step: 0.1 }, { binSteps: 2 }, { maxBins: 9 }, { basis: "ticks" as const }]
  ) {
    const [[key]] = Object.entries(more) as [[string, unknown]];
    assertThrows(
      () => profile.merge(new VolumeProfile({ ...OPTIONS, ...more })),
      (error: unknown) =>
        error instanceof MarketdError && error.code === "profile-mismatch" && error.terminal &&
        error.message.includes(key),
    );
  }
});

Deno.test("options out of their range are refused by name", () => {
  for (
    const [more, word] of [[{ step: 0 }, /step/], [{ binSteps: 1.5 }, /whole step/], [
      { maxBins: 1 },
      /at least 2 bins/,
    ]] as const
  ) {
    assertThrows(() => new VolumeProfile({ ...OPTIONS, ...more }), word);
  }
});

Deno.test("a kept profile comes back and goes on as if it had never been away", () => {
  fc.assert(fc.property(anyPrints, anyPrints, anyCap, (early, late, maxBins) => {
    const before = profileOf(early, { maxBins });
    const back = VolumeProfile.from(JSON.parse(JSON.stringify(kept(before))));
    assertEquals(kept(back), kept(before));
    for (const { cents, size } of late) back.add(cents / 100, size);
    assertEquals(kept(back), kept(profileOf([...early, ...late], { maxBins })));
  }));
});

Deno.test("the levels are in order: low, VAL, POC, VAH, high, and the value area holds 70 %", () => {
  fc.assert(fc.property(anyPrints, anyCap, (prints, maxBins) => {
    const measured = measureProfile(profileOf(prints, { maxBins }).bins());
    if (measured === null) return assertEquals(prints.every(({ size }) => size === 0), true);
    const { low, val, poc, vah, high, valueShare, hvn, lvn } = measured;
    assert(low <= val && val <= poc && poc <= vah && vah <= high, JSON.stringify(measured));
    assert(valueShare >= 0.7 && valueShare <= 1);
    assertEquals(lvn.length, Math.max(hvn.length - 1, 0));
    const nodes = hvn.flatMap((at, i) => i === 0 ? [at] : [lvn[i - 1]!, at]);
    assertEquals(nodes, nodes.toSorted((a, b) => a - b));
  }));
});

Deno.test({
  name:
    "the real SPY day has the profile of its trades, summed by price (needs MARKETD_RECORDINGS)",
  ignore: REAL === undefined,
  fn: async () => {
    const ticks = await realTicks("spy-20131007-trades.csv.gz");
    const profile = new VolumeProfile(OPTIONS);
    const halves = [new VolumeProfile(OPTIONS), new VolumeProfile(OPTIONS)];
    const sums = new Map<number, number>();
    for (const [i, tick] of ticks.entries()) {
      profile.addTick(tick);
      halves[i % 2]!.addTick(tick);
      assert(tick.kind === "trade");
      const cents = Math.round(tick.price * 100);
      sums.set(cents, (sums.get(cents) ?? 0) + tick.size!);
    }
    const { first, values } = kept(profile);
    const found = values.map((value, i) => [first + i, value] as const)
      .filter(([, value]) => value > 0);
    assertEquals(found, [...sums].filter(([, size]) => size > 0).sort(([a], [b]) => a - b));
    halves[0]!.merge(halves[1]!);
    assertEquals(kept(halves[0]!), kept(profile));

    const { poc, val, vah, valueShare } = measureProfile(profile.bins())!;
    const [most] = [...sums].sort(([, a], [, b]) => b - a);
    assertEquals(poc, most![0] / 100);
    const total = [...sums.values()].reduce((sum, size) => sum + size, 0);
    const inside = [...sums].filter(([cents]) =>
      cents >= val * 100 - 0.5 && cents <= vah * 100 + 0.5
    )
      .reduce((sum, [, size]) => sum + size, 0);
    assertEquals(inside / total, valueShare);
    // No more than one pair beyond its share: without the widest pair it would fall short.
    assert(valueShare >= 0.7 && valueShare < 0.8, `${valueShare}`);
  },
});

Deno.test("bins made wider are those of a profile that was built with wider ones", () => {
  fc.assert(fc.property(anyPrints, fc.integer({ min: 1, max: 50 }), (prints, factor) => {
    const room = { maxBins: 1_000_000 };
    const plain = ({ values, ...rest }: ReturnType<typeof widened>) => ({
      ...rest,
      values: Array.from(values),
    });
    assertEquals(
      plain(widened(profileOf(prints, room).bins(), factor)),
      plain(profileOf(prints, { ...room, binSteps: factor }).bins()),
    );
  }));
});
