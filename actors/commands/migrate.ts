/**
 * `migrate`: brings the store to this marketd's schema, as a start would.
 *
 * @module
 */
import type { MigrationReport } from "../../db/store.ts";
import type { CommandDeps } from "./deps.ts";
import { prepare } from "./prepare.ts";

/**
 * Opens the configured store for writing, which applies what is missing, and tells what was done.
 *
 * @throws ConfigError, StoreError (`locked` while a daemon writes it).
 */
export async function migrate(deps: CommandDeps): Promise<number> {
  const { settings } = await prepare(deps);
  const reports: MigrationReport[] = [];
  const store = await deps.openStore(settings.store.url, {
    mode: "write",
    migrated: (report) => reports.push(report),
  });
  const { label } = store;
  await store.close();
  const applied = reports.flatMap((report) => report.applied);
  const schema = reports.at(-1)?.to;
  await deps.stdout.write(
    applied.length === 0
      ? `${label} is up to date${schema === undefined ? "" : `: schema ${schema}`}\n`
      : `${label} went from schema ${reports[0]!.from} to ${schema}: ${applied.join(", ")}\n`,
  );
  return 0;
}
