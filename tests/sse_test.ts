import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { SseParser } from "./sse.ts";

/** The events of a text that comes in pieces. */
function parse(...pieces: string[]) {
  const parser = new SseParser();
  return { parser, events: pieces.flatMap((piece) => parser.push(piece)) };
}

Deno.test("the standard's examples are read as it says", () => {
  // WHATWG HTML, 9.2.6: data over three lines.
  assertEquals(parse("data: YHOO\ndata: +2\ndata: 10\n\n").events, [
    { id: null, lastEventId: "", event: "message", data: "YHOO\n+2\n10" },
  ]);
  // A comment, an event with an id, one whose empty id takes it back, one with a space kept; what
  // no empty line ends is not an event.
  const four = parse(
    ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n",
  );
  assertEquals(four.parser.comments, [" test stream"]);
  assertEquals(four.events, [
    { id: "1", lastEventId: "1", event: "message", data: "first event" },
    { id: "", lastEventId: "", event: "message", data: "second event" },
  ]);
  // An empty data field, two of them, and one that is cut short.
  assertEquals(parse("data\n\ndata\ndata\n\ndata:").events.map(({ data }) => data), ["", "\n"]);
  // One optional space after the colon.
  assertEquals(parse("data:test\n\ndata: test\n\n").events.map(({ data }) => data), [
    "test",
    "test",
  ]);
});

Deno.test("an id without data takes effect without an event", () => {
  const { parser, events } = parse("id: a:1\n\n", "event: x\n\n", "data: 1\n\n");
  assertEquals(events, [{ id: null, lastEventId: "a:1", event: "message", data: "1" }]);
  assertEquals(parser.lastEventId, "a:1");
  assertEquals(parse("id: a\0b\n\n").parser.lastEventId, "");
});

Deno.test("retry is read where it is a number", () => {
  assertEquals(parse("retry: 1500\n\n").parser.retry, 1_500);
  assertEquals(parse("retry: 1.5\n\n").parser.retry, null);
});

Deno.test("a field that the standard does not name is an error", () => {
  assertThrows(() => parse("date: 1\n\n"), /date/);
});

Deno.test("it does not matter how lines end and where the text is cut", () => {
  const lines = ["\uFEFFid: 7", "event: trade", "data: {", "data: }", "", ": hi", "", "data:é", ""];
  const expected = parse(lines.map((line) => `${line}\n`).join("")).events;
  assertEquals(expected.length, 2);
  fc.assert(
    fc.property(
      fc.constantFrom("\n", "\r", "\r\n"),
      fc.array(fc.nat(80), { maxLength: 6 }),
      (end, cuts) => {
        // The last line is whole only when what follows shows that its end is.
        const text = `${lines.map((line) => line + end).join("")}:`;
        const at = [0, ...cuts.toSorted((a, b) => a - b), text.length];
        const pieces = at.slice(1).map((to, index) => text.slice(at[index], to));
        assertEquals(parse(...pieces).events, expected);
      },
    ),
  );
});
