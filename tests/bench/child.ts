/**
 * Processes of the bench that answer a line with a line, and both of their ends.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { TextLineStream } from "./lines.ts";

/** What every process of the bench may do. */
export const PERMISSIONS = [
  "--allow-net=127.0.0.1",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-run",
  "--allow-sys",
];

/** A process that answers. */
export class Child {
  readonly #process: Deno.ChildProcess;
  readonly #requests: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: ReadableStreamDefaultReader<string>;

  private constructor(process: Deno.ChildProcess) {
    this.#process = process;
    this.#requests = process.stdin.getWriter();
    this.#answers = process.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
  }

  /** Starts a file of `children/`. */
  static start(file: string, ...args: string[]): Child {
    const path = fileURLToPath(new URL(`./children/${file}`, import.meta.url));
    return new Child(
      new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", "--no-prompt", ...PERMISSIONS, path, ...args],
        stdin: "piped",
        stdout: "piped",
        stderr: "inherit",
      }).spawn(),
    );
  }

  /**
   * Asks, and waits for the answer.
   *
   * @throws Error where the process is gone.
   */
  async ask<T>(request: unknown): Promise<T> {
    await this.#requests.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`));
    const { value } = await this.#answers.read();
    if (value === undefined) throw new Error("Cannot go on: a process of the bench has ended.");
    return JSON.parse(value) as T;
  }

  /** Ends it, and waits until it is gone. */
  async stop(): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It is gone already.
    }
    await this.#process.status;
    await this.#answers.cancel();
    await this.#requests.abort().catch(() => {});
  }
}

/** The other end: answers each request of standard input on standard output. */
export async function answerAll<T>(answer: (request: T) => unknown): Promise<void> {
  const requests = Deno.stdin.readable.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream());
  for await (const line of requests) {
    console.log(JSON.stringify(await answer(JSON.parse(line)) ?? null));
  }
}
