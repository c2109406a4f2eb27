import { appsAt, deployFile } from '../workspace/app.ts';
import { appliedFile, readApplied } from '../ledger/applied-record.ts';
import type { Environment } from '../workspace/environment.ts';
import { GitopsError } from '../error.ts';
import { ledgerMessage } from '../ledger/ledger-message.ts';
import { LedgerRepository, type Tip } from '../ledger/ledger-repository.ts';
import { LEDGER_FILE, printRecord, readState, releasedApps, releaseFile } from '../ledger/records.ts';
import { assertReleasable } from '../eligibility/releasable.ts';
import { notReleased } from '../ledger/require-release.ts';
import type { Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';
import { stacksAt } from '../workspace/stack.ts';
import { type Change } from '../branch/update-branch.ts';
import { updateLedger } from '../ledger/update-ledger.ts';
import { plainUrl } from '../text/one-line.ts';

/**
 * Deletes the release of an app that this commit no longer deploys to the environment, so that Argo CD
 * removes the app; or the record of a stack whose folder no longer exists, which destroys no resource. No
 * other function deletes a record.
 *
 * @param project the app, or the stack's project
 * @param options.by who removes it, for the commit's trailers. @default the committer
 * @param options.runUrl the address of the run, for the commit's trailers
 * @returns the commit on the ledger branch
 * @throws {GitopsError} `refused` if the project still exists, `usage` if there is no such record
 */
export async function removeRelease(
  checkout: Checkout,
  environment: Environment,
  project: string,
  options: { by?: string; runUrl?: string | undefined } = {},
): Promise<Commit> {
  const { head } = await assertReleasable(checkout, environment);
  const deployed = await appsAt(checkout, head, environment.name);
  if (deployed.some(({ name }) => name === project)) {
    throw new GitopsError(
      'refused',
      `${project} is still deployed to ${environment.name}: ${deployFile(project, environment.name)} exists at this commit. Delete the file first.`,
      { value: project },
    );
  }
  const stacks = await stacksAt(checkout, head, environment.name);
  const stack = stacks.find(({ name }) => name === project);
  if (stack) {
    throw new GitopsError(
      'refused',
      `${project} is still a stack of ${environment.name}: ${stack.folder} exists at this commit. First destroy its resources, then delete the folder.`,
      { value: project },
    );
  }
  const repository = await LedgerRepository.open(checkout, environment);
  try {
    const { commit } = await updateLedger(repository, (tip) =>
      withoutRecord(tip, environment, project, options),
    );
    return commit as Commit;
  } finally {
    await repository.close();
  }
}

async function withoutRecord(
  tip: Tip,
  environment: Environment,
  project: string,
  { by, runUrl }: { by?: string; runUrl?: string | undefined },
): Promise<Change<void>> {
  const { name, ledger } = environment;
  const applied = await readApplied(tip, name, ledger.branch);
  if (!releasedApps(tip).includes(project) && !applied.has(project)) {
    throw notReleased(tip, environment, project);
  }
  const state = await readState(tip, ledger.branch);
  const file = applied.has(project) ? appliedFile(name, project) : releaseFile(project);
  const edit = new Map<string, string | undefined>([[file, undefined]]);
  if (state.pending.includes(project)) {
    edit.set(
      LEDGER_FILE,
      printRecord({ ...state, pending: state.pending.filter((other) => other !== project) }),
    );
  }
  const message = ledgerMessage({
    subject: `Remove ${project} from ${name}`,
    trailers: [
      ['Environment', name],
      ['Removed', project],
      ['By', by],
      ['Run', plainUrl(runUrl)],
    ],
  });
  return { value: undefined, edit, message };
}
