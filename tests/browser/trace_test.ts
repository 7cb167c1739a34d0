import { assertEquals, assertThrows } from "@std/assert";
import { summarise, type TraceEvent } from "./trace.ts";

const task = (pid: number, tid: number, ts: number, dur: number, tdur: number): TraceEvent => ({
  name: "ThreadControllerImpl::RunTask",
  ph: "X",
  pid,
  tid,
  ts,
  dur,
  tdur,
  args: {},
});
const thread = (pid: number, tid: number, name: string): TraceEvent => ({
  name: "thread_name",
  ph: "M",
  pid,
  tid,
  ts: 0,
  args: { name },
});
const key = (timeStamp: number, processingStart: number): TraceEvent => ({
  name: "EventTiming",
  ph: "b",
  pid: 2,
  tid: 1,
  ts: 0,
  args: { data: { type: "keydown", timeStamp, processingStart } },
});

Deno.test("a trace is summed up by the processor's time, the busiest page's process alone", () => {
  const summary = summarise([
    thread(1, 1, "CrBrowserMain"),
    thread(2, 1, "CrRendererMain"),
    thread(3, 1, "CrRendererMain"),
    // A second in all: what waited for the processor did not take it.
    task(2, 1, 0, 400_000, 150_000),
    task(2, 9, 500_000, 50_000, 50_000),
    task(1, 1, 600_000, 100_000, 100_000),
    task(3, 1, 900_000, 100_000, 10_000),
    key(10, 14),
    key(20, 21),
  ]);
  assertEquals(summary, { seconds: 1, page: 0.2, main: 0.15, browser: 0.31, delays: [1, 4] });
});

Deno.test("a trace without a page cannot be summed up", () => {
  assertThrows(() => summarise([thread(1, 1, "CrBrowserMain")]), Error, "no page is in it");
});
