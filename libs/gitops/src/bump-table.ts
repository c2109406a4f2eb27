import type { BumpResult } from './bump.ts';
import type { Environment } from './environment.ts';
import type { Release } from './ledger.ts';
import type { Outcome } from './plan.ts';
import { table } from './table.ts';

const tag = (release: Outcome['after']): string => release?.image?.tag ?? '-';

/** What became of each app in an environment, a row each. */
export function outcomeTable({ name }: Environment, outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ app, outcome, before, after, reason }) => [
    app,
    outcome,
    before?.image && before.image.digest !== after?.image?.digest
      ? `${tag(before)} -> ${tag(after)}`
      : tag(after),
    reason ?? (outcome === 'landed' && after ? noteOf(before, after) : ''),
  ]);
  return table(['APP', name.toUpperCase(), 'IMAGE', 'NOTE'], rows);
}

/** What a landed release is, where its image does not tell. */
function noteOf(before: Outcome['before'], after: Release): string {
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
  for (const app of result.orphans) {
    lines.push(
      `${app} is released in ${name} but no longer deployed there. To remove it: npx slipway remove ${app} --env ${name}`,
    );
  }
  return lines.join('\n');
}
