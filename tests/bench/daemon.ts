/**
 * The daemon as its user starts it: a process, a port and a folder.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { pause } from "./harness.ts";

/** What `deno task start` allows. */
const PERMISSIONS = ["net", "read", "write", "env"].map((name) => `--allow-${name}`);
/** How long one may take to answer, and between two questions: milliseconds. */
const PATIENCE = 30_000;
const PACE = 2;

/** A running process that listens. */
export class Daemon {
  /** From its start until it was ready, in milliseconds. */
  readonly took: number;
  readonly #process: Deno.ChildProcess;
  readonly #folder: string;

  private constructor(
    process: Deno.ChildProcess,
    folder: string,
    took: number,
    /** Where it listens, without a slash at the end. */
    readonly url: string,
  ) {
    this.#process = process;
    this.#folder = folder;
    this.took = took;
  }

  /** Starts the daemon with the demo provider in a folder of its own. */
  static async demo(settings: Readonly<Record<string, unknown>>): Promise<Daemon> {
    const port = freePort();
    const folder = await Deno.makeTempDir({ prefix: "marketd-bench-" });
    // JSON is YAML.
    const config = { ...settings, server: { port }, log: { level: "error" } };
    await Deno.writeTextFile(`${folder}/marketd.yaml`, JSON.stringify(config));
    return await Daemon.#start("../../main.ts", [], folder, port, "/readyz");
  }

  /** Starts the least that a daemon can be. */
  static async bare(): Promise<Daemon> {
    const port = freePort();
    const folder = await Deno.makeTempDir({ prefix: "marketd-bench-" });
    return await Daemon.#start("children/bare.ts", [String(port)], folder, port, "/");
  }

  static async #start(
    file: string,
    args: readonly string[],
    folder: string,
    port: number,
    path: string,
  ): Promise<Daemon> {
    const script = fileURLToPath(new URL(file, import.meta.url));
    const began = performance.now();
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", ...PERMISSIONS, script, ...args],
      cwd: folder,
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
    }).spawn();
    const url = `http://127.0.0.1:${port}`;
    while (!(await answers(url + path))) {
      if (performance.now() - began > PATIENCE) {
        process.kill("SIGKILL");
        throw new Error(`${file} was not ready within ${PATIENCE / 1_000} s.`);
      }
      await pause(PACE);
    }
    return new Daemon(process, folder, performance.now() - began, url);
  }

  /** Its resident memory in megabytes (2^20 bytes), as the operating system has it. */
  async memory(): Promise<number> {
    const { stdout } = await new Deno.Command("ps", {
      args: ["-o", "rss=", "-p", String(this.#process.pid)],
    }).output();
    return Number(new TextDecoder().decode(stdout)) / 1_024;
  }

  /** Ends it, and removes its folder. */
  async stop(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
    await Deno.remove(this.#folder, { recursive: true });
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** A port that was free a moment ago. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
