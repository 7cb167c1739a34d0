/**
 * What the browser's own trace says of a page: how busy it kept the processor, and how long a key had
 * to wait until the page took it up.
 *
 * @module
 */

/** An event of the trace; times in microseconds. */
export interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  /** Of the processor's time. */
  readonly tdur?: number;
  readonly args: {
    readonly name?: string;
    readonly data?: {
      readonly type?: string;
      readonly timeStamp?: number;
      readonly processingStart?: number;
    };
  };
}

/** The categories that have what is read here. */
export const CATEGORIES = ["toplevel", "devtools.timeline", "__metadata"];

/** What a trace amounts to. */
export interface TraceSummary {
  readonly seconds: number;
  /** The processor's time that the page's process took, all of its threads, as a share of one core. */
  readonly page: number;
  /** The same of its main thread. */
  readonly main: number;
  /** The same of the whole browser, drawing in software included. */
  readonly browser: number;
  /** How long each key waited until the page took it up, in milliseconds, ascending. */
  readonly delays: readonly number[];
}

const TASK = "ThreadControllerImpl::RunTask";
const MAIN = "CrRendererMain";

/**
 * Sums up a trace.
 *
 * @throws Error where no page is in it.
 */
export function summarise(events: readonly TraceEvent[]): TraceSummary {
  const threads = new Map<string, { pid: number; busy: number; name: string }>();
  const threadOf = ({ pid, tid }: TraceEvent) => {
    const key = `${pid} ${tid}`;
    let thread = threads.get(key);
    if (thread === undefined) threads.set(key, thread = { pid, busy: 0, name: "" });
    return thread;
  };
  let [start, end] = [Infinity, -Infinity];
  const delays: number[] = [];
  for (const event of events) {
    const { name, args: { data }, ts, dur = 0, tdur = 0 } = event;
    if (name === "thread_name") threadOf(event).name = event.args.name ?? "";
    else if (name === TASK && event.ph === "X") {
      threadOf(event).busy += tdur;
      start = Math.min(start, ts);
      end = Math.max(end, ts + dur);
    } else if (name === "EventTiming" && data?.type === "keydown") {
      delays.push(data.processingStart! - data.timeStamp!);
    }
  }
  const all = [...threads.values()];
  const main = all.filter(({ name }) => name === MAIN).sort((a, b) => b.busy - a.busy)[0];
  if (main === undefined) throw new Error("Cannot sum up the trace: no page is in it.");
  const share = (some: readonly { readonly busy: number }[]) =>
    some.reduce((sum, { busy }) => sum + busy, 0) / (end - start);
  return {
    seconds: (end - start) / 1e6,
    page: share(all.filter(({ pid }) => pid === main.pid)),
    main: share([main]),
    browser: share(all),
    delays: delays.sort((a, b) => a - b),
  };
}
