/**
 * Workers that break, and those that take their place.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { WorkerClient } from "../../../db/sqlite/client.ts";
import { storeError } from "../contract/harness.ts";

Deno.test("SQLite: a worker that crashes rejects what it was asked, and is replaced", async () => {
  const folder = await Deno.makeTempDir();
  const broken = `${folder}/broken.js`;
  await Deno.writeTextFile(
    broken,
    `let asked = 0;
    globalThis.onmessage = ({ data }) => {
      if (asked++ === 0) postMessage({ number: data.number, value: null });
      else queueMicrotask(() => { throw new Error("broken inside"); });
    };`,
  );
  const sound = new URL("../../../db/sqlite/worker.ts", import.meta.url).href;
  const scripts = [`file://${broken}`, sound];
  const client = new WorkerClient(
    () => new Worker(scripts.shift()!, { type: "module" }),
    "sqlite:x.db",
  );
  await client.call("open", { path: `${folder}/x.db`, label: "sqlite:x.db", mode: "write" });
  const rejections = [client.call("symbols", undefined), client.call("lastEpoch", undefined)];
  for (const rejection of rejections) {
    await assertRejects(rejection, storeError("unreachable", /sqlite:x\.db: .*broken inside/));
  }
  // The other one opened the same file.
  const answers = [client.call("symbols", undefined), client.call("lastEpoch", undefined)];
  assertEquals(await Promise.all(answers), [[], null]);
  assert((await Deno.stat(`${folder}/x.db`)).isFile);
  client.terminate();
  await assertRejects(client.call("symbols", undefined), storeError("unusable", /closed/));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("SQLite: a worker that cannot open its file again tries at each call", async () => {
  const folder = await Deno.makeTempDir();
  const script = `${folder}/broken.js`;
  await Deno.writeTextFile(
    script,
    `globalThis.onmessage = ({ data }) => {
      if (data.operation === "open") postMessage({ number: data.number, value: null });
      else queueMicrotask(() => { throw new Error("broken inside"); });
    };`,
  );
  const sound = new URL("../../../db/sqlite/worker.ts", import.meta.url).href;
  const scripts = [`file://${script}`, sound, sound];
  const client = new WorkerClient(() => new Worker(scripts.shift()!, { type: "module" }), "x");
  const path = `${folder}/gone/x.db`;
  await client.call("open", { path, label: "x", mode: "write" });
  await assertRejects(client.call("symbols", undefined), storeError("unreachable"));
  await assertRejects(client.call("symbols", undefined), storeError("unusable", /Cannot open x/));
  await Deno.mkdir(`${folder}/gone`);
  assertEquals(await client.call("symbols", undefined), []);
  client.terminate();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("SQLite: a worker of which nothing is asked is let go, and replaced at the next call", async () => {
  const folder = await Deno.makeTempDir();
  const script = new URL("../../../db/sqlite/worker.ts", import.meta.url);
  const ends: Promise<void>[] = [];
  const start = () => {
    const worker = new Worker(script, { type: "module" });
    const terminate = worker.terminate.bind(worker);
    const { promise, resolve } = Promise.withResolvers<void>();
    worker.terminate = () => {
      terminate();
      resolve();
    };
    ends.push(promise);
    return worker;
  };
  const client = new WorkerClient(start, "sqlite:x.db", 50);
  await client.call("open", { path: `${folder}/x.db`, label: "sqlite:x.db", mode: "write" });
  await ends[0];
  assertEquals(await client.call("symbols", undefined), []);
  assertEquals(ends.length, 2);
  await ends[1];
  client.terminate();
  await Deno.remove(folder, { recursive: true });
});
