/**
 * What an Accept header makes of the types on offer (RFC 9110, 12.5.1).
 *
 * @module
 */
import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { ProblemError } from "./problem.ts";

/**
 * The type that suits the caller best: of the highest weight, then named most exactly, then named
 * first. A weight of 0 refuses.
 *
 * @param types on offer; the first is for whoever does not mind.
 * @throws ProblemError 406 where none will do.
 * @example acceptedOf(c, ["application/json", "text/csv"])
 */
export function acceptedOf<T extends string>(c: Context, types: readonly [T, ...T[]]): T {
  const found = accepts(c, {
    header: "Accept",
    supports: [...types],
    default: types[0],
    match: (ranges) => best(ranges, types) ?? "",
  });
  const type = types.find((one) => one === found);
  if (type !== undefined) return type;
  throw new ProblemError(
    406,
    "not-acceptable",
    `This can be had as ${types.join(", ")}; ` +
      `the Accept header wants "${c.req.header("accept")!.slice(0, 100)}".`,
  );
}

interface Range {
  readonly type: string;
  readonly q: number;
}

interface Rank {
  readonly type: string;
  readonly weight: number;
  readonly exactness: number;
  readonly place: number;
}

function best(ranges: readonly Range[], types: readonly string[]): string | undefined {
  return types.map((type) => rankOf(type, ranges))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight || b.exactness - a.exactness || a.place - b.place)[0]?.type;
}

/** What is said of a type: the most exact range that it is in decides. */
function rankOf(type: string, ranges: readonly Range[]): Rank {
  const names = ["*/*", `${type.split("/")[0]}/*`, type];
  const none: Rank = { type, weight: 0, exactness: -1, place: 0 };
  return ranges.reduce((rank, { type: name, q }, place) => {
    const exactness = names.indexOf(name.toLowerCase());
    return exactness > rank.exactness ? { type, weight: q, exactness, place } : rank;
  }, none);
}
