import { assertEquals, assertMatch } from "@std/assert";
import { LineWriter } from "../../actors/linewriter.ts";

Deno.test("lines come out in order, and flushing waits for all of them", async () => {
  let text = "";
  const writer = new LineWriter(async (piece) => {
    await Promise.resolve();
    text += piece;
  });
  for (let line = 0; line < 100; line++) writer.write(`${line}\n`);
  await writer.flush();
  assertEquals(text, Array.from({ length: 100 }, (_, line) => `${line}\n`).join(""));
});

Deno.test("a writer that stands still loses what is past the bound, and says how much", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const lines: string[] = [];
  const writer = new LineWriter(async (piece) => {
    await promise;
    lines.push(...piece.split("\n").slice(0, -1));
  });
  // One is being written; 10,000 may wait; 5 do not fit.
  for (let line = 0; line < 10_006; line++) writer.write(`${line}\n`);
  resolve();
  await writer.flush();
  assertEquals(lines.length, 10_002);
  assertEquals(lines[10_000], "10000");
  assertMatch(lines[10_001]!, /^5 lines of the log were lost/);
});

Deno.test("an output that is gone is given up quietly", async () => {
  const writer = new LineWriter(() => Promise.reject(new Deno.errors.BrokenPipe("gone")));
  writer.write("a\n");
  await writer.flush();
  writer.write("b\n");
  await writer.flush();
  assertEquals(await writer.flush(), undefined);
});
