/**
 * Digests: notices gathered until they are sent, a line for each subject however often it changed, so
 * that one that flaps makes one line. Bounded, whatever comes.
 *
 * @module
 */
import { isAtLeast, type Notice, type NoticeEvent } from "./notice.ts";
import type { Micros } from "./time.ts";

/** What is told of one subject. */
export interface DigestLine {
  readonly event: NoticeEvent | "test";
  readonly subject: string;
  /** The state that it is in. */
  readonly status: string;
  /** Why it is in that state. */
  readonly reason: string;
  /** How many changes it stands for. */
  readonly changes: number;
  /** The worst state that it was in meanwhile, the last such; it may be the one that it is in. */
  readonly worst: Pick<Notice, "severity" | "status" | "reason">;
  /** Some of those it is about, where it stands for several. */
  readonly of: readonly string[];
  /** When the first came, and the last. */
  readonly first: Micros;
  readonly last: Micros;
}

/** Notices, gathered. */
export interface Gathered {
  /** By when they began. */
  readonly lines: readonly DigestLine[];
  /** Notices that found no room. */
  readonly omitted: number;
}

/** Subjects in a digest. */
const MOST_LINES = 100;
/** Those named of what one line stands for. */
const MOST_NAMED = 5;

/** Gathers notices. */
export class Digest {
  #lines = new Map<string, DigestLine>();
  #omitted = 0;

  get isEmpty(): boolean {
    return this.#lines.size === 0 && this.#omitted === 0;
  }

  /** Adds a notice. */
  add(notice: Notice): void {
    const { event, of, reason, severity, status, subject, time } = notice;
    this.#put({
      event,
      subject,
      status,
      reason,
      changes: 1,
      worst: { severity, status, reason },
      of: of === null ? [] : [of],
      first: time,
      last: time,
    });
  }

  /** Takes everything out. */
  take(): Gathered {
    const lines = [...this.#lines.values()];
    const omitted = this.#omitted;
    this.#lines = new Map();
    this.#omitted = 0;
    return { lines, omitted };
  }

  /** Puts back what was taken and could not be sent, before what has come since. */
  putBack({ lines, omitted }: Gathered): void {
    const since = this.take();
    for (const line of [...lines, ...since.lines]) this.#put(line);
    this.#omitted += omitted + since.omitted;
  }

  #put(line: DigestLine): void {
    // What stands for several things of one state is no change of one thing's.
    const key = line.of.length === 0 ? line.subject : `${line.subject} ${line.status}`;
    const before = this.#lines.get(key);
    if (before === undefined && this.#lines.size >= MOST_LINES) this.#omitted += line.changes;
    else this.#lines.set(key, before === undefined ? line : joined(before, line));
  }
}

function joined(before: DigestLine, after: DigestLine): DigestLine {
  const isWorse = isAtLeast(after.worst.severity, before.worst.severity);
  return {
    ...after,
    changes: before.changes + after.changes,
    worst: isWorse ? after.worst : before.worst,
    of: [...new Set([...before.of, ...after.of])].slice(0, MOST_NAMED),
    first: Math.min(before.first, after.first),
    last: Math.max(before.last, after.last),
  };
}
