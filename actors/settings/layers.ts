/**
 * The files and the flags, each read into what it says.
 *
 * @module
 */
import { messageOf } from "../../domain/errors.ts";
import { nameSymbols } from "./additions.ts";
import { type Environment, readSecretFile } from "./environment.ts";
import type { Problem } from "./problems.ts";
import type { Flags, Sources } from "./sources.ts";
import { emptyMap, type Node, overlay, treeOf } from "./tree.ts";
import { readYaml, type YamlFile } from "./yaml.ts";

const FLAGS: readonly (readonly [keyof Flags, string, readonly string[]])[] = [
  ["store", "--store", ["store", "url"]],
  ["host", "--host", ["server", "host"]],
  ["port", "--port", ["server", "port"]],
  ["logLevel", "--log-level", ["log", "level"]],
  ["logFormat", "--log-format", ["log", "format"]],
];

/** A file that was there. */
export interface ReadFile extends YamlFile {
  readonly label: string;
}

/** Reads the configuration's file and the local one beside it, in this order. */
export async function readFiles(
  sources: Sources,
  environment: Environment,
  problems: Problem[],
): Promise<ReadFile[]> {
  if (sources.flags.config === "") {
    const message = "names no file; leave it out to read marketd.yaml";
    problems.push({ path: "", origin: "flag --config", message });
    return [];
  }
  const main = sources.flags.config ?? "marketd.yaml";
  const local = main.slice(0, main.lastIndexOf("/") + 1) + "marketd.local.yaml";
  const files: ReadFile[] = [];
  for (const label of new Set([main, local])) {
    let text: string | undefined;
    try {
      text = await sources.readText(label);
    } catch (error) {
      problems.push({ path: "", origin: label, message: `cannot be read: ${messageOf(error)}` });
      continue;
    }
    if (text !== undefined) {
      const file = await readYaml(label, text, environment);
      problems.push(...file.problems);
      files.push({ ...file, root: nameSymbols(file.root), label });
    } else if (label === sources.flags.config) {
      problems.push({
        path: "",
        origin: "flag --config",
        message: `cannot read "${label}": there is no such file`,
      });
    }
  }
  return files;
}

/** What the flags say. */
export async function readFlags(sources: Sources, problems: Problem[]): Promise<Node> {
  const { flags } = sources;
  let root: Node = emptyMap({ label: "flags" });
  const say = (flag: string, path: readonly string[], value: string) => {
    const origin = { label: `flag ${flag}` };
    root = overlay(root, treeOf(path, { kind: "leaf", origin, value, text: true }));
  };
  for (const [name, flag, path] of FLAGS) {
    const value = flags[name];
    if (value !== undefined) say(flag, path, value);
  }
  if (flags.tokenFile !== undefined) {
    const token = await readSecretFile(sources, flags.tokenFile);
    if (typeof token === "string") say("--token-file", ["server", "token"], token);
    else {
      problems.push({ path: "server.token", origin: "flag --token-file", message: token.problem });
    }
  }
  return root;
}
