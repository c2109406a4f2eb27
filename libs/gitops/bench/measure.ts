import { cpus } from 'node:os';

/** How long several things take, in turns, so that a busy moment of the machine meets all of them. */
export async function compare(
  rounds: number,
  things: Readonly<Record<string, () => unknown>>,
): Promise<Record<string, number>> {
  const times = new Map(Object.keys(things).map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, thing] of Object.entries(things)) {
      const started = performance.now();
      await thing();
      times.get(name)?.push(performance.now() - started);
    }
  }
  return Object.fromEntries([...times].map(([name, all]) => [name, median(all)]));
}

/** The middle one; half of all took longer. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** The exponent of growth: 0 where size does not matter, 1 where twice the size takes twice as long. */
export function exponent(points: readonly (readonly [size: number, milliseconds: number])[]): number {
  const logs = points.map(([size, time]) => [Math.log(size), Math.log(time)] as const);
  const [x, y] = [0, 1].map(
    (axis) => logs.reduce((sum, point) => sum + (point[axis] as number), 0) / logs.length,
  ) as [number, number];
  const above = logs.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0);
  return above / logs.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
}

/** What figures are worth depends on where they were taken. */
export const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`;

export const ms = (value: number): string => `${Math.round(value)} ms`;

/** A Markdown table as Prettier formats it. @param rows the first is the header */
export function markdownTable([header = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = header.map((_, at) => Math.max(...[header, ...rows].map((row) => (row[at] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
