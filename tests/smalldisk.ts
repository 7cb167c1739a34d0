/**
 * A disk that is soon full: a small file system in memory.
 *
 * @module
 */

/** Mounts one, works on it, and unmounts it; false where this user may not mount. */
export async function onSmallDisk(
  kilobytes: number,
  work: (folder: string) => Promise<void>,
): Promise<boolean> {
  const folder = await Deno.makeTempDir({ prefix: "marketd-disk-" });
  try {
    const options = ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", folder];
    if (!await run("mount", options)) return false;
    try {
      await work(folder);
    } finally {
      await run("umount", [folder]);
    }
    return true;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function run(command: string, args: readonly string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(command, { args: [...args], stderr: "null" }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Whether this user may mount a file system; tests that need one are skipped where not. */
export const MAY_MOUNT: boolean = await onSmallDisk(64, () => Promise.resolve());
