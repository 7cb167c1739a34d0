/**
 * The main thread's end of a worker.
 *
 * @module
 */
import { StoreError, type StoreErrorCode } from "../store.ts";
import type { Argument, Opening, Operations, Reply, Request } from "./protocol.ts";

interface Pending {
  resolve(value: unknown): void;
  reject(error: StoreError): void;
}

/**
 * Asks a worker, and hands each answer to whoever asked. A worker that crashes, or was let go since
 * nothing was asked of it, is replaced at the next call.
 */
export class WorkerClient {
  readonly #pending = new Map<number, Pending>();
  #last = 0;
  #worker: Worker | undefined;
  /** What a worker that takes another's place is to open. */
  #opening: Opening | undefined;
  /** Settled when the worker has opened it. */
  #reopened: Promise<unknown> | undefined;
  #over: StoreError | undefined;
  #rest: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param start starts a worker that speaks the protocol of `protocol.ts`; the client ends it.
   * @param label what messages call the store.
   * @param patience for how many milliseconds a worker is kept of which nothing is asked.
   */
  constructor(
    private readonly start: () => Worker,
    private readonly label: string,
    private readonly patience = Infinity,
  ) {}

  /**
   * Asks for an operation; `open` comes first. A worker answers in the order in which it was asked.
   *
   * @param transfer buffers of the argument that change hands.
   * @throws StoreError what the worker says, `unreachable` where it crashed, or `unusable` where the
   * client is closed.
   */
  async call<Name extends keyof Operations>(
    operation: Name,
    argument: Argument<Name>,
    transfer: ArrayBuffer[] = [],
  ): Promise<ReturnType<Operations[Name]>> {
    if (this.#over !== undefined) throw this.#over;
    if (operation === "open") this.#opening = argument as Opening;
    else if (this.#worker === undefined) this.#reopened = this.#reopen();
    await this.#reopened;
    return await this.#ask(operation, argument, transfer);
  }

  /** Ends the worker; what is pending is rejected. */
  terminate(): void {
    this.#over ??= this.#error("unusable", "it is closed. Open it again");
    this.#drop(this.#over);
  }

  async #reopen(): Promise<void> {
    const opening = this.#opening;
    if (opening === undefined) throw this.#error("unusable", "it is not open. Open it first");
    try {
      await this.#ask("open", opening, []);
    } catch (error) {
      // A worker that has nothing open is of no use: the next call tries again.
      if (this.#over === undefined) this.#drop(this.#error("unreachable", "it cannot be opened"));
      throw error;
    }
  }

  #ask<Name extends keyof Operations>(
    operation: Name,
    argument: Argument<Name>,
    transfer: ArrayBuffer[],
  ): Promise<ReturnType<Operations[Name]>> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    const worker = this.#worker ??= this.#started();
    clearTimeout(this.#rest);
    const request: Request<Name> = { number: ++this.#last, operation, argument };
    return new Promise((resolve, reject) => {
      worker.postMessage(request, transfer);
      this.#pending.set(request.number, { resolve: resolve as Pending["resolve"], reject });
    });
  }

  #started(): Worker {
    const worker = this.start();
    const crashed = (why: string) => {
      if (worker !== this.#worker) return;
      this.#drop(this.#error("unreachable", `its worker failed (${why}). Try again`));
    };
    worker.onmessage = (event: MessageEvent<Reply>) => this.#settle(event.data);
    worker.onerror = (event) => {
      // Else the error would end the whole process.
      event.preventDefault();
      crashed(event.message);
    };
    worker.onmessageerror = () => crashed("its answer cannot be read");
    return worker;
  }

  #settle(reply: Reply): void {
    const pending = this.#pending.get(reply.number);
    this.#pending.delete(reply.number);
    if ("value" in reply) pending?.resolve(reply.value);
    else pending?.reject(new StoreError(reply.error.code, reply.error.message));
    if (this.#pending.size > 0 || this.patience === Infinity) return;
    this.#rest = setTimeout(() => this.#letGo(), this.patience);
    Deno.unrefTimer(this.#rest);
  }

  /** Ends a worker that is not needed, once it has closed what it has open: it takes up memory. */
  #letGo(): void {
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#worker = undefined;
    this.#reopened = undefined;
    worker.onmessage = () => worker.terminate();
    const request: Request<"close"> = {
      number: ++this.#last,
      operation: "close",
      argument: undefined,
    };
    worker.postMessage(request);
  }

  #drop(error: StoreError): void {
    clearTimeout(this.#rest);
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#reopened = undefined;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  #error(code: StoreErrorCode, why: string): StoreError {
    return new StoreError(code, `Cannot use ${this.label}: ${why}.`);
  }
}
