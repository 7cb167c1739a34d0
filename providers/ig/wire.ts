/**
 * The bodies of IG's REST answers, as far as marketd reads them.
 *
 * @module
 */
import { z } from "zod";

const text = z.string().min(1);
const price = z.number().nullish();

const oauthToken = z.looseObject({
  access_token: text,
  refresh_token: text,
  /** Seconds, as a text. */
  expires_in: z.union([z.string(), z.number()]),
});

/** `POST /session/refresh-token`. */
export const refreshedBody = oauthToken;
/** `POST /session`, version 3. */
export const oauthBody = z.looseObject({
  accountId: text,
  lightstreamerEndpoint: text,
  oauthToken,
});
/** `POST /session`, version 2. */
export const tokensBody = z.looseObject({ currentAccountId: text, lightstreamerEndpoint: text });
/** `GET /session`. */
export const sessionBody = z.looseObject({ accountId: text, lightstreamerEndpoint: text });
/** `GET /session/encryptionKey`. */
export const encryptionKeyBody = z.looseObject({ encryptionKey: text, timeStamp: z.number() });
/** What marketd does not read. */
export const anyBody = z.unknown();

/** One of `GET /markets?epics=`, version 2. */
export const marketDetails = z.looseObject({
  instrument: z.looseObject({
    epic: text,
    name: z.string(),
    type: z.string(),
    expiry: z.string().nullish(),
    marketId: z.string().nullish(),
    streamingPricesAvailable: z.boolean(),
    onePipMeans: z.union([z.string(), z.number()]).nullish(),
  }),
  snapshot: z.looseObject({
    marketStatus: z.string(),
    updateTime: z.string().nullish(),
    bid: price,
    offer: price,
    scalingFactor: z.number().positive(),
  }),
});
/** What a market says of itself. */
export type MarketDetails = z.infer<typeof marketDetails>;
/** `GET /markets?epics=`. */
export const marketsBody = z.looseObject({ marketDetails: z.array(marketDetails) });

const foundMarket = z.looseObject({
  epic: text,
  instrumentName: z.string(),
  instrumentType: z.string(),
  expiry: z.string().nullish(),
  streamingPricesAvailable: z.boolean(),
});
/** One that a search found. */
export type FoundMarket = z.infer<typeof foundMarket>;
/** `GET /markets?searchTerm=`. */
export const searchBody = z.looseObject({ markets: z.array(foundMarket) });

const sides = z.looseObject({ bid: price, ask: price, lastTraded: price }).nullish();
const historicalPrice = z.looseObject({
  /** Without a zone. */
  snapshotTimeUTC: text,
  openPrice: sides,
  highPrice: sides,
  lowPrice: sides,
  closePrice: sides,
  lastTradedVolume: z.number().nullish(),
});
/** One bar of the past. */
export type HistoricalPrice = z.infer<typeof historicalPrice>;
/** `GET /prices/{epic}`, version 3. */
export const pricesBody = z.looseObject({
  prices: z.array(historicalPrice),
  metadata: z.looseObject({
    allowance: z.looseObject({ remainingAllowance: z.number() }).nullish(),
    pageData: z.looseObject({ totalPages: z.number() }),
  }),
});

/** `GET /clientsentiment/{marketId}`. */
export const sentimentBody = z.looseObject({
  longPositionPercentage: z.number(),
  shortPositionPercentage: z.number(),
});
