/**
 * A webhook's other end: a real HTTP server that notes what it is sent, and answers as a test says.
 *
 * @module
 */

/** What was received. */
export interface Posted {
  readonly headers: Headers;
  readonly body: Record<string, unknown> & { readonly text: string };
}

/** How it answers one message. */
export type Answer = (request: Request) => Response | Promise<Response>;

/** As Slack does. */
export const TAKEN: Answer = () => new Response("ok");

/** The other end. */
export class Hook {
  readonly posted: Posted[] = [];
  /** How the next messages are answered; then {@link TAKEN}. */
  answers: Answer[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(port = 0) {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port, onListen: () => {} },
      async (request) => {
        const body = await request.json();
        this.posted.push({ headers: request.headers, body });
        return await (this.answers.shift() ?? TAKEN)(request);
      },
    );
  }

  get port(): number {
    return this.#server.addr.port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/services/T0/B0/VERYSECRET`;
  }

  get texts(): string[] {
    return this.posted.map(({ body }) => body.text);
  }

  async close(): Promise<void> {
    await this.#server.shutdown();
  }
}

/** Runs a test with a webhook. */
export async function withHook(work: (hook: Hook) => Promise<void>): Promise<void> {
  const hook = new Hook();
  try {
    await work(hook);
  } finally {
    await hook.close();
  }
}
