/**
 * Runs marketd as a user would, and captures what a command says.
 *
 * @module
 */
import type { CommandDeps, Output } from "../../../actors/commands/deps.ts";
import { findWriter, openStore } from "../../../db/open.ts";
import { sourcesOf, type World } from "../settings/world.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;

/** What a process left behind. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `marketd ARGS` as a process in a folder, with no environment but the one given. */
export async function marketd(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const inherited = ["HOME", "PATH", "DENO_DIR"].flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  const permissions = ["net", "read", "write", "env"].map((name) => `--allow-${name}`);
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...permissions, `${ROOT}main.ts`, ...args],
    cwd,
    clearEnv: true,
    env: { ...Object.fromEntries(inherited), NO_COLOR: "1", ...env },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code: output.code, stdout: text(output.stdout), stderr: text(output.stderr) };
}

/** Works in a fresh folder with the files given, and removes it. */
export async function inFolder(
  files: Readonly<Record<string, string>>,
  work: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "marketd-test-" });
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What a command is given, with ears in place of the outputs. */
export function listening(
  world: World,
): CommandDeps & { said: { stdout: string; stderr: string } } {
  const said = { stdout: "", stderr: "" };
  const ear = (name: keyof typeof said): Output => ({
    write: (text) => {
      said[name] += text;
      return Promise.resolve();
    },
  });
  return {
    sources: sourcesOf(world),
    openStore,
    findWriter,
    stdout: ear("stdout"),
    stderr: ear("stderr"),
    said,
  };
}
