/**
 * The settings actor: which instruments are followed. It lays the changes made through the API over
 * the configuration, and makes, keeps and carries out further ones.
 *
 * @module
 */
import { tell } from "./addresses.ts";
import { ChangeError } from "./changeerror.ts";
import type { Listing, Origin } from "./instruments/directory.ts";
import { logger } from "./log.ts";
import type { Reply, SettingsCommand } from "./messages.ts";
import { inactive } from "./routing/table.ts";
import { createService } from "./service.ts";
import { hintFor } from "./settings/problems.ts";
import { checkExchange, checkRoute } from "./settings/rulechecks.ts";
import { maskText } from "./settings/urls.ts";
import type { Shared, SharedInput } from "./shared.ts";
import {
  type ExchangeChange,
  type InstrumentChange,
  type RouteChange,
  StoreError,
  type StrategyChange,
} from "../db/store.ts";
import { MarketdError } from "../domain/errors.ts";
import { type Instrument, type InstrumentSpec, resolveInstrument } from "../domain/instrument.ts";
import { PROVIDER_IDS } from "../providers/catalog.ts";

/** Characters of a name that nobody knows. */
const LONGEST_SHOWN = 60;
/** Between two attempts to read the kept changes, in milliseconds. */
const RETRY = 1_000;

const log = logger("settings");

/** The settings as an actor. Ready when every configured instrument is followed. */
export const settings = createService<SettingsCommand, SharedInput>(
  ({ input: { shared }, receive, self, sendBack, guard }) => {
    /** Instruments that nobody can feed, and that were not told yet. */
    let unfed: string[] = [];
    /** All instruments that nobody can feed: another route may give them a feed. */
    const unfollowed: { instrument: Instrument; origin: Origin }[] = [];
    /** What was said of routes and exchanges through the API. */
    let said: RuleChanges = { routes: [], exchanges: [] };
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
      const changes = await keptChanges(({ terminal }) => !terminal);
      layRules(changes ?? said);
      layStrategies(changes?.strategies ?? []);
      for (const { symbol } of changes?.instruments ?? []) configured.delete(symbol);
      for (const instrument of configured.values()) follow(instrument, "configuration");
      if (changes === null) later();
      else changes.instruments.forEach(layOver);
      tellUnfed();
      sendBack({ type: "child.ready", id: self.id });
    }

    /** The changes made through the API; `null` while the store cannot be read, and may be again. */
    async function keptChanges(
      passes: (error: StoreError) => boolean,
    ): Promise<Changes | null> {
      try {
        const { store } = shared;
        return {
          instruments: await store.instrumentChanges(),
          routes: await store.routeChanges(),
          exchanges: await store.exchangeChanges(),
          strategies: await store.strategyChanges(),
        };
      } catch (error) {
        if (error instanceof StoreError && passes(error)) return null;
        throw error;
      }
    }

    /** Takes the routes into force with what was said of them through the API. */
    function layRules({ exchanges, routes }: RuleChanges): void {
      const { clock, uptime } = shared;
      said = { exchanges, routes };
      shared.routes.exchanges = shared.routes.exchangesWith(exchanges);
      shared.routes.take(shared.routes.laid(routes, exchanges), uptime(), clock.now());
      // A route that is gone has no leader.
      shared.meters.routeLeads.reset();
      tell(self, "routing", { type: "routing.rules" });
    }

    /** Takes the strategies into force with what was said of them through the API. */
    function layStrategies(changes: readonly StrategyChange[]): void {
      shared.setups.take(changes);
      tell(self, "instruments", { type: "instruments.setups" });
    }

    /** Keeps what is said of a strategy and acts on it. */
    async function setUp(
      { by, id, spec, symbol }: SettingsCommand & { type: "settings.strategy" },
    ): Promise<void> {
      const { clock, setups, store } = shared;
      const change = { strategy: id, symbol, spec, changedAt: clock.now(), changedBy: by };
      await store.changeStrategy(change);
      layStrategies([...setups.changes, change]);
      log.info("the strategy {id} on {symbol} was {done} by {by}", {
        id,
        symbol,
        done: spec === null ? "removed" : "set up",
        by,
      });
    }

    /** Keeps what is said of a route and acts on it. */
    async function route(
      name: string,
      spec: (SettingsCommand & { type: "settings.route" })["spec"],
    ): Promise<void> {
      const { clock, routes, store } = shared;
      if (spec === null && routes.find(name) === undefined) {
        throw new ChangeError("unknown-route", `Cannot remove the route ${name}: there is none.`);
      }
      const change = { name, spec, changedAt: clock.now() };
      const changes = [...said.routes.filter((one) => one.name !== name), change];
      checkRoute(shared, name, spec, routes.laid(changes, said.exchanges));
      await store.changeRoute(change);
      layRules({ ...said, routes: changes });
      followMore();
      log.info("the route {name} was {done}", { name, done: spec === null ? "removed" : "set" });
    }

    /** Keeps what is said of an exchange and acts on it. */
    async function exchange(
      { market, spec }: SettingsCommand & { type: "settings.exchange" },
    ): Promise<void> {
      const { clock, routes, store } = shared;
      const change = { market, spec, changedAt: clock.now() };
      const changes = [...said.exchanges.filter((one) => one.market !== market), change];
      const isKnown = routes.exchanges.some((one) => one.market === market);
      checkExchange(shared, { market, spec, isKnown }, routes.laid(said.routes, changes));
      await store.changeExchange(change);
      layRules({ ...said, exchanges: changes });
      followMore();
      const done = spec === null ? "removed" : "set";
      log.info("the providers of the exchange {market} were {done}", { market, done });
    }

    /** Follows what nobody fed before, where somebody does now. */
    function followMore(): void {
      const waiting = unfollowed.splice(0);
      for (const { instrument, origin } of waiting) follow(instrument, origin);
      tellUnfed();
    }

    function layOver({ symbol, spec }: InstrumentChange): void {
      if (shared.directory.get(symbol)?.origin === "configuration") leave(symbol);
      if (spec !== null) follow(resolveInstrument(spec), "api");
    }

    function later(): void {
      retry = setTimeout(
        guard(() =>
          last = last.then(async () => {
            // What a start refuses may be mended while it runs.
            const changes = await keptChanges(() => true);
            if (changes === null) later();
            else {
              layRules(changes);
              layStrategies(changes.strategies);
              changes.instruments.forEach(layOver);
            }
            tellUnfed();
          })
        ),
        RETRY,
      );
    }

    function tellUnfed(): void {
      if (unfed.length === 0) return;
      const fields = { count: unfed.length, symbols: unfed.join(", ") };
      unfed = [];
      log.warn(
        "no provider of its route has: {symbols} ({count} in all, which are not followed)",
        fields,
      );
    }

    /** Follows an instrument; says by which provider, if any has it. */
    function follow(instrument: Instrument, origin: Origin): string | undefined {
      const { symbol } = instrument;
      const feeding = shared.routes.feeding(instrument);
      if (feeding === undefined) {
        unfed.push(symbol);
        unfollowed.push({ instrument, origin });
        return undefined;
      }
      const { provider } = feeding;
      if (shared.directory.get(symbol) !== undefined) return provider;
      tell(self, "instruments", {
        type: "instruments.follow",
        instrument,
        provider,
        origin,
        feeding,
      });
      const instruments = [instrument];
      for (const one of shared.directory.get(symbol)?.line?.wanted ?? [provider]) {
        tell(self, "connections", { type: "connections.subscribe", provider: one, instruments });
      }
      return provider;
    }

    function leave(symbol: string): void {
      tell(self, "instruments", { type: "instruments.leave", symbol });
    }

    async function add(spec: InstrumentSpec): Promise<Listing> {
      const instrument = resolve(spec);
      const { symbol } = instrument;
      checkProviders(shared, instrument);
      if (shared.directory.get(symbol) !== undefined) {
        throw new ChangeError("exists", `Cannot add ${symbol}: it is followed already.`);
      }
      const provider = shared.routes.feeding(instrument)?.provider;
      if (provider === undefined) {
        const asked = shared.routes.askedFor(instrument);
        throw new ChangeError(
          "no-provider",
          `Cannot add ${symbol}: no provider of its route has it (asked: ${
            asked.join(", ") || "none"
          })${inactive(instrument, asked)}.`,
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
      } else if (event.type === "settings.route") {
        last = last.then(() => answer(event.reply, () => route(event.name, event.spec)));
      } else if (event.type === "settings.exchange") {
        last = last.then(() => answer(event.reply, () => exchange(event)));
      } else if (event.type === "settings.strategy") {
        last = last.then(() => answer(event.reply, () => setUp(event)));
      }
    });
    return () => clearTimeout(retry);
  },
);

/** What was changed of the rules through the API. */
interface RuleChanges {
  readonly routes: readonly RouteChange[];
  readonly exchanges: readonly ExchangeChange[];
}

/** What was changed through the API. */
interface Changes extends RuleChanges {
  readonly instruments: readonly InstrumentChange[];
  readonly strategies: readonly StrategyChange[];
}

/** Refuses a mapping for a provider that there is none of, as a configuration's is refused. */
function checkProviders({ providers }: Shared, { symbol, providers: named }: Instrument): void {
  const known = [...new Set([...providers.keys(), ...PROVIDER_IDS])];
  const stranger = Object.keys(named).find((id) => !known.includes(id));
  if (stranger === undefined) return;
  const shown = maskText(stranger.slice(0, LONGEST_SHOWN));
  const hint = hintFor(stranger, known)!;
  throw new ChangeError(
    "unknown-provider",
    `Cannot add ${symbol}: it names the provider ${shown}, which this marketd does not have; ` +
      `${hint}${hint.endsWith("?") ? "" : "."}`,
    `providers.${shown}`,
  );
}

function resolve(spec: InstrumentSpec): Instrument {
  try {
    return resolveInstrument(spec);
  } catch (error) {
    if (error instanceof MarketdError) {
      throw new ChangeError("unknown-market", error.message, "market");
    }
    throw error;
  }
}
