/**
 * The markets of the simulated venue, and what each says of itself.
 *
 * @module
 */

/** A market as the venue has it; prices are as IG writes them, in points or in units. */
export interface SimulatedMarket {
  readonly epic: string;
  readonly name: string;
  readonly type: "CURRENCIES" | "INDICES" | "SHARES";
  readonly expiry: string;
  readonly marketId: string;
  readonly scalingFactor: number;
  readonly onePipMeans: string | null;
  /** Where its price starts. */
  readonly price: number;
  /** The least move, in the price's own unit. */
  readonly step: number;
  readonly decimals: number;
  readonly streams: boolean;
  /** Whether its candles are streamed, too; they are unless said. */
  readonly charts?: false;
  readonly currency: string;
  /** Sizes of the five tiers, cumulative; none where the market has no ladder. */
  readonly ladder: readonly number[];
}

const FX = {
  type: "CURRENCIES",
  expiry: "-",
  streams: true,
  ladder: [500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000],
} as const;
const INDEX = {
  type: "INDICES",
  expiry: "DFB",
  streams: true,
  scalingFactor: 1,
  onePipMeans: "1 Index Point",
  step: 0.1,
  decimals: 1,
  ladder: [],
} as const;
const SHARE = {
  type: "SHARES",
  expiry: "DFB",
  streams: true,
  scalingFactor: 1,
  onePipMeans: null,
  step: 0.1,
  decimals: 2,
  ladder: [1_000, 2_500, 5_000, 10_000, 20_000],
} as const;

/** The markets there are unless a test says otherwise. */
export const MARKETS: readonly SimulatedMarket[] = [
  fx("EURUSD", "EUR/USD", 1.085, "0.0001 USD/EUR", "USD"),
  fx("GBPUSD", "GBP/USD", 1.27, "0.0001 USD/GBP", "USD"),
  fx("AUDUSD", "AUD/USD", 0.655, "0.0001 USD/AUD", "USD"),
  fx("USDCAD", "USD/CAD", 1.372, "0.0001 CAD/USD", "CAD"),
  {
    ...FX,
    epic: "CS.D.USDJPY.CFD.IP",
    name: "USD/JPY",
    marketId: "USDJPY",
    scalingFactor: 100,
    onePipMeans: "0.01 JPY/USD",
    price: 150.12,
    step: 0.001,
    decimals: 3,
    currency: "JPY",
  },
  {
    ...FX,
    epic: "CS.D.EURGBP.TODAY.IP",
    name: "EUR/GBP",
    marketId: "EURGBP",
    expiry: "DFB",
    scalingFactor: 1,
    onePipMeans: null,
    price: 8_412.3,
    step: 0.1,
    decimals: 1,
    currency: "GBP",
    ladder: [],
  },
  index("IX.D.FTSE.DAILY.IP", "UK 100", "FTSE", 8_250, "GBP"),
  index("IX.D.DAX.DAILY.IP", "Germany 40", "DAX", 19_300, "EUR"),
  index("IX.D.CAC.DAILY.IP", "France 40", "CAC", 7_400, "EUR"),
  share("KA.D.VOD.DAILY.IP", "Vodafone Group PLC", 73.1, "GBP"),
  share("KA.D.BP.DAILY.IP", "BP PLC", 400, "GBP"),
  share("KA.D.BARC.DAILY.IP", "Barclays PLC", 261, "GBP"),
  share("KA.D.LLOY.DAILY.IP", "Lloyds Banking Group PLC", 54.2, "GBP"),
  share("UA.D.AAPL.DAILY.IP", "Apple Inc (All Sessions)", 23_012, "USD"),
  share("UC.D.MSFT.DAILY.IP", "Microsoft Corp (All Sessions)", 43_050, "USD"),
  share("KA.D.TSCO.DAILY.IP", "Tesco PLC", 342, "GBP"),
  share("KA.D.RR.DAILY.IP", "Rolls-Royce Holdings PLC", 540, "GBP"),
  share("KA.D.RRX.CASH.IP", "Rolls-Royce Holdings PLC (24 Hours)", 540, "GBP"),
];

function fx(
  pair: string,
  name: string,
  price: number,
  onePipMeans: string,
  currency: string,
): SimulatedMarket {
  return {
    ...FX,
    epic: `CS.D.${pair}.CFD.IP`,
    name,
    marketId: pair,
    scalingFactor: 10_000,
    onePipMeans,
    price,
    step: 0.00001,
    decimals: 5,
    currency,
  };
}

function index(
  epic: string,
  name: string,
  marketId: string,
  price: number,
  currency: string,
): SimulatedMarket {
  return { ...INDEX, epic, name, marketId, price, currency };
}

/** A share, in pence or cents. */
function share(epic: string, name: string, price: number, currency: string): SimulatedMarket {
  return { ...SHARE, epic, name, marketId: `${epic.split(".")[2]}-UK`, price, currency };
}
