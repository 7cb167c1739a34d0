/**
 * A browser in a test: Chromium in a process of its own, see `drive.ts`.
 *
 * @module
 */
import type { TraceSummary } from "./trace.ts";

const CHROMIUM = "/usr/bin/chromium";
const DRIVE = new URL("drive.ts", import.meta.url).pathname;

const isThere = await Deno.stat(CHROMIUM).then(() => true, () => false);
/** Where CI=true nothing is skipped: it fails instead. */
const skip = !isThere && Deno.env.get("CI") !== "true";

/** A window, and the colours its owner prefers. */
export interface View {
  readonly width: number;
  readonly height: number;
  readonly scheme: "light" | "dark";
  /** A global that the browser does not have, as some do not. */
  readonly lacks?: string;
}

/** What the browser complained of. */
export type Complaint = string;

/** What axe found. */
export interface Violation {
  readonly id: string;
  readonly impact: "minor" | "moderate" | "serious" | "critical" | null;
  readonly nodes: readonly string[];
}

/** Declares a test that needs a browser; where there is none it says so, and is skipped. */
export function browserTest(name: string, fn: () => Promise<void>, ignore = false): void {
  const said = skip ? `not tried, for there is no Chromium at ${CHROMIUM}: ${name}` : name;
  Deno.test({ name: said, ignore: skip || ignore, fn });
}

/** A desk's window by day. */
export const DESK: View = { width: 1440, height: 1000, scheme: "light" };
/** A telephone's by night. */
export const PHONE: View = { width: 390, height: 844, scheme: "dark" };

/** A browser with one page. Every act rejects where it cannot be done within 20 seconds. */
export class Browser {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #reading: Promise<void>;
  #count = 0;

  constructor() {
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-all", "--no-check", DRIVE, CHROMIUM],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#reading = this.#read();
  }

  /** Opens a page, in place of the one that is open. */
  open(url: string, view: View = DESK): Promise<void> {
    return this.#ask("open", url, view);
  }

  /** Opens another tab beside it, which the acts that follow are about. */
  tab(url: string): Promise<void> {
    return this.#ask("tab", url);
  }

  /** Closes that tab, and goes on with the one before. */
  closeTab(): Promise<void> {
    return this.#ask("closeTab");
  }

  /** Loads the page anew. */
  reload(): Promise<void> {
    return this.#ask("reload");
  }

  /** What an expression says within the page. */
  evaluate<T>(code: string): Promise<T> {
    return this.#ask("evaluate", code);
  }

  /** Waits until an expression holds within the page. */
  waitFor(code: string): Promise<void> {
    return this.#ask("waitFor", code);
  }

  click(selector: string): Promise<void> {
    return this.#ask("click", selector);
  }

  check(selector: string): Promise<void> {
    return this.#ask("check", selector);
  }

  select(selector: string, value: string): Promise<void> {
    return this.#ask("select", selector, value);
  }

  fill(selector: string, value: string): Promise<void> {
    return this.#ask("fill", selector, value);
  }

  focus(selector: string): Promise<void> {
    return this.#ask("focus", selector);
  }

  press(key: string): Promise<void> {
    return this.#ask("press", key);
  }

  /** Leaves a picture of the page in the folder that `MARKETD_SCREENSHOTS` names, if any. */
  async screenshot(name: string): Promise<void> {
    const folder = Deno.env.get("MARKETD_SCREENSHOTS");
    if (folder !== undefined) await this.#ask("screenshot", `${folder}/${name}.png`);
  }

  /** Leaves a picture of the window in a file. */
  picture(path: string): Promise<void> {
    return this.#ask("picture", path);
  }

  /** Errors and warnings of the page since it was opened, those of its policy too. */
  complaints(): Promise<Complaint[]> {
    return this.#ask("complaints");
  }

  /** The bytes that came over the wire since the page was opened, headers too; of workers none. */
  received(): Promise<number> {
    return this.#ask("received");
  }

  /** Has the browser write a trace of all that it does. */
  beginTrace(): Promise<void> {
    return this.#ask("beginTrace");
  }

  /** Ends the trace, and sums it up. */
  endTrace(): Promise<TraceSummary> {
    return this.#ask("endTrace");
  }

  /** The accessibility tree below an element, as text: what a screen reader is given. */
  aria(selector: string): Promise<string> {
    return this.#ask("aria", selector);
  }

  /** What axe-core holds against the page as it is: those that are serious or worse. */
  async violations(): Promise<Violation[]> {
    const found = await this.#ask<Violation[]>("violations");
    return found.filter(({ impact }) => impact === "serious" || impact === "critical");
  }

  async close(): Promise<void> {
    await this.#input.close();
    await this.#reading;
    await this.#process.status;
  }

  async #ask<T>(act: string, ...args: unknown[]): Promise<T> {
    const id = ++this.#count;
    const answer = Promise.withResolvers<unknown>();
    this.#waiting.set(id, answer);
    const line = `${JSON.stringify({ id, act, args })}\n`;
    await this.#input.write(new TextEncoder().encode(line));
    return await answer.promise as T;
  }

  async #read(): Promise<void> {
    let text = "";
    for await (const piece of this.#process.stdout.pipeThrough(new TextDecoderStream())) {
      text += piece;
      const lines = text.split("\n");
      text = lines.pop()!;
      for (const line of lines) {
        const { id, result, error } = JSON.parse(line);
        if (error === undefined) this.#waiting.get(id)?.resolve(result);
        else this.#waiting.get(id)?.reject(new Error(error));
        this.#waiting.delete(id);
      }
    }
    for (const { reject } of this.#waiting.values()) reject(new Error("The browser has ended."));
  }
}

/** Works with a browser, and closes it. */
export async function inBrowser(work: (browser: Browser) => Promise<void>): Promise<void> {
  const browser = new Browser();
  try {
    await work(browser);
  } finally {
    await browser.close();
  }
}
