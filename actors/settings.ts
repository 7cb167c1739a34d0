/**
 * The settings actor: which instruments are followed. It lays the changes made through the API over
 * the configuration, and makes, keeps and carries out further ones.
 *
 * @module
 */
import { tell } from "./addresses.ts";
import type { Listing, Origin } from "./instruments/directory.ts";
import { logger } from "./log.ts";
import type { Reply, SettingsCommand } from "./messages.ts";
import { routeOf } from "./routing/table.ts";
import { createService } from "./service.ts";
import type { Shared, SharedInput } from "./shared.ts";
import { type InstrumentChange, StoreError } from "../db/store.ts";
import { MarketdError } from "../domain/errors.ts";
import { type Instrument, type InstrumentSpec, resolveInstrument } from "../domain/instrument.ts";

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

/** Between two attempts to read the kept changes, in milliseconds. */
const RETRY = 1_000;

const log = logger("settings");

/** The settings as an actor. Ready when every configured instrument is followed. */
export const settings = createService<SettingsCommand, SharedInput>(
  ({ input: { shared }, receive, self, sendBack, guard }) => {
    /** Changes are made one after another: two of one symbol must not cross. */
    let last: Promise<void> = load();
    let retry: ReturnType<typeof setTimeout> | undefined;
    guard(() => last)();

    /** Follows what is configured, with the kept changes laid over it as soon as they can be read. */
    async function load(): Promise<void> {
      const configured = new Map<string, Instrument>();
      for (const spec of shared.settings.instruments) {
        const instrument = resolveInstrument(spec);
        configured.set(instrument.symbol, instrument);
      }
      const changes = await keptChanges();
      for (const { symbol } of changes ?? []) configured.delete(symbol);
      for (const instrument of configured.values()) follow(instrument, "configuration");
      if (changes === null) later();
      else changes.forEach(layOver);
      sendBack({ type: "child.ready", id: self.id });
    }

    /** The changes made through the API; `null` while the store cannot be reached. */
    async function keptChanges(): Promise<InstrumentChange[] | null> {
      try {
        return await shared.store.instrumentChanges();
      } catch (error) {
        if (error instanceof StoreError && !error.terminal) return null;
        throw error;
      }
    }

    function layOver({ symbol, spec }: InstrumentChange): void {
      if (shared.directory.get(symbol)?.origin === "configuration") leave(symbol);
      if (spec !== null) follow(resolveInstrument(spec), "api");
    }

    function later(): void {
      retry = setTimeout(
        guard(() =>
          last = last.then(async () => {
            const changes = await keptChanges();
            if (changes === null) later();
            else changes.forEach(layOver);
          })
        ),
        RETRY,
      );
    }

    /** Follows an instrument; says by which provider, if any has it. */
    function follow(instrument: Instrument, origin: Origin): string | undefined {
      const { symbol } = instrument;
      const provider = providerFor(shared, instrument);
      if (provider === undefined) {
        log.warn("{symbol} is not followed: none of its route's providers has it", { symbol });
        return undefined;
      }
      if (shared.directory.get(symbol) !== undefined) return provider;
      tell(self, "instruments", { type: "instruments.follow", instrument, provider, origin });
      const instruments = [instrument];
      tell(self, "connections", { type: "connections.subscribe", provider, instruments });
      return provider;
    }

    function leave(symbol: string): void {
      tell(self, "instruments", { type: "instruments.leave", symbol });
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
      follow(instrument, "api");
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
      leave(symbol);
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
    return () => clearTimeout(retry);
  },
);

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
