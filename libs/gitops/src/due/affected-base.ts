import { dueProjects, standing, type EnvironmentState } from './due.ts';
import { git, gitLine } from '../git/run-git.ts';
import type { Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';

/**
 * The number of commits before `through` that are tried as a base. After that the empty tree is the base: Nx
 * then selects more projects than are due, which costs time but changes no release, because unchanged apps
 * stay `unchanged`.
 */
const MAX_TRIED = 500;

/** The state of an environment with a checkout whose history can be walked. */
export type CheckoutState = EnvironmentState & { checkout: Checkout };

/**
 * A base for plain `nx affected` that covers all due projects: the ledger's `through` while nothing is
 * pending, else the newest commit before it whose affected set contains all due projects, else the id of the
 * empty tree (every project is affected then).
 *
 * Prefer `slipway affected`, which selects exactly the due projects.
 */
export async function affectedBase(current: CheckoutState): Promise<Commit> {
  const { checkout, state, head, changed } = current;
  const through = state.through;
  if (through === undefined || (await standing(current)) !== 'ahead') return emptyTree(checkout);
  const due = await dueProjects(current);
  const covers = async (base: Commit) => {
    const affected = base === head ? new Set<string>() : await changed(base, head);
    return due.every((project) => affected.has(project));
  };
  for (const base of await firstParents(checkout, through)) {
    if (await covers(base)) return base;
  }
  return emptyTree(checkout);
}

async function firstParents(checkout: Checkout, from: Commit): Promise<Commit[]> {
  const listed = await git(['rev-list', '--first-parent', `--max-count=${MAX_TRIED}`, from, '--'], {
    cwd: checkout.root,
  });
  return listed.toString('utf8').split('\n').filter(Boolean);
}

/** The id of the tree without files, which every repository knows. */
function emptyTree(checkout: Checkout): Promise<Commit> {
  return gitLine(['hash-object', '-t', 'tree', '--stdin'], { cwd: checkout.root, input: '' });
}
