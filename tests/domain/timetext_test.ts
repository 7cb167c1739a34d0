import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { formatTime, type Micros, MINUTE, parseTime, SECOND } from "../../domain/time.ts";
import { timeReader, timeWriter } from "../../domain/timetext.ts";

const YEAR_2100: Micros = 4_102_444_800 * SECOND;

/** Times that mostly lie in the minute of the one before, as those of a recording do. */
const drift = fc.tuple(
  fc.integer({ min: -YEAR_2100, max: YEAR_2100 }),
  fc.array(fc.integer({ min: -2 * MINUTE, max: 2 * MINUTE }), { minLength: 1, maxLength: 30 }),
).map(([start, steps]) => {
  let time = start;
  return steps.map((step) => time += step);
});

Deno.test("a time writer writes what formatTime writes, whatever it wrote before", () => {
  fc.assert(fc.property(drift, (times) => {
    const write = timeWriter();
    for (const time of times) assertEquals(write(time), formatTime(time));
  }));
});

Deno.test("a time reader reads what parseTime reads, whatever it read before", () => {
  fc.assert(fc.property(drift, (times) => {
    const read = timeReader();
    for (const time of times) assertEquals(read(formatTime(time)), time);
  }));
});

Deno.test("a time reader cuts what is finer than a microsecond, and takes any digits up to nine", () => {
  const digits = fc.stringMatching(/^[0-9]{1,10}$/);
  fc.assert(fc.property(fc.array(fc.tuple(digits, fc.integer({ min: 0, max: 59 }))), (times) => {
    const read = timeReader();
    for (const [fraction, second] of times) {
      const text = `2014-05-01T00:00:${String(second).padStart(2, "0")}.${fraction}Z`;
      assertEquals(read(text), parseTime(text), text);
    }
  }));
  const read = timeReader();
  // 2014-05-01T00:00:00Z is 1398902400 s.
  assertEquals(read("2014-05-01T00:00:01.123456789Z"), 1_398_902_401_123_456);
  assertEquals(read("2014-05-01T00:00:02.5Z"), 1_398_902_402_500_000);
});

Deno.test("a time reader takes and refuses the texts that parseTime takes and refuses", () => {
  const good = "2014-05-01T00:00:01.787Z";
  const unit = fc.constantFrom(...good, ..."9 +.,zt", "");
  const changed = fc.tuple(fc.nat(good.length - 1), unit).map(([at, character]) =>
    good.slice(0, at) + character + good.slice(at + 1)
  );
  fc.assert(fc.property(fc.array(fc.oneof(changed, fc.string())), (texts) => {
    const read = timeReader();
    for (const text of [good, ...texts]) assertEquals(read(text), parseTime(text), text);
  }));
});

Deno.test("a time reader takes other forms of RFC 3339 between those it is made for", () => {
  const read = timeReader();
  assertEquals(read("1970-01-01T00:00:01.000Z"), SECOND);
  assertEquals(read("1970-01-01T00:00:02Z"), 2 * SECOND);
  assertEquals(read("1970-01-01T01:00:03.000+01:00"), 3 * SECOND);
  assertEquals(read("1970-01-01T00:00:04.000005Z"), 4 * SECOND + 5);
  assertEquals(read("1970-01-01T00:00:60.000Z"), undefined);
  assertEquals(read("1970-01-01T00:00:0x.000Z"), undefined);
});

Deno.test("a time that no text has is refused, and the writer goes on", () => {
  const write = timeWriter();
  assertThrows(() => write(9e15 * 1_000), RangeError);
  assertEquals(write(0), "1970-01-01T00:00:00.000Z");
});
