import { oneLine } from './one-line.ts';

/**
 * Rows under headings, as aligned text without empty columns. Each cell is one line: control characters become a space,
 * so names and reasons from a ledger cannot send control sequences to a terminal.
 */
export function table(headings: readonly string[], cells: readonly (readonly string[])[]): string {
  const rows = cells.map((row) => row.map(oneLine));
  const kept = headings.flatMap((_, column) => (rows.some((row) => row[column]) ? [column] : []));
  const widths = kept.map((column) =>
    Math.max(...[headings, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    kept
      .map((column, at) => (row[column] ?? '').padEnd(widths[at] as number))
      .join('  ')
      .trimEnd();
  return [headings, ...rows].map(line).join('\n');
}
