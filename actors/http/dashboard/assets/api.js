/**
 * The public API, as anyone may use it.
 *
 * @module
 */

/** A request that was not answered as hoped. */
export class ApiError extends Error {
  /**
   * @param {number} status 0 where nothing answered
   * @param {string} code stable, in kebab case
   * @param {string} detail one sentence for people
   * @param {readonly { path: string, message: string }[]} errors what is wrong with which part of
   * what was sent
   */
  constructor(status, code, detail, errors = []) {
    super(detail);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.errors = errors;
  }
}

/**
 * Reads JSON.
 *
 * @param {string} path such as `/api/v1/status`
 * @param {Record<string, string | number | boolean | null | undefined>} [query] what is null or
 * undefined is left out
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>} whatever the path gives, see /openapi.json
 * @throws {ApiError}
 */
export function read(path, query = {}, signal) {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined) asked.set(name, String(value));
  }
  const text = asked.toString();
  return ask(text === "" ? path : `${path}?${text}`, { method: "GET", signal: signal ?? null });
}

/**
 * Reads all pages of a list.
 *
 * @param {string} path
 * @param {Record<string, string | number | boolean | null | undefined>} [query]
 * @param {number} [most] pages
 * @returns {Promise<any[]>}
 * @throws {ApiError}
 */
export async function readAll(path, query = {}, most = 20) {
  const rows = [];
  /** @type {string | null} */
  let cursor = null;
  for (let page = 0; page < most; page++) {
    const { data, next } = await read(path, { ...query, cursor });
    rows.push(...data);
    cursor = next;
    if (cursor === null) break;
  }
  return rows;
}

/**
 * Changes something. Without a session, or when it is over, the viewer is sent to sign in.
 *
 * @param {"POST" | "PUT" | "DELETE"} method
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<any>} null where the answer is empty
 * @throws {ApiError}
 */
export async function write(method, path, body) {
  /** @type {RequestInit} */
  const request = { method };
  if (body !== undefined) {
    request.headers = { "content-type": "application/json" };
    request.body = JSON.stringify(body);
  }
  try {
    return await ask(path, request);
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) signIn();
    throw error;
  }
}

/** Goes to sign in, and comes back to this page. */
export function signIn() {
  const here = location.pathname + location.search + location.hash;
  location.assign(`/signin?to=${encodeURIComponent(here)}`);
}

/**
 * @param {string} path
 * @param {RequestInit} request
 */
async function ask(path, request) {
  const { headers, ...rest } = request;
  let response;
  try {
    response = await fetch(path, {
      ...rest,
      headers: { accept: "application/json", ...headers },
      credentials: "same-origin",
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "unreachable", `marketd does not answer (${path.split("?")[0]}).`);
  }
  const text = await response.text();
  if (response.ok) return text === "" ? null : JSON.parse(text);
  throw problemOf(response.status, text);
}

/**
 * The error that an answer's problem document tells (RFC 9457).
 *
 * @param {number} status
 * @param {string} text
 */
export function problemOf(status, text) {
  try {
    const { code, detail, errors } = JSON.parse(text);
    return new ApiError(status, String(code), String(detail), Array.isArray(errors) ? errors : []);
  } catch {
    // Something in between answered, in its own words.
    return new ApiError(status, "not-marketd", `The answer was ${status}, and not marketd's own.`);
  }
}
