/**
 * The connections that read: a few, made when they are needed, apart from the one that writes.
 *
 * @module
 */
import { Link } from "./link.ts";
import type { Target } from "./target.ts";

/** Connections at most. */
const MOST = 3;

/** Lends connections, one to each reading. */
export class Readers {
  /** Those nobody uses, the last used last. */
  readonly #idle: Link[] = [];
  readonly #waiting: (() => void)[] = [];
  /** Those that are lent. */
  readonly #busy = new Set<Link>();
  #lent = 0;

  constructor(private readonly target: Target) {}

  /** Runs `work` on a connection of its own. */
  async run<Result>(work: (link: Link) => Promise<Result>): Promise<Result> {
    if (this.#lent === MOST) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#lent++;
    try {
      return await this.#lend(work);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#lent--;
      else next();
    }
  }

  /** Ends the connections, when nobody uses one. */
  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((link) => link.close()));
  }

  /** Ends the connections that are used: what they were asked is rejected. */
  abandon(): void {
    for (const link of this.#busy) link.abandon("it was given up");
  }

  async #lend<Result>(work: (link: Link) => Promise<Result>): Promise<Result> {
    let link = this.#idle.pop();
    // One that was lost while nobody used it is no trouble.
    while (link?.lost) link = this.#idle.pop();
    link ??= await Link.open(this.target, "read");
    this.#busy.add(link);
    try {
      return await work(link);
    } finally {
      this.#busy.delete(link);
      if (!link.lost) this.#idle.push(link);
    }
  }
}
