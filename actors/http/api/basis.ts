/**
 * The basis of the candles that a request means.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { badParameter } from "../problem.ts";
import type { KnownSymbol } from "../symbols.ts";
import type { Store } from "../../../db/store.ts";
import { BASES, type Basis } from "../../../domain/candle.ts";

/** Which prices the candles are of. */
export const basisParam = z.enum(BASES, { error: `must be one of ${BASES.join(", ")}` }).optional()
  .openapi({
    description: "Without it: the instrument's or, where it is not followed, the one stored.",
  });

/**
 * The basis that is meant where none is said; `undefined` where nothing is stored.
 *
 * @throws ProblemError 400 where several are stored.
 * @throws StoreError
 */
export async function basisOf(
  store: Pick<Store, "bases">,
  { symbol, listing }: KnownSymbol,
  interval: string,
): Promise<Basis | undefined> {
  if (listing !== undefined) return listing.basis;
  const stored = await store.bases(symbol, interval);
  if (stored.length <= 1) return stored[0];
  throw badParameter(
    "basis",
    "which-basis",
    `must say which is meant: candles of ${symbol} are stored on ${stored.join(", ")}`,
  );
}
