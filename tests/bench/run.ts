/**
 * One measurement, in a process of its own, so that no other has warmed it up or filled its memory.
 * Progress goes to standard error, the rows to standard output as JSON.
 *
 * @module
 */
import { load } from "./catalog.ts";

const name = Deno.args[0] ?? "";
const measurement = await load(name);
const rows = await measurement.run((text) => console.error(`${name}: ${text}`));
console.log(JSON.stringify(rows));
Deno.exit(0);
