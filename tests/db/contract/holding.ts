/**
 * Another process that has a store.
 *
 * @module
 */
import { assertEquals } from "@std/assert";

/** Starts a process that opens the store, writes one trade, says so, and stays. */
export async function startHolder(url: string) {
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--allow-net",
      "--allow-read",
      "--allow-write",
      "--allow-env",
      new URL("./holder.ts", import.meta.url).href,
      url,
    ],
    stdout: "piped",
  }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  assertEquals((await reader.read()).value, "written\n");
  return {
    pid: process.pid,
    async kill() {
      process.kill("SIGKILL");
      await reader.cancel();
      await process.status;
    },
  };
}
