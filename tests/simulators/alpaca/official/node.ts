/**
 * Runs Alpaca's own stream clients under Node, with the packages that Deno has fetched already.
 *
 * @module
 */
import { TextLineStream } from "../../../bench/lines.ts";

const PACKAGES = ["@alpacahq/alpaca-trade-api", "@msgpack/msgpack", "lossless-json", "ws"];

/** Whether there is a Node to run. */
export async function hasNode(): Promise<boolean> {
  try {
    return (await new Deno.Command("node", { args: ["--version"], stdout: "null" }).output())
      .success;
  } catch {
    return false;
  }
}

/** Something the client told. */
export interface Told {
  readonly what: string;
  readonly value?: Record<string, unknown>;
}

/** A client that runs. */
export interface OfficialStream extends AsyncDisposable {
  /** Everything it told so far, of one sort. */
  of(what: string): readonly Record<string, unknown>[];
  /** Waits until something holds of what it told. */
  until(holds: () => boolean): Promise<void>;
}

/** Starts a client in a folder of its own. */
export async function startOfficial(
  options: Readonly<Record<string, unknown>>,
): Promise<OfficialStream> {
  const folder = await Deno.makeTempDir({ prefix: "marketd-official-" });
  for (const name of PACKAGES) await link(name, `${folder}/node_modules/${name}`);
  const script = `${folder}/stream_client.mjs`;
  await Deno.copyFile(new URL("stream_client.mjs", import.meta.url), script);
  const child = new Deno.Command("node", {
    args: ["--preserve-symlinks", "--preserve-symlinks-main", script, JSON.stringify(options)],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const told: Told[] = [];
  let wake = Promise.withResolvers<void>();
  let isOver = false;
  const reading = (async () => {
    const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(
      new TextLineStream(),
    );
    for await (const line of lines) {
      told.push(JSON.parse(line));
      wake.resolve();
      wake = Promise.withResolvers();
    }
    isOver = true;
    wake.resolve();
  })();
  return {
    of: (what) => told.filter((one) => one.what === what).map(({ value }) => value ?? {}),
    until: async (holds) => {
      while (!holds()) {
        if (isOver) throw new Error(`the official client ended: ${JSON.stringify(told.at(-1))}`);
        await wake.promise;
      }
    },
    [Symbol.asyncDispose]: async () => {
      await child.stdin.close();
      await reading;
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Puts a package of Deno's cache where Node looks for it. */
async function link(name: string, place: string): Promise<void> {
  const { npm } = JSON.parse(
    await Deno.readTextFile(new URL("../../../../deno.lock", import.meta.url)),
  );
  const version = Object.keys(npm).find((key) => key.startsWith(`${name}@`))!
    .slice(name.length + 1);
  const info = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  const { npmCache } = JSON.parse(new TextDecoder().decode(info.stdout));
  await Deno.mkdir(place.slice(0, place.lastIndexOf("/")), { recursive: true });
  for await (const registry of Deno.readDir(npmCache)) {
    const target = `${npmCache}/${registry.name}/${name}/${version}`;
    if (!(await exists(target))) continue;
    await Deno.symlink(target, place);
    return;
  }
  throw new Error(`Deno's cache does not have ${name} ${version}: run deno install.`);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}
