/**
 * The house's rules: who may import whom, and what stands at the top.
 *
 * @module
 */
import { assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);

/** What a file may import of ours, by the room it is in; most particular rooms first. */
const RULES: readonly { room: RegExp; may: readonly RegExp[] }[] = [
  { room: /^domain\//, may: [/^domain\//] },
  { room: /^providers\/catalog\.ts$/, may: [/^providers\//] },
  { room: /^providers\/provider\.ts$/, may: [/^domain\//] },
  {
    room: /^providers\/([^/]+)\//,
    may: [/^providers\/SELF\//, /^providers\/provider\.ts$/, /^domain\//],
  },
  { room: /^db\//, may: [/^db\//, /^domain\//] },
  {
    room: /^actors\//,
    may: [
      /^actors\//,
      /^domain\//,
      /^db\/store\.ts$/,
      /^providers\/(provider|catalog)\.ts$/,
      /^deno\.json$/,
    ],
  },
  { room: /^main\.ts$/, may: [/^(actors|domain|db|providers)\//, /^deno\.json$/] },
];

/** Entries that may stand at the top besides dotfiles. */
const TOP = new Set([
  "main.ts",
  "actors",
  "providers",
  "domain",
  "db",
  "tests",
  "deno.json",
  "deno.lock",
  "README.md",
  "LICENSE",
  "marketd.example.yaml",
]);
/** What a run or a compilation leaves there; git ignores it. */
const LEFT = new Set([
  "data",
  "marketd",
  "marketd.yaml",
  "marketd.local.yaml",
  "coverage",
  "node_modules",
]);

async function filesBelow(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(new URL(folder, ROOT))) {
    const path = folder + entry.name;
    if (entry.isDirectory) files.push(...await filesBelow(`${path}/`));
    else if (/\.tsx?$/.test(path)) files.push(path);
  }
  return files;
}

/** The files of ours that a file imports, as paths from the root. */
async function importsOf(path: string): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(path, ROOT));
  const quoted = /(?:\bfrom|\bimport|\bimport\(|\bnew URL\()\s*"(\.{1,2}\/[^"]+)"/g;
  return [...text.matchAll(quoted)].map(([, target]) =>
    new URL(target!, new URL(path, ROOT)).href.slice(ROOT.href.length)
  );
}

async function sources(): Promise<string[]> {
  const rooms = ["domain/", "providers/", "db/", "actors/"];
  return ["main.ts", ...(await Promise.all(rooms.map(filesBelow))).flat()];
}

function allowed(path: string, target: string): boolean {
  const rule = RULES.find(({ room }) => room.test(path));
  const self = rule?.room.exec(path)?.[1] ?? "";
  return rule?.may.some(({ source }) => new RegExp(source.replace("SELF", self)).test(target)) ??
    false;
}

Deno.test("every import follows the table", async () => {
  const broken: string[] = [];
  for (const path of await sources()) {
    for (const target of await importsOf(path)) {
      if (!allowed(path, target)) broken.push(`${path} -> ${target}`);
    }
  }
  assertEquals(broken, []);
});

Deno.test("the table refuses what it must", () => {
  assertEquals(allowed("domain/tick.ts", "actors/hub.ts"), false);
  assertEquals(allowed("providers/demo/stream.ts", "providers/replay/stream.ts"), false);
  assertEquals(allowed("providers/demo/stream.ts", "providers/demo/market.ts"), true);
  assertEquals(allowed("db/sqlite/store.ts", "actors/log.ts"), false);
  assertEquals(allowed("actors/recorder.ts", "db/sqlite/store.ts"), false);
  assertEquals(allowed("actors/settings.ts", "providers/demo/provider.ts"), false);
});

Deno.test("the domain uses no Deno, no clock, no machine and no input or output", async () => {
  const forbidden =
    /\bDeno\.|Date\.now|performance\.|Temporal\.Now|Math\.random|"xstate"|\bfetch\(/;
  const guilty: string[] = [];
  for (const path of await filesBelow("domain/")) {
    const text = await Deno.readTextFile(new URL(path, ROOT));
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    if (forbidden.test(code)) guilty.push(path);
  }
  assertEquals(guilty, []);
});

Deno.test("nothing stands at the top that the design does not name", async () => {
  const strangers: string[] = [];
  for await (const { name } of Deno.readDir(ROOT)) {
    if (!name.startsWith(".") && !TOP.has(name) && !LEFT.has(name)) strangers.push(name);
  }
  assertEquals(strangers, []);
});
