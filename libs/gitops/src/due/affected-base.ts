import { dueProjects, standing, type EnvironmentState } from './due.ts';
import { git, gitLine } from '../git/run-git.ts';
import type { Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';

/**
 * How many commits before `through` are tried as a base. Beyond that the empty tree is taken: more is
 * selected than is due, which costs time and changes nothing, because what is unchanged is `unchanged`.
 */
const TRIED = 500;

/** A situation whose history can also be walked. */
export type CheckoutState = EnvironmentState & { checkout: Checkout };

/**
 * A base for plain `nx affected` that covers all that is due: the ledger's `through` while nothing is pending,
 * else the newest commit before it whose affected set covers what is due, else the id of the empty tree
 * (everything is affected then).
 *
 * `slipway affected` selects exactly what is due and is to be preferred.
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
  const listed = await git(['rev-list', '--first-parent', `--max-count=${TRIED}`, from, '--'], {
    cwd: checkout.root,
  });
  return listed.toString('utf8').split('\n').filter(Boolean);
}

/** The id that every repository knows for "no files at all". */
function emptyTree(checkout: Checkout): Promise<Commit> {
  return gitLine(['hash-object', '-t', 'tree', '--stdin'], { cwd: checkout.root, input: '' });
}
