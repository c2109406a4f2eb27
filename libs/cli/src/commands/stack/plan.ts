import { GitopsError, listEnvironments, readApplied, readEnvironment, type Applied } from '@slipway/gitops';
import { diffGraphs, diffMarkdown, diffTable, graphHash, type Graph, type GraphDiff } from '@slipway/stack';
import { basename } from 'node:path';
import { print } from '../../print.ts';
import { graphAt } from './graph-at.ts';
import { orphanLines } from './orphans.ts';
import { openStack, type OpenStack, type StackOptions } from './open-stack.ts';

/** What a plan compares with, and in which words. */
interface Base {
  graph: Graph;
  words: string;
  /** Sentences about other stacks of the environment. */
  orphans: readonly string[];
}

export async function plan(folder: string, options: StackOptions): Promise<void> {
  const opened = await openStack(folder, options);
  const base = await baseOf(folder, opened);
  const diff = diffGraphs(base.graph, opened.graph);
  const { stack } = opened.project;
  const { orphans } = base;
  const result = { folder, stack, against: base.words, diff, applied: false, orphans };
  print(options.json, result, () =>
    options.markdown
      ? diffMarkdown(`${folder}, ${base.words}`, diff)
      : [describe(folder, stack, base.words, diff), ...orphans].join('\n'),
  );
}

function describe(folder: string, environment: string, words: string, diff: GraphDiff): string {
  return [
    `${folder}, ${words}:`,
    diffTable(diff),
    `Nothing was applied: this is a plan. To apply it: npx slipway stack deploy ${folder} --env ${environment}`,
  ].join('\n');
}

/** What was applied, as far as this checkout can tell; else what the last commit says, or nothing at all. */
async function baseOf(folder: string, opened: OpenStack): Promise<Base> {
  const { applied, why, orphans = [] } = await appliedOf(folder, opened);
  if (applied?.source !== undefined) {
    const graph = await graphAt(folder, opened.source, applied.source);
    const short = applied.source.slice(0, 12);
    if (graph && graphHash(graph) === applied.graph)
      return { graph, words: `against what was applied at ${short}`, orphans };
    if (graph)
      return {
        graph,
        words: `against ${short}, whose checked-in graph is not the one that was applied`,
        orphans,
      };
  }
  const head = await graphAt(folder, opened.source, await opened.source.head());
  if (why !== undefined && head) return { graph: head, words: `against the last commit (${why})`, orphans };
  const { project, stack } = opened.graph;
  return { graph: { project, stack, resources: [], outputs: {} }, words: 'never applied before', orphans };
}

/** The ledger's record of this stack, or why the ledger could not say. */
async function appliedOf(
  folder: string,
  { root, source, project }: OpenStack,
): Promise<{ applied?: Applied | undefined; why?: string; orphans?: string[] }> {
  if (!(await listEnvironments(root)).includes(project.stack))
    return { why: `there is no environment ${project.stack}` };
  try {
    const records = await readApplied(source, await readEnvironment(root, project.stack));
    return { applied: records.get(basename(folder)), orphans: orphanLines(records.keys(), folder) };
  } catch (error) {
    if (!(error instanceof GitopsError)) throw error;
    return { why: 'the ledger cannot be reached from here' };
  }
}
