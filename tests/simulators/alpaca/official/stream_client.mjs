/**
 * Alpaca's own stream clients, under Node: tells each thing they tell as one line of JSON.
 *
 * Its one argument is JSON: `{kind: "market" | "trading", url, keyId, secret, symbols}`.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import process from "node:process";
import { streaming } from "@alpacahq/alpaca-trade-api";

const { kind, url, symbols, ...credentials } = JSON.parse(process.argv[2]);

function tell(what, value) {
  const digits = (_key, field) => typeof field === "bigint" ? String(field) : field;
  process.stdout.write(Buffer.from(`${JSON.stringify({ what, value }, digits)}\n`));
}

const options = { url, credentials, reconnect: false };
const stream = kind === "market"
  ? new streaming.StockDataStream(options)
  : new streaming.TradingStream(options);
stream.onError((error) => tell("error", error));
stream.onDisconnect(() => tell("disconnected"));
stream.on("subscription", (state) => tell("subscription", state));
if (kind === "market") {
  stream.onTrade((trade) => tell("trade", trade));
  stream.onQuote((quote) => tell("quote", quote));
  stream.onBar((bar) => tell("bar", bar));
  stream.onStatus((status) => tell("status", status));
  stream.onCorrection((correction) => tell("correction", correction));
  stream.onCancelError((cancel) => tell("cancel", cancel));
  stream.onConnect(() => {
    stream.subscribeForTrades(symbols);
    stream.subscribeForQuotes(symbols);
    stream.subscribeForBars(symbols);
    stream.subscribeForStatuses(symbols);
  });
} else {
  stream.onTradeUpdate((update) => tell("update", update));
  stream.onConnect(() => stream.subscribeTradeUpdates());
}
stream.connect();
tell("outcome", await stream.whenAuthenticated());
process.stdin.on("end", () => {
  stream.disconnect();
  process.exit(0);
});
process.stdin.resume();
