import type { BumpResult } from './bump.ts';
import type { Environment } from '../workspace/environment.ts';
import type { Release } from '../ledger/records.ts';
import { table } from '../text/table.ts';
import type { Outcome } from '../ledger/outcome.ts';

/** What an app runs or a stack is, in a word. */
const tag = (release: Outcome['after']): string =>
  release?.image?.tag ?? release?.graph?.replace('sha256:', 'graph-').slice(0, 'graph-'.length + 12) ?? '-';

/** What became of each project in an environment, a row each. */
export function outcomeTable({ name }: Environment, outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ app, outcome, before, after, reason }) => [
    app,
    outcome,
    before && identity(before) !== identity(after) ? `${tag(before)} -> ${tag(after)}` : tag(after),
    reason ?? (outcome === 'landed' && after ? noteOf(before, after) : ''),
  ]);
  return table(['APP', name.toUpperCase(), 'IMAGE', 'NOTE'], rows);
}

/** Identity of what runs: the image digest, or the graph hash of a stack. */
const identity = (release: Outcome['after']): string | undefined => release?.image?.digest ?? release?.graph;

/** What a landed release is, where its image does not tell. */
function noteOf(before: Outcome['before'], after: Release): string {
  if (after.graph !== undefined) return `applied at ${after.release.config.slice(0, 12)}`;
  if (after.image === undefined) return `configuration ${after.release.config.slice(0, 12)}`;
  return before?.image?.digest === after.image.digest ? 'same image, new configuration' : '';
}

/**
 * What one run did to a ledger, for people: a row for each app, then where it was written and what is left.
 */
export function bumpTable(environment: Environment, result: BumpResult): string {
  const { name, ledger } = environment;
  const lines = [outcomeTable(environment, result.outcomes)];
  lines.push(
    result.commit === undefined
      ? `Nothing to release: no commit on ${ledger.branch}.`
      : `One commit on ${ledger.branch}: ${result.commit.slice(0, 12)}`,
  );
  if (result.state.pending.length > 0) lines.push(`Still due: ${result.state.pending.join(', ')}`);
  lines.push(...result.orphans.map((app) => orphanApp(name, app)));
  lines.push(...result.orphanStacks.map((stack) => orphanStack(name, stack)));
  return lines.join('\n');
}

/** What is said of an app that is released and no longer deployed. */
export const orphanApp = (environment: string, app: string): string =>
  `${app} is released in ${environment} but no longer deployed there. To remove it: npx slipway remove ${app} --env ${environment}`;

/** What is said of a stack that was applied and whose folder is gone. */
export const orphanStack = (environment: string, stack: string): string =>
  `${stack} was applied in ${environment} and its folder is gone: nothing destroys what it made in the cloud. ` +
  `When that is gone, too: npx slipway remove ${stack} --env ${environment}`;
