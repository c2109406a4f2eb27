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
import { print } from '../print.ts';
import { graphAt } from './graph-at.ts';
import { openStack, type OpenStack, type StackOptions } from './open-stack.ts';

/** The graph that a plan compares with, and its description. */
interface Base {
  graph: Graph;
  description: string;
  /** Messages about recorded stacks without a folder. */
  orphans: readonly string[];
}

export async function plan(folder: string, options: StackOptions): Promise<void> {
  const opened = await openStack(folder, options);
  const base = await baseOf(folder, opened);
  const diff = diffGraphs(base.graph, opened.graph);
  const { stack } = opened.project;
  const { orphans } = base;
  const result = { folder, stack, against: base.description, diff, applied: false, orphans };
  print(options.json, result, () =>
    options.markdown
      ? diffMarkdown(`${folder}, ${base.description}`, diff)
      : [describe(folder, stack, base.description, diff), ...orphans].join('\n'),
  );
}

function describe(folder: string, environment: string, description: string, diff: GraphDiff): string {
  return [
    `${folder}, ${description}:`,
    diffTable(diff),
    `Nothing was applied: this is a plan. To apply it: npx slipway stack deploy ${folder} --env ${environment}`,
  ].join('\n');
}

/** The applied graph, if this checkout has it; else the graph of the last commit, else an empty graph. */
async function baseOf(folder: string, opened: OpenStack): Promise<Base> {
  const { applied, why, orphans = [] } = await appliedOf(folder, opened);
  const source = applied?.source;
  const then = source === undefined ? undefined : await graphAt(folder, opened.checkout, source);
  if (then) {
    const short = source?.slice(0, 12);
    const description =
      graphHash(then) === applied?.graph
        ? `compared with the update at ${short}`
        : `compared with ${short}, whose checked-in graph is not the applied one`;
    return { graph: then, description, orphans };
  }
  const head = await graphAt(folder, opened.checkout, await opened.checkout.head());
  if (why !== undefined && head)
    return { graph: head, description: `compared with the last commit (${why})`, orphans };
  const { project, stack } = opened.graph;
  const nothing = { project, stack, resources: [], outputs: {} };
  if (source === undefined) {
    const part = applied?.pending;
    const description = part
      ? `never applied completely; an update at ${part.slice(0, 12)} failed`
      : 'never applied before';
    return { graph: nothing, description, orphans };
  }
  const unknown = `the graph applied at ${source.slice(0, 12)} is not in this checkout`;
  return { graph: head ?? nothing, description: `compared with the last commit (${unknown})`, orphans };
}

/** The ledger's record of this stack, or the reason why it is unknown. */
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
