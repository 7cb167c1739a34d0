/**
 * In which sections the overview has its instruments.
 *
 * @module
 */
import { assetClass, type Instrument } from "../../../domain/instrument.ts";
import { type MarketId, MARKETS } from "../../../domain/market.ts";

/** A section of the overview. */
export interface Group<T> {
  /** For anchors. */
  readonly id: string;
  readonly name: string;
  /** One market for each calendar that its instruments keep. */
  readonly markets: readonly MarketId[];
  readonly members: readonly T[];
}

/** Sections in their order; a market that is not named has one of its own. */
const SECTIONS: Readonly<Record<string, { readonly id: string; readonly name: string }>> = {
  NASDAQ: { id: "us", name: "United States" },
  NYSE: { id: "us", name: "United States" },
  ARCA: { id: "us", name: "United States" },
  US: { id: "us", name: "United States" },
  LSE: { id: "lse", name: "London" },
  XETR: { id: "xetr", name: "Xetra" },
  XPAR: { id: "xpar", name: "Paris" },
};
const INDICES = { id: "indices", name: "Indices" };
const FX = { id: "fx", name: "Foreign exchange" };
const ORDER = ["us", "lse", "xetr", "xpar", INDICES.id, FX.id];

/** Puts instruments into sections; those of one keep their order. */
export function groupsOf<T extends { readonly instrument: Instrument }>(
  all: readonly T[],
): Group<T>[] {
  const groups = new Map<string, { id: string; name: string; members: T[] }>();
  for (const one of all) {
    const section = sectionOf(one.instrument);
    const group = groups.get(section.id) ?? { ...section, members: [] };
    group.members.push(one);
    groups.set(section.id, group);
  }
  return [...groups.values()].sort((a, b) => ORDER.indexOf(a.id) - ORDER.indexOf(b.id))
    .map((group) => ({ ...group, markets: calendarsOf(group.members) }));
}

function sectionOf(instrument: Instrument) {
  const kind = assetClass(instrument);
  if (kind === "index") return INDICES;
  return kind === "fx" ? FX : SECTIONS[instrument.market] ?? INDICES;
}

function calendarsOf(members: readonly { readonly instrument: Instrument }[]): MarketId[] {
  const first = new Map<string, MarketId>();
  for (const { instrument: { market } } of members) {
    const { calendar } = MARKETS[market];
    if (!first.has(calendar)) first.set(calendar, market);
  }
  return [...first.values()];
}
