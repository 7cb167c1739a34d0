/**
 * Runs a venue's simulator by hand: `deno task simulate VENUE [--port N] [--rate N]`. Faults are
 * commanded by `POST /control` with JSON such as `{"fault": "mute"}`.
 *
 * @module
 */
import { parseArgs } from "node:util";

interface Start {
  /** 0: any free one. */
  readonly port: number;
  /** Ticks a second, over what is subscribed to. */
  readonly rate: number;
}

/** A line for each venue. */
const VENUES: Readonly<Record<string, (start: Start) => Promise<{ readonly port: number }>>> = {
  alpaca: async (start) => (await import("./alpaca/simulator.ts")).start(start),
  ig: async (start) => (await import("./ig/simulator.ts")).start(start),
};

const { values, positionals: [venue = ""] } = parseArgs({
  allowPositionals: true,
  options: { port: { type: "string", default: "0" }, rate: { type: "string", default: "50" } },
});
const [port, rate] = [Number(values.port), Number(values.rate)];
const begin = Object.hasOwn(VENUES, venue) ? VENUES[venue] : undefined;
if (begin === undefined || !Number.isInteger(port) || !(rate > 0)) {
  console.error(`Usage: deno task simulate ${Object.keys(VENUES).join("|")} [--port N] [--rate N]`);
  Deno.exit(1);
}
const simulator = await begin({ port, rate });
console.log(`The simulated ${venue} listens on http://127.0.0.1:${simulator.port}`);
