import { setTimeout as sleep } from 'node:timers/promises';
import { GitopsError } from '../error.ts';
import { gitEnvironment } from '../git/run-git.ts';
import type { Branch } from './branch.ts';
import { isBranchName } from '../git/ref-name.ts';
import { connectionTo } from '../git/remote-connection.ts';
import { GitBranch, type BranchOptions } from './git-branch.ts';
import type { ObjectFormat } from '../git/object.ts';
import { signaturesOf, type CommitOptions } from '../git/commit-identity.ts';
import { readSettings } from '../git/git-settings.ts';
import { FairBackoff } from './fair-backoff.ts';
import type { Commit } from '../git/commit.ts';
import { redact } from '../text/redact.ts';

/** Milliseconds for which the first fetch is retried after network failures. */
const PATIENCE = 10_000;

/** The address of a branch. */
export interface BranchAddress {
  /** A remote of the checkout in `cwd`, a URL, or a folder. @default `origin` */
  repository?: string;
  /** @default `main` */
  branch?: string;
  /** The folder for relative folders and names of remotes. @default the current folder */
  cwd?: string;
}

/** An existing branch and its tip. */
interface OpenBranch {
  branch: Branch;
  tip: Commit;
}

/**
 * Opens a branch of any Git repository and fetches its tip.
 *
 * @param signal stops it
 * @throws {GitopsError} `usage` for an invalid branch name, `not-found`, `auth`, `network`
 */
export async function openBranch(
  { repository = 'origin', branch = 'main', cwd = process.cwd() }: BranchAddress,
  commits: CommitOptions = {},
  signal?: AbortSignal,
): Promise<OpenBranch> {
  if (!isBranchName(branch)) {
    throw new GitopsError(
      'usage',
      `${JSON.stringify(branch)} is not a valid branch name. See git check-ref-format.`,
      {
        value: branch,
      },
    );
  }
  const settings = await readSettings(cwd);
  const connection = connectionTo(settings, repository);
  if (connection === undefined) {
    const name = redact(repository);
    throw new GitopsError(
      'not-found',
      `No remote is named "${name}". Use a URL or a folder (--repository ./${name}), or run in a clone that has this remote.`,
      { value: name },
    );
  }
  const options: BranchOptions = {
    connection,
    branch,
    format: settings.get('extensions.objectformat') === 'sha256' ? 'sha256' : 'sha1',
    signatures: signaturesOf(commits, settings, gitEnvironment()),
    cwd,
    safeFolders: settings.all('safe.directory'),
  };
  const open = (format: ObjectFormat): Promise<Branch> => GitBranch.open({ ...options, format });
  return withRetries(() => openInItsFormat(options.format, open, signal), signal);
}

/** Retries after network failures, but not long, so that a wrong address is reported soon. */
async function withRetries(open: () => Promise<OpenBranch>, signal?: AbortSignal): Promise<OpenBranch> {
  const backoff = new FairBackoff(PATIENCE);
  for (const started = performance.now(); ;) {
    try {
      return await open();
    } catch (error) {
      const again = error instanceof GitopsError && error.retryable && performance.now() - started < PATIENCE;
      if (!again || signal?.aborted) throw error;
    }
    await sleep(backoff.afterFailure(), undefined, { signal }).catch(() => {});
  }
}

/** The hash of a remote repository is known only after a fetch. */
async function openInItsFormat(
  format: ObjectFormat,
  open: (format: ObjectFormat) => Promise<Branch>,
  signal?: AbortSignal,
): Promise<OpenBranch> {
  try {
    return await openAndFetch(await open(format), signal);
  } catch (error) {
    if (!(error instanceof GitopsError && /mismatched algorithms/.test(error.message))) throw error;
    return openAndFetch(await open(format === 'sha1' ? 'sha256' : 'sha1'), signal);
  }
}

async function openAndFetch(branch: Branch, signal?: AbortSignal): Promise<OpenBranch> {
  try {
    const tip = await branch.fetch(signal);
    if (tip !== undefined) return { branch, tip };
    throw new GitopsError(
      'not-found',
      `${branch.remote} has no branch ${branch.branch}. Set the branch that has the files: --branch <name>`,
      { value: branch.branch },
    );
  } catch (error) {
    await branch.close();
    throw error;
  }
}
