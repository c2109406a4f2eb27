import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StackError } from '../error.ts';
import { diffGraphs } from '../diff/diff-graphs.ts';
import { diffTable } from '../diff/render-diff.ts';
import { graphText } from '../graph/canonical.ts';
import type { Graph } from '../graph/graph.ts';
import { mermaid } from '../picture/mermaid.ts';
import { svg } from '../picture/svg.ts';

/** The graph that is checked in beside a program, so that a pull request's own diff shows what changes in the cloud. */
export const CHECKED_IN = 'graph.json';

/** Where a synth leaves the graph and its pictures, in the stack's folder. */
export const DIST = 'dist';

/** Writes a graph and its pictures for people and later steps: `dist/graph.json`, `dist/graph.svg`, `dist/graph.mmd`. */
export async function writeDist(folder: string, graph: Graph): Promise<void> {
  const dist = join(folder, DIST);
  await mkdir(dist, { recursive: true });
  await writeFile(join(dist, 'graph.json'), graphText(graph));
  await writeFile(join(dist, 'graph.svg'), svg(graph));
  await writeFile(join(dist, 'graph.mmd'), mermaid(graph));
}

/** Renews the checked-in graph. @returns whether it was another one before */
export async function record(folder: string, graph: Graph): Promise<boolean> {
  const file = join(folder, CHECKED_IN);
  const before = await readFile(file, 'utf8').catch(() => undefined);
  if (before === graphText(graph)) return false;
  await writeFile(file, graphText(graph));
  return true;
}

/**
 * Asserts that the checked-in graph is what the program makes now.
 *
 * @throws {StackError} `stale`, with what differs and how to renew it
 */
export async function assertFresh(folder: string, graph: Graph): Promise<void> {
  const file = join(folder, CHECKED_IN);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === graphText(graph)) return;
  const remedy = `Look at it, then check it in: npx slipway stack record ${folder}`;
  if (text === undefined) {
    throw new StackError('stale', `${file} is not there. ${remedy}`, { value: file });
  }
  throw new StackError(
    'stale',
    `${file} is not what the program makes:\n${diffTable(diffGraphs(readGraph(text, file), graph))}\n${remedy}`,
    { value: file },
  );
}

/**
 * A graph from its text.
 *
 * @param place what to call the text in an error
 * @throws {StackError} `invalid`
 */
export function readGraph(text: string, place: string): Graph {
  try {
    const graph = JSON.parse(text) as Graph;
    if (!Array.isArray(graph.resources)) throw new Error('it has no resources');
    return graph;
  } catch (cause) {
    throw new StackError('invalid', `${place} is no graph: ${(cause as Error).message}.`, {
      value: place,
      cause,
    });
  }
}
