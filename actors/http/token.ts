/**
 * The token: the configured one, or one made at the first start and kept beside the database.
 *
 * @module
 */
import { dirname } from "node:path";
import { addSecrets } from "../log.ts";
import type { Settings } from "../settings/schema.ts";
import { MarketdError, messageOf } from "../../domain/errors.ts";

/** The token, and where it can be read. */
export interface Token {
  readonly token: string;
  /** `null` where it is configured. */
  readonly file: string | null;
}

const BYTES = 32;
/** Read and written by the owner alone. */
export const OWNERS = 0o600;
/** As the configuration asks of its own. */
const SHORTEST = 16;

/** What the token is kept beside: the embedded store's file, or else where that would be. */
export function homeOf(storeUrl: string): string {
  return /^sqlite:(.+)$/is.exec(storeUrl)?.[1] ?? "data/marketd";
}

/**
 * Gets the token, and sees to it that no log shows it.
 *
 * @param databasePath beside which a token that is made is kept, as `<databasePath>.token`.
 * @throws MarketdError `token-file`, terminal, where the file cannot be read, written or used.
 */
export async function loadToken(
  { server }: Pick<Settings, "server">,
  databasePath: string,
): Promise<Token> {
  const found = server.token === undefined
    ? await kept(databasePath)
    : { token: server.token, file: null };
  addSecrets([found.token]);
  return found;
}

/**
 * The token of a daemon that may be running; none is made.
 *
 * @returns `undefined` where none is configured, and none was made.
 * @throws MarketdError as {@link loadToken}.
 */
export async function findToken(
  { server }: Pick<Settings, "server">,
  databasePath: string,
): Promise<string | undefined> {
  const token = server.token ?? await read(`${databasePath}.token`);
  if (token !== undefined) addSecrets([token]);
  return token;
}

async function kept(databasePath: string): Promise<Token> {
  const file = `${databasePath}.token`;
  try {
    return { token: await read(file) ?? await written(file, make()), file };
  } catch (error) {
    if (error instanceof MarketdError) throw error;
    throw new MarketdError(
      "token-file",
      `Cannot keep the token in ${file}: ${messageOf(error)}. ` +
        `Make its folder writable, or set server.token.`,
      { cause: error, terminal: true },
    );
  }
}

function make(): string {
  return crypto.getRandomValues(new Uint8Array(BYTES))
    .toBase64({ alphabet: "base64url", omitPadding: true });
}

/** What the file says, after closing it to others; `undefined` where there is none. */
async function read(file: string): Promise<string | undefined> {
  const token = (await readText(file))?.trim();
  if (token === undefined) return undefined;
  if (token.length < SHORTEST || /\s/.test(token)) {
    throw new MarketdError(
      "token-file",
      `Cannot use the token in ${file}: it must be one word of at least ${SHORTEST} characters. ` +
        `Remove the file to have one made.`,
      { terminal: true },
    );
  }
  const { mode } = await Deno.stat(file);
  if (Deno.build.os !== "windows" && mode !== null && (mode & 0o077) !== 0) {
    await Deno.chmod(file, OWNERS);
  }
  return token;
}

async function written(file: string, token: string): Promise<string> {
  await writeWhole(file, `${token}\n`);
  return token;
}

/** What a file says; `undefined` where there is none. */
export async function readText(file: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Writes a file for its owner alone, whole or not at all: a start that is cut short leaves no half. */
export async function writeWhole(file: string, text: string): Promise<void> {
  const draft = `${file}.${crypto.randomUUID()}`;
  try {
    await Deno.mkdir(dirname(file), { recursive: true });
    await Deno.writeTextFile(draft, text, { createNew: true, mode: OWNERS });
    await Deno.rename(draft, file);
  } catch (error) {
    await Deno.remove(draft).catch(() => {});
    throw error;
  }
}
