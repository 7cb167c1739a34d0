/**
 * `node:timers/promises` under a lens: the runtime's own would look at the real clock. An import map
 * puts it in place (process.ts).
 *
 * @module
 */

/** Waits some milliseconds; rejects where the signal says so. */
export function setTimeout<T>(
  delay: number,
  value: T,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<T> {
  const { promise, reject, resolve } = Promise.withResolvers<T>();
  if (signal?.aborted) reject(signal.reason);
  const onAbort = () => {
    clearTimeout(timer);
    reject(signal!.reason);
  };
  const timer = globalThis.setTimeout(() => {
    signal?.removeEventListener("abort", onAbort);
    resolve(value);
  }, delay);
  if (signal?.aborted) clearTimeout(timer);
  else signal?.addEventListener("abort", onAbort, { once: true });
  return promise;
}

/** Lets whatever waits have its turn. */
export function setImmediate(): Promise<void> {
  return new Promise((resolve) => globalThis.setTimeout(resolve, 0));
}
