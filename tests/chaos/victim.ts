/**
 * The daemon that suffers: one process after another over the same store.
 *
 * @module
 */
import type { Finding } from "./audit.ts";
import { Daemon, eventually } from "../daemon/daemon.ts";
import { assertDiscreet, providerOf } from "../daemon/venues.ts";

/** What a daemon holds of the machine. */
export interface Holding {
  /** Timers that are set. */
  readonly timers: number;
  /** Files and sockets that are open. */
  readonly handles: number;
  /** Resident bytes. */
  readonly memory: number;
}

/** A word of the log that something failed which nobody caused. */
const FAILED = /\[(?:error|fatal)\]|failed and is restarted|is given up|fault of/i;

/** The daemon. */
export class Victim {
  readonly findings: Finding[] = [];
  kills = 0;
  #daemon: Daemon | null = null;
  #log = "";

  constructor(private readonly begin: () => Promise<Daemon>) {}

  /** Where it is at present. */
  get url(): string | null {
    return this.#daemon?.url ?? null;
  }

  /** Everything that it wrote. */
  get log(): string {
    const last = this.#daemon;
    return this.#log + (last === null ? "" : last.stdout + last.stderr);
  }

  async start(): Promise<void> {
    const daemon = await this.begin();
    this.#daemon = daemon;
    daemon.ended.then(({ code, signal }) => {
      if (this.#daemon === daemon) {
        this.findings.push(`the daemon ended by itself: ${signal ?? code}`);
      }
    });
  }

  /** Kills it as `kill -9` does. */
  async kill(): Promise<void> {
    this.kills++;
    await this.#stop("SIGKILL");
  }

  /** Stops it as its user would. */
  async stop(): Promise<void> {
    const code = await this.#stop("SIGTERM");
    if (code !== 0) this.findings.push(`the daemon stopped with exit code ${code}`);
    for (const line of this.#log.split("\n")) {
      if (FAILED.test(line)) this.findings.push(`the log: ${line.slice(0, 300)}`);
    }
    assertDiscreet(this.#log, "the log");
  }

  /** The state of a provider; `null` while nobody answers. */
  async stateOf(provider: string): Promise<string | null> {
    const daemon = this.#daemon;
    if (daemon === null) return null;
    return await providerOf(daemon, provider).then(({ state }) => state, () => null);
  }

  /** Whether a provider was lost since an instant, in milliseconds; false while nobody answers. */
  async wasLost(provider: string, since: number): Promise<boolean> {
    const daemon = this.#daemon;
    if (daemon === null) return false;
    const { events } = await providerOf(daemon, provider);
    return events.some(({ event, time }) => event === "backoff" && Date.parse(time) >= since);
  }

  /** Ends a provider's wait, as its user would. */
  async reset(provider: string, token: string): Promise<void> {
    const response = await fetch(`${this.url}/api/v1/providers/${provider}/reset`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
    });
    await response.body?.cancel();
  }

  /** Asks it for JSON. */
  async json<T>(path: string): Promise<T> {
    if (this.#daemon === null) throw new Error("There is no daemon.");
    return await this.#daemon.json<T>(path);
  }

  /** What it holds now. */
  async holding(): Promise<Holding> {
    const daemon = this.#daemon!;
    const asked = daemon.stderr.length;
    Deno.kill(daemon.pid, "SIGUSR1");
    const timers = () => /^timers (\d+)$/m.exec(daemon.stderr.slice(asked))?.[1];
    await eventually("it tells its timers", () => Promise.resolve(timers() !== undefined));
    const metrics = await (await daemon.get("/metrics")).text();
    const handles = new Deno.Command("ls", { args: [`/proc/${daemon.pid}/fd`] }).outputSync();
    return {
      timers: Number(timers()),
      handles: new TextDecoder().decode(handles.stdout).trim().split("\n").length,
      memory: Number(/^marketd_resident_memory_bytes (\S+)$/m.exec(metrics)?.[1]),
    };
  }

  async #stop(signal: Deno.Signal): Promise<number | null> {
    const daemon = this.#daemon!;
    this.#daemon = null;
    const code = await daemon.stop(signal);
    this.#log += daemon.stdout + daemon.stderr;
    return code;
  }
}
