/**
 * Backfill: fills what was missed from the venues' history. The store's open gaps are its queue, so
 * that a restart goes on where the last run was; the newest is filled first, and one at a time by
 * each provider, behind everything else that is asked of that.
 *
 * @module
 */
import type { Job, JobSpan } from "./backlog.ts";
import { fill } from "./fill.ts";
import { type Sources, sourcesOf } from "./sources.ts";
import { nothingMade } from "../../instruments/candles.ts";
import type { Listing } from "../../instruments/directory.ts";
import { giveOut } from "../../instruments/output.ts";
import { goesOn } from "../../instruments/silences.ts";
import { logger } from "../../log.ts";
import { createService } from "../../service.ts";
import type { SharedInput } from "../../shared.ts";
import { backoffDelay } from "../../../domain/backoff.ts";
import { MarketdError, messageOf } from "../../../domain/errors.ts";
import type { Gap } from "../../../domain/gap.ts";
import { formatTime, type Micros, MILLISECOND, MINUTE, SECOND } from "../../../domain/time.ts";
import { ProviderError } from "../../../providers/provider.ts";

/** What backfill answers to. */
export type BackfillCommand = { type: "drain" };

/**
 * How much is fetched on either side of a gap: what a venue said just before a cut is lost before the
 * cut is noticed, and a subscription takes a moment.
 */
const MARGIN: Micros = 5 * SECOND;
/**
 * How long after a minute's close it is filled: what is still on its way would count twice, once as
 * history and once when it is heard.
 */
const SETTLE: Micros = 5 * SECOND;
/** The longest wait until gaps are looked for again, in milliseconds. */
const LOOK = 30_000;
/** Gaps that are looked at at once. */
const GAPS = 500;

const log = logger("backfill");

/** What is to be filled: a gap, or what was asked for by hand. */
type Task =
  & { readonly key: string; readonly span: JobSpan }
  & ({ readonly gap: Gap; readonly job: null } | { readonly gap: null; readonly job: Job });

/** Why a span is not filled yet, and from when on it may be tried again. */
interface Deferral {
  readonly until: Micros;
  readonly failures: number;
  /** Who refused it for good, and why; they are not asked again. */
  readonly refused: ReadonlyMap<string, string>;
}

const UNASKED: ReadonlyMap<string, string> = new Map();

/** Backfill as an actor. Answers `drain` when nothing is under way. */
export const backfill = createService<BackfillCommand, SharedInput>(
  ({ input: { shared }, receive, self, sendBack, guard }) => {
    const { backlog, clock, directory, journal, meters, outbox, settings, store } = shared;
    const ending = new AbortController();
    const { signal } = ending;
    const deferred = new Map<string, Deferral>();
    /** Jobs under way, by provider. */
    const busy = new Map<string, Promise<void>>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let looking: Promise<void> | null = null;
    let isStale = false;

    /** Looks for work, one look at a time. */
    const look = guard(() => {
      clearTimeout(timer);
      if (signal.aborted) return;
      if (looking !== null) {
        isStale = true;
        return;
      }
      looking = work().catch((error) => {
        log.debug("gaps cannot be looked for: {reason}", { reason: messageOf(error) });
        return clock.now() + SECOND;
      }).then((next) => {
        looking = null;
        const wait = Math.max(0, (next - clock.now()) / MILLISECOND);
        if (signal.aborted) return;
        timer = setTimeout(look, isStale ? 0 : Math.min(LOOK, wait));
        isStale = false;
      });
    });

    /** Begins what can be begun. @returns when to look again. */
    async function work(): Promise<Micros> {
      let next = Infinity;
      for (const job of backlog.pending()) {
        if (job.state === "waiting") {
          next = Math.min(next, consider({ key: handKey(job), span: job, gap: null, job }));
        }
      }
      if (!settings.backfill.enabled && !settings.backfill.joined) return next;
      await journal.flushed();
      const keys = new Set(backlog.pending().map(handKey));
      let cursor: string | undefined;
      do {
        const query = { status: "open", order: "-from", limit: GAPS, cursor } as const;
        const page = await store.gaps(query);
        for (const gap of page.rows) {
          keys.add(gapKey(gap));
          const { enabled, joined } = settings.backfill;
          const isWanted = gap.reason === "joined" ? joined : enabled;
          const listing = directory.get(gap.symbol);
          const isOver = listing === undefined || !goesOn(gap, listing);
          if (!isWanted || !isOver || gap.from >= gap.to) continue;
          const task: Task = { key: gapKey(gap), span: spanOf(gap), gap, job: null };
          next = Math.min(next, consider(task));
        }
        cursor = page.next ?? undefined;
      } while (cursor !== undefined && !signal.aborted);
      for (const key of deferred.keys()) if (!keys.has(key)) deferred.delete(key);
      return next;
    }

    /** Begins to fill a span, if that can be done. @returns when it may be looked at again. */
    function consider(task: Task): Micros {
      const { job, key, span } = task;
      const listing = directory.get(span.symbol);
      const until = deferred.get(key)?.until ?? -Infinity;
      const now = clock.now();
      if (until > now) return until;
      // Minutes that go on are not whole yet.
      const closes = span.to + settings.candles.grace + SETTLE;
      if (closes > now) return closes;
      if (listing === undefined) {
        // A gap waits until its instrument is followed again.
        if (job !== null) giveUp(task, null, `${span.symbol} is not followed.`);
        return Infinity;
      }
      const refused = deferred.get(key)?.refused ?? UNASKED;
      const sources = sourcesOf(shared, self, listing);
      const away = sources.away.filter((id) => !refused.has(id));
      const ready = sources.ready.filter(({ provider }) => !refused.has(provider));
      const [source] = ready;
      if (source === undefined && away.length > 0) {
        if (job !== null) job.reason = `${away.join(" and ")} cannot be asked yet`;
        return now + SECOND;
      }
      if (source === undefined) {
        const none =
          `none of its providers has a history of ${span.symbol} that ${listing.basis} ` +
          `candles can be made of`;
        giveUp(task, null, [...refused.values()].at(-1) ?? none);
        return Infinity;
      }
      // Its end is a reason to look again.
      if (busy.has(source.provider)) return Infinity;
      const begun = job ?? backlog.add(span, false)!;
      const done = run(task, begun, listing, { away, ready }).catch((error) => {
        defer(begun, key, error);
      }).finally(() => {
        busy.delete(source.provider);
        meters.backfillJobs.set(busy.size);
        look();
      });
      busy.set(source.provider, done);
      meters.backfillJobs.set(busy.size);
      return Infinity;
    }

    /** Fills a span from the first source that has it; one that is away may have it, too. */
    async function run(
      task: Task,
      job: Job,
      listing: Listing,
      { away, ready }: Sources,
    ): Promise<void> {
      job.state = "running";
      const refused = new Map(deferred.get(task.key)?.refused);
      for (const source of ready) {
        job.provider = source.provider;
        job.doneTo = job.from;
        try {
          await fill({ shared, self, signal }, job, listing, source);
          finish(job);
          deferred.delete(task.key);
          return;
        } catch (error) {
          if (!isFinal(error)) {
            defer(job, task.key, error);
            return;
          }
          refused.set(source.provider, messageOf(error));
        }
      }
      if (away.length === 0) return giveUp(task, job, [...refused.values()].at(-1)!);
      deferred.set(task.key, { until: -Infinity, failures: 0, refused });
      putOff(job, `${away.join(" and ")} cannot be asked yet`);
    }

    function finish(job: Job): void {
      job.state = "done";
      job.reason = null;
      log.info("{symbol} is filled from {provider}: {from} to {to}", {
        symbol: job.symbol,
        provider: job.provider,
        from: formatTime(job.from),
        to: formatTime(job.to),
        ticks: job.ticks,
        candles: job.candles,
      });
    }

    function putOff(job: Job, reason: string): void {
      if (!job.byHand) backlog.drop(job);
      job.state = "waiting";
      job.reason = reason;
    }

    function defer(job: Job, key: string, error: unknown): void {
      putOff(job, messageOf(error));
      if (signal.aborted) return;
      const before = deferred.get(key);
      const failures = (before?.failures ?? 0) + 1;
      const asked = error instanceof ProviderError ? error.retryAfter ?? 0 : 0;
      const wait = backoffDelay(failures, Math.random(), asked);
      const refused = before?.refused ?? UNASKED;
      deferred.set(key, { until: clock.now() + wait, failures, refused });
      const tell = failures === 1 ? log.warn.bind(log) : log.debug.bind(log);
      tell("{symbol} cannot be filled yet: {reason}", { symbol: job.symbol, reason: job.reason });
    }

    /** Says of a gap that it stays one. */
    function abandon(gap: Gap, reason: string): void {
      const { provider, symbol } = gap;
      log.warn("a gap of {symbol} stays open: {reason}", {
        symbol,
        reason,
        from: formatTime(gap.from),
        to: formatTime(gap.to),
      });
      const unfillable: Gap = { ...gap, status: "unfillable" };
      giveOut(shared, self, {
        made: nothingMade(),
        ticks: [],
        gaps: [unfillable],
        credit: undefined,
      });
      const event = {
        provider,
        time: clock.now(),
        event: "unfillable",
        reason: `${symbol} from ${formatTime(gap.from)} to ${formatTime(gap.to)}: ${reason}`,
        correlation: `gap-${gap.from}`,
      };
      shared.feeds.event(event);
      outbox.add({ ticks: [], events: [event] });
      meters.gapsSettled.inc({ status: "unfillable" });
    }

    /** Says that a span stays as it is. @param begun its job, where it had come to that. */
    function giveUp({ gap, job }: Task, begun: Job | null, reason: string): void {
      const failed = job ?? begun;
      if (failed !== null) {
        failed.state = "failed";
        failed.reason = reason;
      }
      // Where a part was filled, the rest is a gap of its own.
      const isUntouched = begun === null || begun.doneTo === begun.from;
      if (gap !== null && isUntouched) abandon(gap, reason);
    }

    backlog.resume();
    backlog.onWake(look);
    receive(() => {
      ending.abort(new MarketdError("stopped", "marketd is stopping."));
      clearTimeout(timer);
      Promise.allSettled([...busy.values(), looking]).then(() =>
        sendBack({ type: "child.drained", id: self.id })
      );
    });
    look();
    return () => {
      backlog.onWake(() => {});
      ending.abort();
      clearTimeout(timer);
    };
  },
);

/** The whole minutes that hold a gap. */
function spanOf({ symbol, from, to }: Gap): JobSpan {
  const start = from - MARGIN;
  return {
    symbol,
    from: start - start % MINUTE,
    to: Math.ceil((to + MARGIN) / MINUTE) * MINUTE,
  };
}

function gapKey({ symbol, provider, from }: Gap): string {
  return `${symbol} ${provider} ${from}`;
}

function handKey({ id }: Job): string {
  return `#${id}`;
}

/** Whether asking again is in vain. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof ProviderError) || error.retryAfter !== undefined) return false;
  return error.code === "refused" || error.code === "not-found";
}
