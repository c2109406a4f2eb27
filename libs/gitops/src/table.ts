/** Rows under headings, as aligned text; empty columns are left out. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
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
