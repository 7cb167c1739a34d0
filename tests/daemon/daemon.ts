/**
 * A running daemon, as its user has it: a process, a URL and a folder.
 *
 * @module
 */
import { assert } from "@std/assert";

const ROOT = new URL("../../", import.meta.url).pathname;
const PERMISSIONS = ["net", "read", "write", "env"].map((name) => `--allow-${name}`);

/** The folder with the recorded markets; `undefined` where there is none. */
export const RECORDINGS = Deno.env.get("MARKETD_RECORDINGS");

/** What to start. */
export interface DaemonOptions {
  /** The working directory. */
  readonly folder: string;
  /** The command line; `--port` is added. */
  readonly args?: readonly string[];
  /** Where to listen; any free port unless said. */
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Further arguments of `deno run`. */
  readonly runtime?: readonly string[];
}

/** A running daemon. */
export class Daemon {
  /** What it said so far. */
  stdout = "";
  stderr = "";
  #url = "";
  readonly #process: Deno.ChildProcess;
  readonly #reading: Promise<unknown>;
  readonly folder: string;

  private constructor(process: Deno.ChildProcess, folder: string) {
    this.#process = process;
    this.folder = folder;
    this.#reading = Promise.all([
      collect(process.stdout, (text) => this.stdout += text),
      collect(process.stderr, (text) => this.stderr += text),
    ]);
  }

  /** Starts one, and waits until it prints where it is. */
  static async start(
    { folder, args = [], port = 0, env = {}, runtime = [] }: DaemonOptions,
  ): Promise<Daemon> {
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", ...PERMISSIONS, ...runtime, `${ROOT}main.ts`]
        .concat(args, "--port", String(port)),
      cwd: folder,
      clearEnv: true,
      env: { ...inherited(), NO_COLOR: "1", ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const daemon = new Daemon(process, folder);
    const ended = process.status.then(({ code }) => code);
    while (daemon.#url === "") {
      const code = await Promise.race([ended, pause(20).then(() => undefined)]);
      daemon.#url = /(http:\/\/[^\s;"]+)[\s;"]/.exec(daemon.stdout)?.[1] ?? "";
      if (code !== undefined && daemon.#url === "") {
        throw new Error(`marketd ended with ${code} before it was up:\n${daemon.stderr}`);
      }
    }
    return daemon;
  }

  /** The process. */
  get pid(): number {
    return this.#process.pid;
  }

  /** When it has ended: how. */
  get ended(): Promise<Deno.CommandStatus> {
    return this.#process.status;
  }

  /** Where it listens, without a slash at the end. */
  get url(): string {
    return this.#url;
  }

  /** Asks it; a path such as `/readyz`. */
  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.#url + path, { headers });
  }

  /** Asks for JSON, and expects it. */
  async json<T>(path: string): Promise<T> {
    const response = await this.get(path);
    const text = await response.text();
    assert(response.ok, `${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  }

  /** Waits until it is ready. */
  async ready(): Promise<void> {
    await eventually("the daemon is ready", async () => {
      const response = await this.get("/readyz");
      await response.body?.cancel();
      return response.ok;
    });
  }

  /** Sends a signal, and waits for the end; gives the exit code, `null` after a kill. */
  async stop(signal: Deno.Signal = "SIGTERM"): Promise<number | null> {
    try {
      this.#process.kill(signal);
    } catch {
      // It is gone already.
    }
    const { code, signal: killedBy } = await this.#process.status;
    await this.#reading;
    return killedBy === null ? code : null;
  }
}

/** Waits until something holds, for half a minute at most. */
export async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await holds()) return;
    await pause(50);
  }
  throw new Error(`It never came true that ${what}.`);
}

/** Waits some milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function inherited(): Record<string, string> {
  const names = ["HOME", "PATH", "DENO_DIR"];
  return Object.fromEntries(names.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}

async function collect(stream: ReadableStream<Uint8Array>, add: (text: string) => void) {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) add(text);
}
