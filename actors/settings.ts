/**
 * The settings actor: which instruments are followed. It lays the changes made through the API over
 * the configuration, and makes, keeps and carries out further ones.
 *
 * @module
 */
import { tell } from "./addresses.ts";
import type { Listing, Origin } from "./instruments/directory.ts";
import { logger } from "./log.ts";
import { routeOf } from "./routing/table.ts";
import { createService } from "./service.ts";
import type { Shared, SharedInput } from "./shared.ts";
import { MarketdError } from "../domain/errors.ts";
import { type Instrument, type InstrumentSpec, resolveInstrument } from "../domain/instrument.ts";

/** Whom to tell how a change went. */
export interface Reply<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** What the settings answer to. */
export type SettingsCommand =
  | { type: "settings.add"; spec: InstrumentSpec; reply: Reply<Listing> }
  | { type: "settings.remove"; symbol: string; reply: Reply<void> };

/** A change that cannot be made; the caller's fault. */
export class ChangeError extends MarketdError {
  override readonly name = "ChangeError";
  constructor(
    override readonly code: "exists" | "unknown-symbol" | "unknown-market" | "no-provider",
    message: string,
  ) {
    super(code, message, { terminal: true });
  }
}

const log = logger("settings");

/** The settings as an actor. Ready when every configured instrument is followed. */
export const settings = createService<SettingsCommand, SharedInput>(
  ({ input: { shared }, receive, self, sendBack, guard }) => {
    /** Changes are made one after another: two of one symbol must not cross. */
    let last: Promise<void> = load();
    guard(() => last)();

    async function load(): Promise<void> {
      for (const { instrument, origin } of await roster(shared)) follow(instrument, origin);
      sendBack({ type: "child.ready", id: self.id });
    }

    function follow(instrument: Instrument, origin: Origin): boolean {
      const provider = providerFor(shared, instrument);
      if (provider === undefined) {
        const { symbol } = instrument;
        log.warn("{symbol} is not followed: none of its route's providers has it", { symbol });
        return false;
      }
      tell(self, "instruments", { type: "instruments.follow", instrument, provider, origin });
      return true;
    }

    async function add(spec: InstrumentSpec): Promise<Listing> {
      const instrument = resolve(spec);
      const { symbol } = instrument;
      if (shared.directory.get(symbol) !== undefined) {
        throw new ChangeError("exists", `Cannot add ${symbol}: it is followed already.`);
      }
      const provider = providerFor(shared, instrument);
      if (provider === undefined) {
        const asked = routeOf(instrument, shared.settings).providers.join(", ");
        throw new ChangeError(
          "no-provider",
          `Cannot add ${symbol}: no provider of its route has it (asked: ${asked || "none"}).`,
        );
      }
      await shared.store.changeInstrument({ symbol, spec, changedAt: shared.clock.now() });
      tell(self, "instruments", {
        type: "instruments.follow",
        instrument,
        provider,
        origin: "api",
      });
      tell(self, "connections", {
        type: "connections.subscribe",
        provider,
        instruments: [instrument],
      });
      const listing = shared.directory.get(symbol);
      if (listing === undefined) {
        throw new MarketdError(
          "unavailable",
          `Cannot follow ${symbol} at once: the instruments are being restarted. It is kept, and ` +
            `followed from the next start of marketd on.`,
        );
      }
      log.info("{symbol} was added; {provider} feeds it", { symbol, provider });
      return listing;
    }

    async function remove(symbol: string): Promise<void> {
      if (shared.directory.get(symbol) === undefined) {
        throw new ChangeError(
          "unknown-symbol",
          `Cannot remove ${symbol}: it is not followed.`,
        );
      }
      await shared.store.changeInstrument({ symbol, spec: null, changedAt: shared.clock.now() });
      tell(self, "instruments", { type: "instruments.leave", symbol });
      log.info("{symbol} was removed", { symbol });
    }

    async function answer<T>(reply: Reply<T>, change: () => Promise<T>): Promise<void> {
      try {
        reply.resolve(await change());
      } catch (error) {
        reply.reject(error);
      }
    }

    receive((event) => {
      if (event.type === "settings.add") {
        last = last.then(() => answer(event.reply, () => add(event.spec)));
      } else if (event.type === "settings.remove") {
        last = last.then(() => answer(event.reply, () => remove(event.symbol)));
      }
    });
  },
);

/** The instruments to follow: the configured ones, with the API's changes laid over them. */
async function roster(shared: Shared): Promise<{ instrument: Instrument; origin: Origin }[]> {
  const found = new Map<string, { instrument: Instrument; origin: Origin }>();
  for (const spec of shared.settings.instruments) {
    const instrument = resolveInstrument(spec);
    found.set(instrument.symbol, { instrument, origin: "configuration" });
  }
  for (const { symbol, spec } of await shared.store.instrumentChanges()) {
    if (spec === null) found.delete(symbol);
    else found.set(symbol, { instrument: resolveInstrument(spec), origin: "api" });
  }
  return [...found.values()];
}

/** The first provider of an instrument's route that has it. */
function providerFor(shared: Shared, instrument: Instrument): string | undefined {
  return routeOf(instrument, shared.settings).providers.find((id) =>
    (shared.providers.get(id)?.offers(instrument).length ?? 0) > 0
  );
}

function resolve(spec: InstrumentSpec): Instrument {
  try {
    return resolveInstrument(spec);
  } catch (error) {
    if (error instanceof MarketdError) throw new ChangeError("unknown-market", error.message);
    throw error;
  }
}
