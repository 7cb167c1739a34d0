/**
 * Looking variables up: `NAME` itself or, where it is not set, the file that `NAME_FILE` names.
 *
 * @module
 */
import { messageOf } from "../../domain/errors.ts";
import type { Problem } from "./problems.ts";
import type { Sources } from "./sources.ts";

/** What a variable holds: its value and where from; or that it could not be read. */
export type Found =
  | { readonly kind: "value"; readonly value: string; readonly label: string }
  | { readonly kind: "broken"; readonly label: string };

/** The environment, with `NAME_FILE`. An empty variable counts as one that is not set. */
export class Environment {
  readonly #found = new Map<string, Promise<Found | undefined>>();

  /** @param problems where a file that cannot be read is told, once. */
  constructor(private readonly sources: Sources, private readonly problems: Problem[]) {}

  /** The names of all variables that are set. */
  get names(): string[] {
    return Object.keys(this.sources.env).filter((name) => this.#raw(name) !== undefined);
  }

  /** Looks a variable up; `undefined` where neither it nor its file is set. */
  async get(name: string): Promise<Found | undefined> {
    let found = this.#found.get(name);
    if (found === undefined) {
      found = this.#look(name);
      this.#found.set(name, found);
    }
    return await found;
  }

  async #look(name: string): Promise<Found | undefined> {
    const value = this.#raw(name);
    if (value !== undefined) return { kind: "value", value, label: `environment ${name}` };
    const file = this.#raw(`${name}_FILE`);
    if (file === undefined) return undefined;
    const label = `environment ${name}_FILE`;
    const text = await readSecretFile(this.sources, file);
    if (typeof text === "string") return { kind: "value", value: text, label };
    this.problems.push({ path: "", origin: label, message: text.problem });
    return { kind: "broken", label };
  }

  #raw(name: string): string | undefined {
    const value = Object.hasOwn(this.sources.env, name) ? this.sources.env[name] : undefined;
    return value === "" ? undefined : value;
  }
}

/** Reads a file that holds one value; the line end after it is not part of it. */
export async function readSecretFile(
  sources: Sources,
  path: string,
): Promise<string | { problem: string }> {
  if (path === "") return { problem: "names no file" };
  try {
    const text = await sources.readText(path);
    if (text !== undefined) return text.replace(/[\r\n]+$/, "");
    return { problem: `cannot be read from "${path}": there is no such file` };
  } catch (error) {
    return { problem: `cannot be read from "${path}": ${messageOf(error)}` };
  }
}
