/**
 * The quotas of one venue: every request waits here for its turn, the more urgent ones first, and
 * what was spent is kept, so that a restart does not forget it.
 *
 * @module
 */
import type { KeptQuota } from "../../db/store.ts";
import { type Allowance, Ledger, PURPOSES, type Quota } from "../../domain/quota.ts";
import { formatTime, type Micros, MILLISECOND, MINUTE } from "../../domain/time.ts";
import { ProviderError, type QuotaRequest, type Quotas } from "../../providers/provider.ts";

/** What a venue's quotas work with. */
export interface QuotasOptions {
  readonly provider: string;
  readonly allowances: readonly Allowance[];
  /** What earlier runs spent of them. */
  readonly kept: readonly KeptQuota[];
  readonly now: () => Micros;
  /** Told what is to be kept whenever something was spent. */
  readonly keep: (quota: KeptQuota) => void;
}

/** The longest that a request waits for its turn: past that whoever asks is told when to come back. */
const PATIENCE: Micros = 2 * MINUTE;
/** Requests that wait at once. */
const QUEUE = 1_000;

interface Waiting {
  readonly ledgers: readonly Ledger[];
  readonly request: QuotaRequest;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The quotas of one venue. */
export class VenueQuotas implements Quotas {
  readonly #options: QuotasOptions;
  readonly #ledgers = new Map<string, Ledger>();
  #queue: Waiting[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: QuotasOptions) {
    this.#options = options;
    for (const allowance of options.allowances) {
      const kept = options.kept.find(({ name }) => name === allowance.name);
      this.#ledgers.set(allowance.name, new Ledger(allowance, kept?.spendings));
    }
  }

  /** How each allowance stands. */
  report(): Quota[] {
    const now = this.#options.now();
    return [...this.#ledgers.values()].map((ledger) => ledger.at(now));
  }

  take(names: readonly string[], request: QuotaRequest): Promise<void> {
    const { signal } = request;
    if (signal.aborted) return Promise.reject(signal.reason);
    const ledgers = names.map((name) => this.#ledgerOf(name));
    const exhausted = this.#exhausted(ledgers, request);
    if (exhausted !== undefined) return Promise.reject(exhausted);
    if (this.#queue.length >= QUEUE) {
      return Promise.reject(
        new ProviderError(
          "allowance",
          `Cannot ask ${this.#options.provider}: ${QUEUE} requests wait for their turn already.`,
        ),
      );
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting: Waiting = { ledgers, request, resolve, reject };
    const rank = PURPOSES.indexOf(request.purpose);
    const at = this.#queue.findIndex((one) => PURPOSES.indexOf(one.request.purpose) > rank);
    this.#queue.splice(at === -1 ? this.#queue.length : at, 0, waiting);
    const abort = () => {
      this.#queue = this.#queue.filter((one) => one !== waiting);
      reject(signal.reason);
      this.#serve();
    };
    signal.addEventListener("abort", abort, { once: true });
    this.#serve();
    return promise.finally(() => signal.removeEventListener("abort", abort));
  }

  told(name: string, left: number): void {
    const ledger = this.#ledgers.get(name);
    if (ledger === undefined) return;
    ledger.believe(this.#options.now(), left);
    this.#keep(ledger);
    this.#serve();
  }

  /** Lets every request go whose turn has come; comes back when the next one's may have. */
  #serve(): void {
    clearTimeout(this.#timer);
    const now = this.#options.now();
    // What an earlier one waits for is not taken by a later one.
    const held = new Set<Ledger>();
    let next = Infinity;
    this.#queue = this.#queue.filter((waiting) => {
      const { ledgers, request: { cost = 1 } } = waiting;
      const exhausted = this.#exhausted(ledgers, waiting.request);
      if (exhausted !== undefined) {
        waiting.reject(exhausted);
        return false;
      }
      const isHeld = ledgers.some((ledger) => held.has(ledger));
      const short = ledgers.filter((ledger) => ledger.readyAt(now, cost) > now);
      if (isHeld || short.length > 0) {
        for (const ledger of short) held.add(ledger);
        const readyAt = Math.max(...short.map((ledger) => ledger.readyAt(now, cost)));
        if (short.length > 0) next = Math.min(next, readyAt);
        return true;
      }
      for (const ledger of ledgers) {
        ledger.spend(now, cost);
        this.#keep(ledger);
      }
      waiting.resolve();
      return false;
    });
    if (next === Infinity) return;
    this.#timer = setTimeout(() => this.#serve(), Math.ceil((next - now) / MILLISECOND));
  }

  #keep(ledger: Ledger): void {
    const { provider, now } = this.#options;
    // What a second allows is forgotten sooner than a restart takes.
    if (ledger.allowance.per === "second") return;
    const spendings = ledger.spendings(now()).map((one) => ({ ...one }));
    this.#options.keep({ provider, name: ledger.allowance.name, spendings });
  }

  /** Why a request would have to wait too long; `undefined` where it would not. */
  #exhausted(ledgers: readonly Ledger[], { cost = 1 }: QuotaRequest): ProviderError | undefined {
    const now = this.#options.now();
    for (const ledger of ledgers) {
      const readyAt = ledger.readyAt(now, cost);
      if (readyAt - now <= PATIENCE) continue;
      const { name, limit, per } = ledger.allowance;
      const until = readyAt === Infinity
        ? `${cost} at once is more than it ever gives`
        : `there is room at ${formatTime(readyAt)}`;
      return new ProviderError(
        "allowance",
        `Cannot ask ${this.#options.provider}: its allowance "${name}" of ${limit} a ${per} is ` +
          `used up; ${until}.`,
        readyAt === Infinity ? {} : { retryAfter: readyAt - now },
      );
    }
    return undefined;
  }

  #ledgerOf(name: string): Ledger {
    const ledger = this.#ledgers.get(name);
    if (ledger !== undefined) return ledger;
    throw new TypeError(`${this.#options.provider} declares no allowance "${name}".`);
  }
}
