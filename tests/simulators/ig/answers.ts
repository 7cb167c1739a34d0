/**
 * How the simulated venue writes its answers to requests.
 *
 * @module
 */

/** A body of JSON. */
export function json(body: unknown, headers: Record<string, string> = {}): Response {
  return Response.json(body, {
    headers: { "x-request-id": crypto.randomUUID(), ...headers },
  });
}

/** An error exactly as IG writes it. */
export function failure(
  status: number,
  errorCode: string,
  headers: Record<string, string> = {},
): Response {
  return Response.json({ errorCode }, { status, headers });
}
