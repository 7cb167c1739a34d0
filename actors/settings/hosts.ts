/**
 * Hosts and origins as a configuration names them.
 *
 * @module
 */

const LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
// The last label of a name has a letter, so that no address out of range passes for one (RFC 1123, 2.1).
const NAME = new RegExp(`^(?=.{1,253}$)(?:${LABEL}\\.)*(?=[0-9_-]*[a-z])${LABEL}\\.?$`, "i");

/** Whether a text is an address or a name, without a scheme or a port; IPv6 with or without brackets. */
export function isHost(text: string): boolean {
  if (/^\d+(\.\d+){3}$/.test(text)) return text.split(".").every((part) => Number(part) <= 255);
  if (text.includes(":")) return URL.canParse(`http://[${text.replace(/^\[(.*)\]$/, "$1")}]`);
  return NAME.test(text);
}

/** Whether an address can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?(::1|0:0:0:0:0:0:0:1)\]?)$/i.test(host);
}

/** Whether a text is what a browser sends as `Origin`: a scheme, a host, perhaps a port. */
export function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  // Of other schemes the origin is "null", which pages without any origin send, too.
  return url !== null && /^https?:$/.test(url.protocol) && url.username === "" &&
    `${url.origin}/` === url.href && !/[?#]$/.test(text);
}

/**
 * What keeps a text from being the URL of a webhook, continuing "the URL"; `undefined` where nothing
 * does. Such a URL is a secret: it goes over TLS, except to this machine.
 */
export function flawOfWebhook(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return "must be a URL that begins with https://";
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    return "must begin with https://: http:// would send what is told, and the URL, in the clear, " +
      "and is for loopback only";
  }
  if (url.username !== "" || url.password !== "") {
    return "must hold no user and password: token is sent as a bearer token";
  }
  return undefined;
}
