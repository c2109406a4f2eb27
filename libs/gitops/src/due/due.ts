import type { App } from '../workspace/app.ts';
import type { Environment } from '../workspace/environment.ts';
import type { LedgerState } from '../ledger/records.ts';
import type { CommitGraph, Mainline } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';
import type { Stack } from '../workspace/stack.ts';

/**
 * The one thing this package asks of a build system: which projects a range of commits affects.
 * `worktree` as the head means the work tree with its uncommitted changes.
 */
export type ChangedProjects = (base: Commit, head: Commit | 'worktree') => Promise<ReadonlySet<string>>;

/** The state of an environment against one commit: all that the rules of what is due depend on. */
export interface EnvironmentState {
  checkout: CommitGraph;
  /** The commit in question. */
  head: Commit;
  /** What "main's history" means for this environment. */
  mainline: Mainline;
  /** The apps that this commit deploys here. */
  apps: readonly App[];
  /** The stacks of the environment at this commit. */
  stacks: readonly Stack[];
  /** Whether runs release apps here, or promotions only. Stacks are applied by runs either way. */
  deploy: Environment['deploy'];
  state: LedgerState;
  changed: ChangedProjects;
}

/**
 * Where a commit stands against the ledger's `through`:
 * - `ahead`: `through` itself or a descendant; what lies between is due
 * - `behind`: older; only records may be written
 * - `unrelated`: there is no `through`, or it left main's history; everything is due
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
 * What is due in an environment at a commit: apps and stacks that changed since the ledger's `through`, and those that
 * it names as pending. It follows from the ledger alone, so a dropped run, a partial failure, a force-push or a first
 * push loses nothing.
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

/** What a run brings here when it changes: no app where only promotions release, no stack that is applied by hand. */
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
