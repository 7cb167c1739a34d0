/**
 * Reading what marketd exports, in the plainest way.
 *
 * @module
 */

/** A row, by the names in the header. */
export type Row = Readonly<Record<string, string>>;

/** The rows of a CSV without quotes. */
export function parseCsv(csv: string): Row[] {
  const [header, ...lines] = csv.trimEnd().split("\n");
  const names = header!.split(",");
  return lines.map((line) => {
    const values = line.split(",");
    return Object.fromEntries(names.map((name, at) => [name, values[at] ?? ""]));
  });
}
