/**
 * How a command asks a running daemon.
 *
 * @module
 */

/** What is asked. */
export interface Question {
  /** Such as `/api/v1/status`. */
  readonly path: string;
  /** How long the answer may take, in milliseconds. */
  readonly timeout: number;
  /** Sent where there is one. */
  readonly token?: string | undefined;
  /** Sent as JSON, by `POST`; absent: it is a `GET`. */
  readonly body?: unknown;
}

/** What is answered. */
export interface Answer {
  readonly ok: boolean;
  readonly status: number;
  /** `undefined` where it is no JSON. */
  readonly body: unknown;
}

/**
 * Asks whoever listens at a URL; it is not followed elsewhere.
 *
 * @throws what the network says where there is no answer.
 */
export async function askDaemon(
  url: string,
  { body, path, timeout, token }: Question,
): Promise<Answer> {
  const headers: Record<string, string> = {};
  if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
  if (body !== undefined) headers["content-type"] = "application/json";
  const response = await fetch(`${url.replace(/\/$/, "")}${path}`, {
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    headers,
    signal: AbortSignal.timeout(timeout),
    redirect: "manual",
  });
  const { ok, status } = response;
  return { ok, status, body: await response.json().catch(() => undefined) };
}
