import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  csvRow,
  lineCount,
  LONGEST_RECORD,
  MOST_LINES,
  RecordSplitter,
  splitRow,
} from "../../domain/csv.ts";

/** Text that is rich in what CSV must quote. */
const field = fc.string({ unit: fc.constantFrom("a", "é", " ", ",", '"', "\n", "\r", "|") });

Deno.test("a row has its values between commas, null empty", () => {
  assertEquals(csvRow(["a", 1.5, null, "b", 0, ""]), "a,1.5,,b,0,");
});

// RFC 4180, section 2, rules 6 and 7.
Deno.test("a field with a comma, a quote or a line break is quoted, and its quotes are doubled", () => {
  assertEquals(csvRow(["a,b", 'say "hi"', "two\nlines"]), '"a,b","say ""hi""","two\nlines"');
  assertEquals(splitRow('"a,b","say ""hi""","two\nlines"'), ["a,b", 'say "hi"', "two\nlines"]);
});

Deno.test("empty fields are fields, the last one too", () => {
  assertEquals(splitRow("a,,"), ["a", "", ""]);
  assertEquals(splitRow('"",'), ["", ""]);
  assertEquals(splitRow(""), [""]);
});

Deno.test("a quote that is not closed, or is followed by text, makes a row unreadable", () => {
  assertEquals(splitRow('a,"b'), undefined);
  assertEquals(splitRow('"b""'), undefined);
  assertEquals(splitRow('"b"c,d'), undefined);
});

Deno.test("a quote inside a field that does not begin with one is text", () => {
  assertEquals(splitRow('a,5" pipe'), ["a", '5" pipe']);
});

Deno.test("what was written as a row is read as the same fields", () => {
  fc.assert(fc.property(fc.array(field, { minLength: 1 }), (fields) => {
    assertEquals(splitRow(csvRow(fields)), fields);
  }));
});

Deno.test("records are the same however the text is cut into pieces", () => {
  const row = fc.array(field, { minLength: 2, maxLength: 4 })
    .filter((fields) => lineCount(csvRow(fields)) <= MOST_LINES);
  const rows = fc.array(row, { maxLength: 8 });
  const cuts = fc.array(fc.nat(200), { maxLength: 10 });
  fc.assert(fc.property(rows, cuts, fc.constantFrom("\n", "\r\n"), (rows, cuts, end) => {
    const records = rows.map(csvRow);
    const text = records.map((record) => record + end).join("");
    const places = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b)];
    const splitter = new RecordSplitter();
    const read = places.flatMap((place, i) => splitter.push(text.slice(place, places[i + 1])));
    assertEquals([...read, ...splitter.end()], records);
  }));
});

Deno.test("a last line without a line break is a record, and an end of the text is none", () => {
  const splitter = new RecordSplitter();
  assertEquals([...splitter.push("a\nb"), ...splitter.end()], ["a", "b"]);
  assertEquals([...splitter.push("a\nb\n"), ...splitter.end()], ["a", "b"]);
});

Deno.test("a quote that is never closed takes sixteen lines with it, or the longest record", () => {
  const linesOf = (line: string) => {
    const splitter = new RecordSplitter();
    const records = splitter.push(`"${line}\n` + `${line}\n`.repeat(99));
    assertEquals(records.reduce((sum, record) => sum + lineCount(record), 0), 100);
    return lineCount(records[0]!);
  };
  assertEquals(linesOf("x".repeat(99)), 16);
  // 65,536 characters are passed by the fourth line of 20,000.
  assertEquals(linesOf("x".repeat(20_000)), 4);
});

Deno.test("a line without an end is cut at the longest record rather than kept in memory", () => {
  const splitter = new RecordSplitter();
  const piece = "x".repeat(LONGEST_RECORD);
  assertEquals(splitter.push(piece), []);
  assertEquals(splitter.push(piece).map((record) => record.length), [2 * LONGEST_RECORD]);
});

Deno.test("a record stands on one line, and on one more for each line break in it", () => {
  assertEquals(lineCount("a,b"), 1);
  assertEquals(lineCount('"a\nb\n",c'), 3);
});
