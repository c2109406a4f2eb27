import type { App } from '../workspace/app.ts';
import type { Environment } from '../workspace/environment.ts';
import type { LedgerState } from '../ledger/records.ts';
import type { CommitGraph, Mainline } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';
import type { Stack } from '../workspace/stack.ts';

/**
 * Returns the projects that a range of commits affects; all that this package needs from a build system.
 * `worktree` as the head means the work tree with its uncommitted changes.
 */
export type ChangedProjects = (base: Commit, head: Commit | 'worktree') => Promise<ReadonlySet<string>>;

/** The state of an environment against one commit: the input of the rules that select due projects. */
export interface EnvironmentState {
  checkout: CommitGraph;
  /** The commit to release. */
  head: Commit;
  /** The history from which the environment releases. */
  mainline: Mainline;
  /** The apps that this commit deploys to the environment. */
  apps: readonly App[];
  /** The stacks of the environment at this commit. */
  stacks: readonly Stack[];
  /** Whether runs release apps to the environment, or only promotions do. Runs apply stacks in both cases. */
  deploy: Environment['deploy'];
  state: LedgerState;
  changed: ChangedProjects;
}

/**
 * The position of a commit relative to the ledger's `through`:
 * - `ahead`: it is `through` or a descendant; changes between the two are due
 * - `behind`: it is older; only records may be written
 * - `unrelated`: `through` is not set, or is no longer in main's history; every project is due
 */
type Standing = 'ahead' | 'behind' | 'unrelated';

export async function standing({
  checkout,
  head,
  mainline,
  state,
}: Pick<EnvironmentState, 'checkout' | 'head' | 'mainline' | 'state'>): Promise<Standing> {
  const { through } = state;
  if (through === undefined) return 'unrelated';
  if (through === head || (await checkout.isAncestor(through, head))) return 'ahead';
  return (await checkout.isOnMainline(through, mainline)) ? 'behind' : 'unrelated';
}

/**
 * The projects that are due in an environment at a commit: apps and stacks that changed since the ledger's
 * `through`, and those that it lists as pending. The ledger alone decides, so a dropped run, a partial
 * failure, a force-push or a first push loses no project.
 *
 * @returns names of projects, sorted
 */
export async function dueProjects(current: EnvironmentState): Promise<string[]> {
  const { apps, stacks, state } = current;
  const all = [...apps, ...stacks].map(({ name }) => name).sort();
  const pending = new Set(state.pending);
  const changed = await changedSince(current);
  const byRun = new Set(deployedByRuns(current));
  return all.filter((name) => pending.has(name) || (byRun.has(name) && changed(name)));
}

/** The projects that runs deploy: no app if only promotions release, no stack that is applied by hand. */
export function deployedByRuns({
  apps,
  stacks,
  deploy,
}: Pick<EnvironmentState, 'apps' | 'stacks' | 'deploy'>): string[] {
  const released = deploy === 'auto' ? apps : [];
  return [...released, ...stacks.filter(({ byHand }) => !byHand)].map(({ name }) => name);
}

async function changedSince(current: EnvironmentState): Promise<(name: string) => boolean> {
  switch (await standing(current)) {
    case 'unrelated':
      return () => true;
    case 'behind':
      return () => false;
    case 'ahead': {
      const touched = await touchedSince(current);
      return (name) => touched.has(name);
    }
  }
}

async function touchedSince({ state, head, changed }: EnvironmentState): Promise<ReadonlySet<string>> {
  return state.through === undefined || state.through === head ? new Set() : changed(state.through, head);
}
