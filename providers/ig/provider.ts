/**
 * IG: quotes, books and candles by Lightstreamer; history, sentiment and search by REST.
 *
 * @module
 */
import { type Instrument, levelAt } from "../../domain/instrument.ts";
import { SECOND } from "../../domain/time.ts";
import type {
  Capability,
  Provider,
  ProviderContext,
  ProviderDefinition,
  Session,
} from "../provider.ts";
import { Gateway } from "./gateway.ts";
import { History } from "./history.ts";
import { Markets } from "./markets.ts";
import { gatewayUrl, type IgOptions, igOptions } from "./options.ts";
import { Requests } from "./rest.ts";
import { Login } from "./signin.ts";
import { IgStream } from "./stream.ts";
import { ID, isNameable } from "./symbols.ts";

/** IG's definition. */
export const ig: ProviderDefinition<IgOptions> = {
  id: ID,
  name: "IG",
  capabilities: ["quotes", "bars", "depth", "historicalBars", "sentiment", "streaming"],
  options: igOptions,
  secrets: ["apiKey", "username", "password"],
  create: createIg,
  allowances: () => [
    // By key, by account, and what the account may ask of the past.
    { name: "requests", limit: 60, per: "minute" },
    { name: "account", limit: 30, per: "minute" },
    { name: "history", limit: 10_000, per: "week" },
  ],
};

function createIg(options: IgOptions, context: ProviderContext): Provider {
  const gateway = new Gateway(gatewayUrl(options), options.apiKey, context);
  return {
    id: ID,
    alwaysOpen: false,
    clock: "wall",
    silence: options.silence,
    historyKinds: { trades: false, bars: ["bid", "ask"] },
    // Six of the account's thirty requests a minute, for each fifty instruments.
    pollEvery: 10 * SECOND,
    offers,
    async authenticate(signal) {
      signal.throwIfAborted();
      return sessionOf(gateway, await Login.open(gateway, options, signal), options);
    },
  };
}

function sessionOf(gateway: Gateway, login: Login, options: IgOptions): Session {
  const { context } = gateway;
  const markets = new Markets(gateway, login);
  const requests = new Requests(gateway, login, markets);
  const history = new History(gateway, login, markets);
  const address = options.endpoints.stream ?? login.lightstreamer;
  return {
    words: [
      `account ${login.account}`,
      options.environment,
      `session version ${options.sessionVersion}`,
    ],
    get renewAt() {
      return login.renewAt;
    },
    renew: (signal) => login.renew(signal),
    latest: (instruments, request) => requests.latest(instruments, request),
    bars: (query, request) => history.bars(query, request),
    sentiment: (instrument, request) => requests.sentiment(instrument, request),
    search: (text, request) => requests.search(text, request),
    openStream: (sink, signal) => IgStream.open({ context, login, markets, address }, sink, signal),
    logOut: () => login.signOut(),
  };
}

function offers(instrument: Instrument): readonly Capability[] {
  if (!isNameable(instrument)) return [];
  return levelAt(instrument, ID) === 2
    ? ["quotes", "depth", "bars", "streaming"]
    : ["quotes", "bars", "streaming"];
}
