/**
 * Coverage: the gaps of late, from which it is told how complete each instrument is.
 *
 * @module
 */
import type { Listing } from "../instruments/directory.ts";
import { openSpans } from "../../domain/calendar.ts";
import type { Span } from "../../domain/candles.ts";
import { type Completeness, completenessOf } from "../../domain/completeness.ts";
import type { Gap } from "../../domain/gap.ts";
import type { MarketId } from "../../domain/market.ts";
import { DAY, type Micros } from "../../domain/time.ts";

/** What completeness is told of: so long until now. */
export const WINDOW: Micros = DAY;
/** Gaps of one instrument that are remembered. */
const MOST = 512;

/** The gaps of one instrument, by provider and start. */
interface Known {
  readonly gaps: Map<string, Gap>;
  /** Before this more was missed than is remembered: nothing is said of it. */
  from: Micros;
}

/** The gaps of late. It is made by the root, and told every gap that the hub is. */
export class Coverage {
  readonly #known = new Map<string, Known>();
  /** When each market was open within the window that ends at an instant. */
  #open: { readonly now: Micros; readonly spans: Map<MarketId, Span[]> } = {
    now: -Infinity,
    spans: new Map(),
  };

  /** Takes note of a gap; a later word on the same one stands for it. */
  note(gap: Gap): void {
    const { from, provider, symbol } = gap;
    let known = this.#known.get(symbol);
    if (known === undefined) this.#known.set(symbol, known = { gaps: new Map(), from: -Infinity });
    const { gaps } = known;
    gaps.set(`${provider} ${from}`, gap);
    if (gaps.size <= MOST) return;
    for (const [key, { to }] of gaps) if (to <= gap.detectedAt - WINDOW) gaps.delete(key);
    for (const [key, { to }] of gaps) {
      if (gaps.size <= MOST) break;
      gaps.delete(key);
      known.from = Math.max(known.from, to);
    }
  }

  /** Takes note of a gap that the store knows, unless there was a later word on it. */
  recall(gap: Gap): void {
    const known = this.#known.get(gap.symbol)?.gaps;
    if (known?.has(`${gap.provider} ${gap.from}`) !== true) this.note(gap);
  }

  /**
   * How complete an instrument is, of late.
   *
   * @param isRefused whether its venue does not give it.
   * @param provider of this one's gaps alone; all of them unless said.
   */
  of(listing: Listing, now: Micros, isRefused: boolean, provider?: string): Completeness {
    const { idle, silentFrom, since, instrument: { symbol } } = listing;
    const known = this.#known.get(symbol);
    const from = Math.max(now - WINDOW, since ?? now, known?.from ?? -Infinity);
    const gaps: Pick<Gap, "from" | "to" | "reason" | "status">[] = [];
    for (const gap of known?.gaps.values() ?? []) {
      if (gap.to > from && (provider ?? gap.provider) === gap.provider) gaps.push(gap);
    }
    const isTheirs = (provider ?? listing.provider) === listing.provider;
    const lost = isRefused ? from : silentFrom;
    if (lost !== undefined && isTheirs) {
      const reason = idle === undefined ? "disconnect" : "unsubscribed";
      gaps.push({ from: lost, to: now, reason, status: "open" });
    }
    return completenessOf(this.#openOf(listing, from, now), gaps);
  }

  /** When an instrument could be heard; many are asked for at one instant, of few markets. */
  #openOf({ alwaysOpen, instrument: { market } }: Listing, from: Micros, now: Micros): Span[] {
    if (from >= now) return [];
    if (alwaysOpen) return [{ start: from, end: now }];
    if (this.#open.now !== now) this.#open = { now, spans: new Map() };
    const { spans } = this.#open;
    let open = spans.get(market);
    // Whatever counts as missed outside the regular hours is wanted there too.
    if (open === undefined) {
      spans.set(market, open = openSpans(market, now - WINDOW, now, "extended"));
    }
    return from <= now - WINDOW ? open : open.filter(({ end }) => end > from)
      .map(({ end, start }) => ({ start: Math.max(from, start), end }));
  }
}
