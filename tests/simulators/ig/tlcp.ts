/**
 * Lightstreamer's text protocol (TLCP) as the server speaks it: requests in, lines out. Pure.
 *
 * @module
 */

/** The parameters of one request. */
export type Params = ReadonlyMap<string, string>;

/** What a client sent: a request's name, and the parameters of each request of that name in it. */
export interface Request {
  /** Such as `create_session` or `control`. */
  readonly name: string;
  readonly batch: readonly Params[];
}

/** The values of an item's fields, in the order of its schema; `null` is TLCP's null. */
export type Values = readonly (string | null)[];

/** Reads one WebSocket message: a name, then a line of parameters for each request. */
export function parseMessage(text: string): Request {
  const [name = "", ...lines] = text.split("\r\n");
  return { name, batch: parseBatch(lines.join("\r\n")) };
}

/** Reads the body of an HTTP request: a line of parameters for each request. */
export function parseBatch(body: string): Params[] {
  return body.split("\r\n").filter((line) => line !== "").map((line) =>
    new Map(
      line.split("&").filter((pair) => pair !== "").map((pair): [string, string] => {
        const at = pair.indexOf("=");
        return [pair.slice(0, at), decodeURIComponent(pair.slice(at + 1))];
      }),
    )
  );
}

/** Writes a line: a tag and its arguments, of which a comma would end one. */
export function line(tag: string, ...args: readonly (string | number)[]): string {
  const written = args.map((arg) => String(arg).replaceAll("%", "%25").replaceAll(",", "%2C"));
  return [tag, ...written].join(",") + "\r\n";
}

/**
 * Writes an update of an item.
 *
 * @param before what was told last; `null` for the first update, which names every field.
 */
export function updateLine(
  subscription: number,
  item: number,
  values: Values,
  before: Values | null,
): string {
  return `U,${subscription},${item},${encodeValues(values, before)}\r\n`;
}

/** Three unchanged fields or more are written as `^N`, fewer as nothing between the bars. */
const RUN = 3;

function encodeValues(values: Values, before: Values | null): string {
  const tokens: string[] = [];
  let unchanged = 0;
  const flush = () => {
    if (unchanged >= RUN) tokens.push(`^${unchanged}`);
    else tokens.push(...Array<string>(unchanged).fill(""));
    unchanged = 0;
  };
  values.forEach((value, i) => {
    if (before !== null && before[i] === value) return void unchanged++;
    flush();
    tokens.push(encodeValue(value));
  });
  flush();
  return tokens.join("|");
}

function encodeValue(value: string | null): string {
  if (value === null) return "#";
  if (value === "") return "$";
  const escaped = value.replaceAll(/[%|\r\n]/g, percent);
  return /^[#$^]/.test(escaped) ? percent(escaped[0]!) + escaped.slice(1) : escaped;
}

function percent(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}

/** The lines that count as data: those that a recovery sends again. */
const DATA = /^(U|SUBOK|SUBCMD|UNSUB|EOS|CS|OV|CONF|MSGDONE|MSGFAIL),/;

/** Whether a line counts towards the progressive of a recovery. */
export function isData(line: string): boolean {
  return DATA.test(line);
}
