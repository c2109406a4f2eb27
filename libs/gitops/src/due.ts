import type { App } from './app.ts';
import type { LedgerState } from './ledger.ts';
import type { Commit, History, Mainline } from './source.ts';

/**
 * The one thing this package asks of a build system: which projects a range of commits affects.
 * `worktree` as the head means the work tree with its uncommitted changes.
 */
export type ChangedProjects = (base: Commit, head: Commit | 'worktree') => Promise<ReadonlySet<string>>;

/** The state of an environment against one commit: all that the rules of what is due depend on. */
export interface Situation {
  source: History;
  /** The commit in question. */
  head: Commit;
  /** What "main's history" means for this environment. */
  mainline: Mainline;
  /** What this commit deploys here. */
  apps: readonly App[];
  state: LedgerState;
  changed: ChangedProjects;
}

/**
 * Where a commit stands against the ledger's `through`:
 * - `ahead`: `through` itself or a descendant; what lies between is due
 * - `behind`: older; only records may be written
 * - `unrelated`: there is no `through`, or it left main's history; everything is due
 */
export type Standing = 'ahead' | 'behind' | 'unrelated';

export async function standing({ source, head, mainline, state }: Situation): Promise<Standing> {
  const { through } = state;
  if (through === undefined) return 'unrelated';
  if (through === head || (await source.isAncestor(through, head))) return 'ahead';
  return (await source.isOnMainline(through, mainline)) ? 'behind' : 'unrelated';
}

/**
 * The apps that are due in an environment at a commit: those that changed since the ledger's `through`, and
 * those that it names as pending. It follows from the ledger alone, so a dropped run, a partial failure, a
 * force-push or a first push loses nothing.
 *
 * @returns app names, sorted
 */
export async function dueApps(situation: Situation): Promise<string[]> {
  const names = situation.apps.map(({ name }) => name);
  const pending = new Set(situation.state.pending);
  switch (await standing(situation)) {
    case 'unrelated':
      return names;
    case 'behind':
      return names.filter((name) => pending.has(name));
    case 'ahead': {
      const touched = await touchedSince(situation);
      return names.filter((name) => pending.has(name) || touched.has(name));
    }
  }
}

async function touchedSince({ state, head, changed }: Situation): Promise<ReadonlySet<string>> {
  return state.through === undefined || state.through === head ? new Set() : changed(state.through, head);
}
