/**
 * A request's body: read whole before anything is done with it, within bounds of size and of time.
 *
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import { ProblemError } from "./problem.ts";

/** The largest body, in bytes. */
const LARGEST = 65_536;
/** The longest wait for all of it, in milliseconds. */
const PATIENCE = 5_000;

/** What is left unread would be taken for the next request: the connection ends. */
const HANG_UP = { headers: { connection: "close" } };

/** Reads the body, and refuses one that is larger, or comes more slowly, than any that makes sense. */
export const checkBody: MiddlewareHandler = async (c, next) => {
  const { raw } = c.req;
  if (raw.body !== null) {
    const body = await readBody(c, raw.body);
    const { method, headers } = raw;
    // From its parts: a copy of the request itself would follow that one's signal, which Deno warns
    // of in the midst of the log.
    c.req.raw = new Request(raw.url, { method, headers, body: body.length > 0 ? body : null });
  }
  await next();
};

async function readBody(
  c: Context,
  body: ReadableStream<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(c.req.header("content-length") ?? 0) > LARGEST) throw tooLarge();
  const reader = body.getReader();
  const bytes = new Uint8Array(LARGEST);
  let size = 0;
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(tooSlow()), PATIENCE);
  try {
    while (true) {
      const { done, value } = await Promise.race([read(reader), late.promise]);
      if (done) return bytes.slice(0, size);
      if (size + value.length > LARGEST) throw tooLarge();
      bytes.set(value, size);
      size += value.length;
    }
  } catch (error) {
    // Nobody waits for the rest, nor for word that it was let go.
    reader.cancel().catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function read(reader: ReadableStreamDefaultReader<Uint8Array>) {
  try {
    return await reader.read();
  } catch {
    throw new ProblemError(400, "cut-off", "The body broke off before its end: send it again.", {
      ...HANG_UP,
    });
  }
}

function tooLarge(): ProblemError {
  const detail = `The body is larger than ${LARGEST} bytes, the most that is read.`;
  return new ProblemError(413, "too-large", detail, HANG_UP);
}

function tooSlow(): ProblemError {
  const detail = `The body was not whole within ${PATIENCE / 1_000} s, the longest that is waited.`;
  return new ProblemError(408, "too-slow", detail, HANG_UP);
}
