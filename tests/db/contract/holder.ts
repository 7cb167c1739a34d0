/**
 * A process that holds a store open for writing until it is killed: `holder.ts URL`.
 *
 * @module
 */
import { openStore } from "../../../db/open.ts";
import { batch, trade } from "./harness.ts";

const store = await openStore(Deno.args[0]!, { mode: "write" });
await store.write(batch({ ticks: [trade()] }));
console.log("written");
setInterval(() => {}, 60_000);
