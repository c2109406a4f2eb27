import { appsAt, deployFile } from './app.ts';
import type { Environment } from './environment.ts';
import { GitopsError } from './error.ts';
import { ledgerMessage } from './ledger-message.ts';
import { LedgerRepository, type Tip } from './ledger-repository.ts';
import { LEDGER_FILE, print, readState, releasedApps, releaseFile } from './ledger.ts';
import { assertReleasable } from './releasable.ts';
import { notReleased } from './released.ts';
import type { Commit, Source } from './source.ts';
import { updateLedger, type Change } from './update.ts';

/**
 * Deletes the release of an app that this commit no longer deploys to the environment, so that Argo CD
 * removes it. Nothing else ever deletes a release.
 *
 * @returns the commit on the ledger branch
 * @throws {GitopsError} `refused` while the app still exists, `usage` where there is no such release
 */
export async function removeRelease(source: Source, environment: Environment, app: string): Promise<Commit> {
  const { head } = await assertReleasable(source, environment);
  const deployed = await appsAt(source, head, environment.name);
  if (deployed.some(({ name }) => name === app)) {
    throw new GitopsError(
      'refused',
      `${app} is still deployed to ${environment.name}: ${deployFile(app, environment.name)} exists at this commit. Delete that file first.`,
      { value: app },
    );
  }
  const repository = await LedgerRepository.open(source, environment);
  try {
    const { commit } = await updateLedger(repository, (tip) => withoutRelease(tip, environment, app));
    return commit as Commit;
  } finally {
    await repository.close();
  }
}

async function withoutRelease(tip: Tip, environment: Environment, app: string): Promise<Change<void>> {
  if (!releasedApps(tip).includes(app)) throw notReleased(tip, environment, app);
  const state = await readState(tip, environment.ledger.branch);
  const edit = new Map<string, string | undefined>([[releaseFile(app), undefined]]);
  if (state.pending.includes(app)) {
    edit.set(LEDGER_FILE, print({ ...state, pending: state.pending.filter((name) => name !== app) }));
  }
  const message = ledgerMessage({
    subject: `Remove ${app} from ${environment.name}`,
    trailers: [
      ['Environment', environment.name],
      ['Removed', app],
    ],
  });
  return { value: undefined, edit, message };
}
