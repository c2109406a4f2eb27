import type { Environment } from '../workspace/environment.ts';
import type { Release } from '../ledger/records.ts';
import { deployedRecords, decideRecords } from './decide-promotion.ts';
import type { Mainline, Checkout } from '../checkout/checkout.ts';
import { table } from '../text/text-table.ts';
import type { Outcome } from '../ledger/outcome.ts';

/** What a promotion to an environment would do, from the ledgers alone. No cluster is read. */
export interface PromotionPreview {
  from: string;
  outcomes: Outcome[];
}

/** An environment and its releases. */
interface Released {
  environment: Environment;
  releases: ReadonlyMap<string, Release>;
  mainline?: Mainline | undefined;
}

/**
 * What a promotion of all apps to an environment would do. Undefined if runs release there, or if the source
 * environment is not clear.
 */
export async function previewPromotion(
  checkout: Checkout,
  released: readonly Released[],
  to: Environment,
): Promise<PromotionPreview | undefined> {
  if (to.deploy !== 'promote') return undefined;
  const origin = promotedFrom(
    released.map(({ environment }) => environment),
    to,
  );
  const from = released.find(({ environment }) => environment === origin);
  const target = released.find(({ environment }) => environment === to);
  if (from === undefined || target?.mainline === undefined) return undefined;
  const { mainline } = target;
  const { records } = await deployedRecords(checkout, from.releases, to, mainline);
  const promotion = {
    checkout,
    from: from.environment,
    to,
    mainline,
    records,
    objection: async () => undefined,
  };
  return { from: from.environment.name, outcomes: await decideRecords(promotion, target.releases) };
}

/**
 * The environment from which a target is promoted: the only one that runs release to and that has the same
 * kind of source (commits of a branch, or the work tree). Undefined if there is none, or several.
 */
export function promotedFrom(environments: readonly Environment[], to: Environment): Environment | undefined {
  const fromWorktree = ({ source }: Environment) => source === 'worktree';
  const before = environments.filter(
    (other) => other.name !== to.name && other.deploy === 'auto' && fromWorktree(other) === fromWorktree(to),
  );
  return before.length === 1 ? before[0] : undefined;
}

/** What a promotion would change, as text: a row for each app that it would change. */
export function previewText({ from, outcomes }: PromotionPreview, to: string): string {
  const changed = outcomes.filter(({ outcome }) => outcome !== 'unchanged');
  if (changed.length === 0) return `A promotion from ${from} to ${to} would change nothing.`;
  const rows = changed.map(({ app, outcome, before, after, reason }) => [
    app,
    outcome === 'landed' ? 'release' : outcome,
    outcome === 'landed' ? changeOf(before, after) : (before?.image?.tag ?? ''),
    reason ?? '',
  ]);
  return `A promotion from ${from} to ${to} would affect ${changed.length} of ${outcomes.length} ${outcomes.length === 1 ? 'app' : 'apps'}:\n${table(['APP', 'WOULD', 'IMAGE', 'WHY'], rows)}`;
}

function changeOf(before: Release | undefined, after: Release | undefined): string {
  const [then, now] = [before?.image?.tag, after?.image?.tag];
  if (now === undefined || then === now) return `configuration ${after?.release.config.slice(0, 12)}`;
  return then === undefined ? now : `${then} -> ${now}`;
}
