import type { BumpResult } from './bump.ts';
import type { Environment } from '../workspace/environment.ts';
import type { Release } from '../ledger/records.ts';
import { table } from '../text/text-table.ts';
import type { Outcome } from '../ledger/outcome.ts';

/** The image tag of an app, or the short graph hash of a stack. */
const tag = (release: Outcome['after']): string =>
  release?.image?.tag ?? release?.graph?.replace('sha256:', 'graph-').slice(0, 'graph-'.length + 12) ?? '-';

/** The outcome of each project in an environment, one row each. */
export function outcomeTable({ name }: Environment, outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ app, outcome, before, after, reason }) => [
    app,
    outcome,
    before && identity(before) !== identity(after) ? `${tag(before)} -> ${tag(after)}` : tag(after),
    reason ?? (outcome === 'landed' && after ? noteOf(before, after) : ''),
  ]);
  return table(['APP', name.toUpperCase(), 'IMAGE', 'NOTE'], rows);
}

/** The identity of a release: the image digest, or the graph hash of a stack. */
const identity = (release: Outcome['after']): string | undefined => release?.image?.digest ?? release?.graph;

/** A note for a landed release whose image did not change. */
function noteOf(before: Outcome['before'], after: Release): string {
  if (after.graph !== undefined) return `applied at ${after.release.config.slice(0, 12)}`;
  if (after.image === undefined) return `configuration ${after.release.config.slice(0, 12)}`;
  return before?.image?.digest === after.image.digest ? 'same image, new configuration' : '';
}

/**
 * The result of a run as text: a row for each project, then the commit and the projects that are still due.
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

/** The note for an app that is released but no longer deployed. */
export const orphanApp = (environment: string, app: string): string =>
  `${app} is released in ${environment} but no longer deployed there. To remove it: npx slipway remove ${app} --env ${environment}`;

/** The note for an applied stack without a folder. */
export const orphanStack = (environment: string, stack: string): string =>
  `${stack} was applied in ${environment}, but its folder no longer exists: Slipway does not destroy its resources. ` +
  `After you have destroyed them: npx slipway remove ${stack} --env ${environment}`;
