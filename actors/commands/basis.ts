/**
 * Whether a recording can give candles on the basis that is asked for.
 *
 * @module
 */
import { BASES, type Basis } from "../../domain/candle.ts";
import { MarketdError } from "../../domain/errors.ts";
import type { TickKind } from "../../domain/tick.ts";
import type { Inspection } from "../../providers/provider.ts";
import type { CommandDeps } from "./deps.ts";

/** What candles on a basis are made of. */
function kindFor(basis: Basis): TickKind {
  return basis === "trade" ? "trade" : "quote";
}

/**
 * Says of which instruments there will be no candles on the basis asked for.
 *
 * @param source what is played, in words.
 * @throws MarketdError `no-basis` where that is all of them.
 */
export async function requireBasis(
  { stderr }: Pick<CommandDeps, "stderr">,
  basis: Basis | undefined,
  source: string,
  { symbols }: Inspection,
): Promise<void> {
  if (basis === undefined) return;
  const kind = kindFor(basis);
  const lacking = symbols.filter(({ kinds }) => !kinds.includes(kind));
  if (lacking.length === 0) return;
  if (lacking.length < symbols.length) {
    const names = lacking.map(({ symbol }) => symbol).join(", ");
    const them = lacking.length === 1 ? "it" : "them";
    await stderr.write(
      `note: no ${basis} candles of ${names}: the recording has no ${kind}s of ${them}\n`,
    );
    return;
  }
  const given = BASES.filter((one) => symbols.some(({ kinds }) => kinds.includes(kindFor(one))));
  const instead = given.length === 0
    ? "There is nothing in it that candles can be made of."
    : `Leave --basis out, or name one of: ${given.join(", ")}.`;
  throw new MarketdError(
    "no-basis",
    `Cannot make ${basis} candles of ${source}: it has no ${kind}s. ${instead}`,
    { terminal: true },
  );
}
