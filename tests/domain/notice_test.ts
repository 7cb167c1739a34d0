import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Digest } from "../../domain/digest.ts";
import {
  type Notice,
  NOTICE_EVENTS,
  NoticeFilter,
  SEVERITIES,
  type Severity,
} from "../../domain/notice.ts";

function notice(severity: Severity, more: Partial<Notice> = {}): Notice {
  return {
    event: "connection",
    severity,
    ends: severity === "info",
    subject: "provider ig",
    status: severity === "info" ? "live" : "backoff",
    reason: "",
    of: null,
    key: "",
    time: 0,
    ...more,
  };
}

const gap = (of: string, status: "opened" | "filled", time = 0) =>
  notice(status === "opened" ? "warning" : "info", {
    event: "gap",
    subject: "gaps of ig",
    status,
    of,
    key: `${of} ${time}`,
    time,
  });

const some = fc.record({
  event: fc.constantFrom(...NOTICE_EVENTS),
  severity: fc.constantFrom(...SEVERITIES),
  ends: fc.boolean(),
  subject: fc.constantFrom("a", "b", "c"),
  status: fc.constantFrom("up", "down"),
  reason: fc.string(),
  of: fc.constantFrom(null, "AAPL", "MSFT"),
  key: fc.constantFrom("", "AAPL 1", "MSFT 1"),
  time: fc.nat(),
});

Deno.test("the end of what was told is told, and that of what was not is not", () => {
  const filter = new NoticeFilter("warning", NOTICE_EVENTS);
  assert(!filter.passes(notice("info")));
  assert(filter.passes(notice("warning")));
  assert(filter.passes(notice("info")));
  assert(!filter.passes(notice("info")));
  const grave = new NoticeFilter("error", NOTICE_EVENTS);
  assert(!grave.passes(notice("warning")));
  assert(!grave.passes(notice("info")));
  assert(grave.passes(notice("error")));
  assert(grave.passes(notice("info")));
});

Deno.test("as many filled gaps are told as were told open", () => {
  const filter = new NoticeFilter("warning", NOTICE_EVENTS);
  for (const symbol of ["AAPL", "MSFT"]) assert(filter.passes(gap(symbol, "opened")));
  for (const symbol of ["AAPL", "MSFT"]) assert(filter.passes(gap(symbol, "filled")));
  assert(!filter.passes(gap("NVDA", "filled")));
});

Deno.test("a gap that is published again is told once, and so is that it is filled", () => {
  const filter = new NoticeFilter("warning", NOTICE_EVENTS);
  assert(filter.passes(gap("AAPL", "opened", 1)));
  assert(!filter.passes(gap("AAPL", "opened", 1)));
  assert(filter.passes({ ...gap("AAPL", "opened", 1), status: "unfillable" }));
  assert(filter.passes(gap("AAPL", "opened", 2)));
  assert(filter.passes(gap("AAPL", "filled", 1)));
  assert(filter.passes(gap("AAPL", "filled", 2)));
  assert(!filter.passes(gap("AAPL", "filled", 1)));
});

Deno.test("gaps that are never filled are forgotten, the oldest first", () => {
  const filter = new NoticeFilter("warning", NOTICE_EVENTS);
  for (let time = 0; time <= 10_000; time++) assert(filter.passes(gap("AAPL", "opened", time)));
  assert(!filter.passes(gap("AAPL", "filled", 0)));
  assert(filter.passes(gap("AAPL", "filled", 1)));
  assert(filter.passes(gap("AAPL", "filled", 10_000)));
});

Deno.test("what is neither bad nor an end is not told for there being trouble", () => {
  const filter = new NoticeFilter("warning", NOTICE_EVENTS);
  assert(filter.passes(gap("AAPL", "opened")));
  assert(!filter.passes({ ...gap("NEW", "opened"), severity: "info" }));
  assert(filter.passes(gap("AAPL", "filled")));
});

Deno.test("what is not wanted is not told, nor its end", () => {
  const filter = new NoticeFilter("info", ["gap"]);
  assert(!filter.passes(notice("error")));
  assert(!filter.passes(notice("info")));
  assert(filter.passes(gap("AAPL", "filled")));
});

Deno.test("one that flaps makes one line, which says how it is and how bad it was", () => {
  const digest = new Digest();
  digest.add(notice("warning", { time: 1, reason: "cut" }));
  digest.add(notice("info", { time: 2 }));
  digest.add(notice("warning", { time: 3, reason: "cut again" }));
  digest.add(notice("info", { time: 4 }));
  assertEquals(digest.take().lines, [{
    event: "connection",
    subject: "provider ig",
    status: "live",
    reason: "",
    changes: 4,
    worst: { severity: "warning", status: "backoff", reason: "cut again" },
    of: [],
    first: 1,
    last: 4,
  }]);
  assert(digest.isEmpty);
});

Deno.test("gaps of many instruments make a line for each state, some of them named", () => {
  const digest = new Digest();
  for (let index = 0; index < 1_000; index++) digest.add(gap(`S${index}`, "opened", index));
  digest.add(gap("S1", "filled"));
  const { lines } = digest.take();
  assertEquals(lines.map(({ status, changes, of }) => [status, changes, of]), [
    ["opened", 1_000, ["S0", "S1", "S2", "S3", "S4"]],
    ["filled", 1, ["S1"]],
  ]);
});

Deno.test("what was put back makes the digest that it would have been", () => {
  fc.assert(fc.property(fc.array(some), fc.nat({ max: 20 }), (notices, cut) => {
    const whole = new Digest();
    for (const one of notices) whole.add(one);
    const parted = new Digest();
    for (const one of notices.slice(0, cut)) parted.add(one);
    const taken = parted.take();
    for (const one of notices.slice(cut)) parted.add(one);
    parted.putBack(taken);
    assertEquals(parted.take(), whole.take());
  }));
});

Deno.test("a digest is bounded, and every notice is in a line or counted", () => {
  const digest = new Digest();
  for (let index = 0; index < 5_000; index++) {
    digest.add(notice("error", { subject: `actor ${index}` }));
  }
  const { lines, omitted } = digest.take();
  assert(lines.length <= 200, `${lines.length} lines`);
  assertEquals(lines.reduce((sum, { changes }) => sum + changes, omitted), 5_000);
});
