/**
 * The main thread's end of a worker.
 *
 * @module
 */
import { StoreError } from "../store.ts";
import type { Argument, Operations, Reply, Request } from "./protocol.ts";

interface Pending {
  resolve(value: unknown): void;
  reject(error: StoreError): void;
}

/** Asks a worker, and hands each answer to whoever asked. */
export class WorkerClient {
  readonly #pending = new Map<number, Pending>();
  #last = 0;
  #over: StoreError | undefined;

  /**
   * @param worker speaks the protocol of `protocol.ts`; the client ends it.
   * @param label what messages call the store.
   */
  constructor(private readonly worker: Worker, private readonly label: string) {
    worker.onmessage = (event: MessageEvent<Reply>) => this.#settle(event.data);
    worker.onerror = (event) => {
      // Else the error would end the whole process.
      event.preventDefault();
      this.#end(this.#unusable(`its worker failed (${event.message})`));
    };
    worker.onmessageerror = () => this.#end(this.#unusable("its worker's answer cannot be read"));
  }

  /**
   * Asks for an operation. A worker answers in the order in which it was asked.
   *
   * @param transfer buffers of the argument that change hands.
   * @throws StoreError what the worker says, or `unusable` where it can say nothing any more.
   */
  call<Name extends keyof Operations>(
    operation: Name,
    argument: Argument<Name>,
    transfer: ArrayBuffer[] = [],
  ): Promise<ReturnType<Operations[Name]>> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    const request: Request<Name> = { number: ++this.#last, operation, argument };
    return new Promise((resolve, reject) => {
      this.worker.postMessage(request, transfer);
      this.#pending.set(request.number, { resolve: resolve as Pending["resolve"], reject });
    });
  }

  /** Ends the worker; what is pending is rejected. */
  terminate(): void {
    this.#end(this.#unusable("it is closed"));
  }

  #settle(reply: Reply): void {
    const pending = this.#pending.get(reply.number);
    this.#pending.delete(reply.number);
    if ("value" in reply) pending?.resolve(reply.value);
    else pending?.reject(new StoreError(reply.error.code, reply.error.message));
  }

  #end(error: StoreError): void {
    if (this.#over !== undefined) return;
    this.#over = error;
    this.worker.terminate();
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  #unusable(why: string): StoreError {
    return new StoreError("unusable", `Cannot use ${this.label}: ${why}. Open it again.`);
  }
}
