import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StackError } from '../error.ts';
import { diffGraphs } from '../diff/diff-graphs.ts';
import { diffTable } from '../diff/render-diff.ts';
import { graphText } from '../graph/canonical.ts';
import type { Graph } from '../graph/graph.ts';
import { mermaid } from '../picture/mermaid.ts';
import { svg } from '../picture/svg.ts';

/** The checked-in graph file. With it, the diff of a pull request shows the changes in the cloud. */
export const CHECKED_IN = 'graph.json';

/** The folder for the graph and its pictures, inside the stack's folder. */
export const DIST = 'dist';

/** Writes a graph and its pictures: `dist/graph.json`, `dist/graph.svg`, `dist/graph.mmd`. */
export async function writeDist(folder: string, graph: Graph): Promise<void> {
  const dist = join(folder, DIST);
  await mkdir(dist, { recursive: true });
  await writeFile(join(dist, 'graph.json'), graphText(graph));
  await writeFile(join(dist, 'graph.svg'), svg(graph));
  await writeFile(join(dist, 'graph.mmd'), mermaid(graph));
}

/** Updates the checked-in graph. @returns whether the file changed */
export async function record(folder: string, graph: Graph): Promise<boolean> {
  const file = join(folder, CHECKED_IN);
  const before = await readFile(file, 'utf8').catch(() => undefined);
  if (before === graphText(graph)) return false;
  await writeFile(file, graphText(graph));
  return true;
}

/**
 * Asserts that the checked-in graph equals the program's current graph.
 *
 * @throws {StackError} `stale`, with the differences and the command that updates the file
 */
export async function assertFresh(folder: string, graph: Graph): Promise<void> {
  const file = join(folder, CHECKED_IN);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === graphText(graph)) return;
  const remedy = `Review the graph, then record it: npx slipway stack record ${folder}`;
  if (text === undefined) {
    throw new StackError('stale', `${file} does not exist. ${remedy}`, { value: file });
  }
  throw new StackError(
    'stale',
    `${file} differs from the graph that the program makes:\n${diffTable(diffGraphs(readGraph(text, file), graph))}\n${remedy}`,
    { value: file },
  );
}

/**
 * Parses the text of a graph.
 *
 * @param place the name of the file, used in error messages
 * @throws {StackError} `invalid`
 */
export function readGraph(text: string, place: string): Graph {
  try {
    const graph = JSON.parse(text) as Graph;
    if (!Array.isArray(graph.resources)) throw new Error('it has no resources');
    return graph;
  } catch (cause) {
    throw new StackError('invalid', `${place} is not a graph: ${(cause as Error).message}.`, {
      value: place,
      cause,
    });
  }
}
