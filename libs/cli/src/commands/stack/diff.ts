import { GitopsError } from '@slipway/gitops';
import { diffGraphs, diffMarkdown, diffTable, type Graph } from '@slipway/stack';
import { print } from '../print.ts';
import { graphAt } from './graph-at.ts';
import { openStack, type StackOptions } from './open-stack.ts';

/** Shows the changes of the work tree, compared with the graph that is checked in at another commit. */
export async function diff(folder: string, options: StackOptions): Promise<void> {
  const opened = await openStack(folder, options);
  const { base: revision = 'HEAD' } = options;
  const commit = await opened.checkout.resolve(revision);
  if (commit === undefined) {
    throw new GitopsError('usage', `There is no commit "${revision}". Name one with --base.`, {
      value: revision,
    });
  }
  const { project, stack } = opened.graph;
  const nothing: Graph = { project, stack, resources: [], outputs: {} };
  const found = diffGraphs((await graphAt(folder, opened.checkout, commit)) ?? nothing, opened.graph);
  const title = `${folder}, against ${commit.slice(0, 12)}`;
  print(options.json, { folder, against: commit, diff: found }, () =>
    options.markdown ? diffMarkdown(title, found) : `${title}:\n${diffTable(found)}`,
  );
}
