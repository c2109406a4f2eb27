import {
  type WritableBranch,
  type Change,
  type UpdateOptions,
  type Updated,
  updateBranch,
} from '../branch/update-branch.ts';
import type { Tip } from './ledger-repository.ts';

/** Like {@link updateBranch}, for a ledger. */
export const updateLedger = <T>(
  repository: WritableBranch<Tip, string>,
  intend: (tip: Tip) => Promise<Change<T>>,
  options?: UpdateOptions,
): Promise<Updated<T>> => updateBranch(repository, intend, options);
