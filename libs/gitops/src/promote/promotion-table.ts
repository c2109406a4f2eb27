import { outcomeTable } from '../bump/bump-table.ts';
import type { Environment } from '../workspace/environment.ts';
import type { PromoteResult } from './promote.ts';

/** The result of a promotion or a dry run as text: a row for each app. */
export function promotionTable(
  from: Pick<Environment, 'name'>,
  to: Environment,
  result: PromoteResult,
): string {
  const { outcomes, skipped, dryRun, commit } = result;
  const lines =
    outcomes.length > 0
      ? [outcomeTable(to, outcomes)]
      : [`Nothing to promote: no app that ${from.name} has released is deployed to ${to.name}.`];
  if (skipped.length > 0) {
    lines.push(`Not in ${to.name}: ${skipped.join(', ')} (no deploy/${to.name}.yaml).`);
  }
  if (outcomes.length > 0) lines.push(ending(to, dryRun, commit));
  return lines.join('\n');
}

function ending({ ledger }: Environment, dryRun: boolean, commit: string | undefined): string {
  if (dryRun) return 'A dry run: nothing was copied or written.';
  return commit === undefined
    ? `Nothing to release: no commit on ${ledger.branch}.`
    : `One commit on ${ledger.branch}: ${commit.slice(0, 12)}`;
}
