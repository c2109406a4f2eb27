import {
  appliedStacks,
  GitopsError,
  isStackOf,
  listEnvironments,
  orphanStack,
  readEnvironment,
  stackProject,
  type Applied,
} from '@slipway/gitops';
import { diffGraphs, diffMarkdown, diffTable, graphHash, type Graph, type GraphDiff } from '@slipway/stack';
import { basename } from 'node:path';
import { print } from '../../print.ts';
import { graphAt } from './graph-at.ts';
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
  const source = applied?.source;
  const then = source === undefined ? undefined : await graphAt(folder, opened.checkout, source);
  if (then) {
    const short = source?.slice(0, 12);
    const words =
      graphHash(then) === applied?.graph
        ? `against what was applied at ${short}`
        : `against ${short}, whose checked-in graph is not the one that was applied`;
    return { graph: then, words, orphans };
  }
  const head = await graphAt(folder, opened.checkout, await opened.checkout.head());
  if (why !== undefined && head) return { graph: head, words: `against the last commit (${why})`, orphans };
  const { project, stack } = opened.graph;
  const nothing = { project, stack, resources: [], outputs: {} };
  if (source === undefined) {
    const part = applied?.pending;
    const words = part
      ? `never applied to its end; an update at ${part.slice(0, 12)} failed half-way`
      : 'never applied before';
    return { graph: nothing, words, orphans };
  }
  const unknown = `the graph applied at ${source.slice(0, 12)} is not in this checkout`;
  return { graph: head ?? nothing, words: `against the last commit (${unknown})`, orphans };
}

/** The ledger's record of this stack, or why the ledger could not say. */
async function appliedOf(
  folder: string,
  { root, checkout, project }: OpenStack,
): Promise<{ applied?: Applied | undefined; why?: string; orphans?: string[] }> {
  const { stack } = project;
  if (!(await listEnvironments(root)).includes(stack)) return { why: `there is no environment ${stack}` };
  try {
    const records = await appliedStacks(checkout, await readEnvironment(root, stack));
    const names = [...records.keys()];
    const there = await Promise.all(names.map((name) => isStackOf(root, name, stack)));
    const orphans = names.filter((_, at) => !there[at]).map((name) => orphanStack(stack, name));
    return { applied: records.get(stackProject(stack, basename(folder))), orphans };
  } catch (error) {
    if (!(error instanceof GitopsError)) throw error;
    return { why: 'the ledger cannot be reached from here' };
  }
}
