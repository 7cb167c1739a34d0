/**
 * Drives Chromium, as `drive.ts CHROMIUM`: takes commands on its standard input and answers each on
 * its standard output, one JSON object a line. A process of its own, since the browser's driver asks
 * for every permission. `browser.ts` is its other end.
 *
 * @module
 */
import axe from "axe-core" with { type: "text" };
import { type CDPSession, chromium, type Page } from "playwright-core";
import type { Complaint, View, Violation } from "./browser.ts";
import { CATEGORIES, summarise, type TraceEvent, type TraceSummary } from "./trace.ts";

/** How long anything may take, in milliseconds. */
const PATIENCE = 20_000;

const executablePath = Deno.args[0]!;
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
let page: Page | undefined;
let complaints: Complaint[] = [];
/** Bytes that came over the wire since the page was opened, headers too. */
let received = 0;
let tracing: CDPSession | undefined;
let traced: TraceEvent[] = [];

function current(): Page {
  if (page === undefined) throw new Error("No page is open.");
  return page;
}

async function openTab(opened: Page, url: string): Promise<void> {
  page = opened;
  opened.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  opened.on("pageerror", ({ message }) => complaints.push(message));
  const debug = await opened.context().newCDPSession(opened);
  debug.on("Network.loadingFinished", ({ encodedDataLength }) => received += encodedDataLength);
  await debug.send("Network.enable");
  await opened.goto(url);
}

function whileLeaving(error: Error): boolean {
  if (/context was destroyed|navigation/i.test(error.message)) return false;
  throw error;
}

const ACTS: Record<string, (...args: never[]) => unknown> = {
  async open(url: string, { width, height, scheme, lacks }: View) {
    await page?.context().close();
    complaints = [];
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme });
    context.setDefaultTimeout(PATIENCE);
    if (lacks !== undefined) await context.addInitScript(`delete globalThis.${lacks}`);
    received = 0;
    await openTab(await context.newPage(), url);
  },
  /** Opens another tab of the same browser, which the acts that follow are about. */
  tab: async (url: string) => openTab(await current().context().newPage(), url),
  /** Closes it, and goes on with the one before. */
  async closeTab() {
    const context = current().context();
    await current().close();
    page = context.pages().at(-1);
  },
  reload: async () => {
    await current().reload();
  },
  evaluate: (code: string) => current().evaluate(code),
  async waitFor(code: string) {
    // Asked from here: within the page its policy forbids it.
    const end = Date.now() + PATIENCE;
    // While one page goes and the next comes, nothing can be asked.
    const holds = () => current().evaluate(code).catch(whileLeaving);
    while (!await holds()) {
      if (Date.now() > end) throw new Error(`It never came true that ${code}.`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  },
  click: (selector: string) => current().click(selector),
  // A hidden input is checked by the label that stands for it.
  check: (selector: string) => current().check(selector, { force: true }),
  select: (selector: string, value: string) => current().selectOption(selector, value),
  fill: (selector: string, value: string) => current().fill(selector, value),
  focus: (selector: string) => current().focus(selector),
  press: (key: string) => current().keyboard.press(key),
  picture: (path: string) => current().screenshot({ path }),
  screenshot: (path: string) => current().screenshot({ path, fullPage: true }),
  complaints: () => complaints,
  received: () => received,
  aria: (selector: string) => current().locator(selector).ariaSnapshot(),
  async beginTrace() {
    traced = [];
    tracing = await browser.newBrowserCDPSession();
    tracing.on(
      "Tracing.dataCollected",
      ({ value }) => traced.push(...value as unknown as TraceEvent[]),
    );
    await tracing.send("Tracing.start", {
      transferMode: "ReportEvents",
      traceConfig: { includedCategories: CATEGORIES },
    });
  },
  async endTrace(): Promise<TraceSummary> {
    if (tracing === undefined) throw new Error("No trace was begun.");
    const whole = new Promise((resolve) => tracing!.once("Tracing.tracingComplete", resolve));
    await tracing.send("Tracing.end");
    await whole;
    await tracing.detach();
    return summarise(traced);
  },
  async violations(): Promise<Violation[]> {
    // By the debugger's door, which the page's policy does not bar.
    await current().evaluate(axe);
    return await current().evaluate(`axe.run().then(({ violations }) =>
      violations.map(({ id, impact, nodes }) => ({
        id,
        impact,
        nodes: nodes.map(({ html, failureSummary }) => html.slice(0, 200) + ": " + failureSummary),
      })))`);
  },
};

const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
let text = "";
for await (const piece of lines) {
  text += piece;
  const whole = text.split("\n");
  text = whole.pop()!;
  for (const line of whole) {
    const { id, act, args } = JSON.parse(line);
    try {
      const result = await ACTS[act]!(...args as never[]) ?? null;
      console.log(JSON.stringify({ id, result }));
    } catch (error) {
      console.log(JSON.stringify({ id, error: String(error) }));
    }
  }
}
await browser.close();
