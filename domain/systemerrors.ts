/**
 * What the operating system says when it refuses a file, in words.
 *
 * @module
 */
import { messageOf } from "./errors.ts";

/** By the code of POSIX (`errno.h`). */
const WORDS: Readonly<Record<string, string>> = {
  EACCES: "this user may not do that",
  EBUSY: "it is in use",
  EDQUOT: "the quota of this user is used up",
  EFBIG: "it would become too large",
  EINVAL: "what it stands for cannot do that",
  EIO: "the disk failed",
  EISDIR: "it is a folder",
  ELOOP: "its links lead in a circle",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "its name is too long",
  ENOENT: "there is no such file or folder",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of its path is a file and no folder",
  ENXIO: "nobody is at its other end",
  EPERM: "this user may not do that",
  EROFS: "the disk can only be read",
  ETXTBSY: "it is a program that runs",
};

/** Why the system refused a file, to follow a colon; another error's own message. */
export function systemReason(error: unknown): string {
  // Deno asks for every permission before it touches devices and what the system keeps in /proc.
  if (error instanceof Error && error.name === "NotCapable") return "it belongs to the system";
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return WORDS[String(code)] ?? messageOf(error);
}
