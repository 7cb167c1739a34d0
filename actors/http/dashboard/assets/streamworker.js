/**
 * The worker that all tabs share: it holds their one stream.
 *
 * @module
 */
import { Feed } from "./feed.js";

/** How long a tab that says nothing is believed to be there, in milliseconds. */
const BELIEVED = 150_000;

const feed = new Feed();
/** When each tab last said something. */
/** @type {Map<MessagePort, number>} */
const heard = new Map();

/** @type {any} */ (self).onconnect = (/** @type {MessageEvent} */ { ports: [port] }) => {
  if (port === undefined) return;
  port.onmessage = ({ data }) => {
    const isKnown = heard.has(port);
    heard.set(port, Date.now());
    if (data.type === "want") {
      feed.listen(port, data.wants, (message) => port.postMessage(message));
    } else if (data.type === "bye") {
      heard.delete(port);
      feed.leave(port);
    } else if (data.type === "retry") feed.retry();
    else if (!isKnown) port.postMessage({ type: "forgotten" });
  };
};

setInterval(() => {
  for (const [port, at] of heard) {
    if (Date.now() - at < BELIEVED) continue;
    heard.delete(port);
    feed.leave(port);
  }
}, BELIEVED / 3);
