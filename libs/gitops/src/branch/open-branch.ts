import { setTimeout as sleep } from 'node:timers/promises';
import { GitopsError } from '../error.ts';
import { gitEnvironment } from '../git/run-git.ts';
import type { Branch } from './branch.ts';
import { isBranchName } from '../git/branch-name.ts';
import { connectionTo } from '../git/connection.ts';
import { GitBranch, type BranchOptions } from './git-branch.ts';
import type { ObjectFormat } from '../git/object.ts';
import { signaturesOf, type CommitOptions } from '../git/identity.ts';
import { readSettings } from '../git/settings.ts';
import { FairBackoff } from './fair-backoff.ts';
import type { Commit } from '../git/commit.ts';
import { redact } from '../text/redact.ts';

/** Milliseconds for which a remote that cannot be asked is asked again, before there is anything to write. */
const PATIENCE = 10_000;

/** A branch of a repository, as people name it. */
export interface BranchAddress {
  /** The name of a remote of the checkout around `cwd`, a URL, or a folder. @default `origin` */
  repository?: string;
  /** @default `main` */
  branch?: string;
  /** Where relative folders start and remotes are looked up. @default the current folder */
  cwd?: string;
}

/** A branch that is there, and its newest commit. */
interface OpenBranch {
  branch: Branch;
  tip: Commit;
}

/**
 * Opens a branch of any Git repository, its newest commit fetched.
 *
 * @param signal ends it
 * @throws {GitopsError} `usage` for a branch name that is none, `not-found`, `auth`, `network`
 */
export async function openBranch(
  { repository = 'origin', branch = 'main', cwd = process.cwd() }: BranchAddress,
  commits: CommitOptions = {},
  signal?: AbortSignal,
): Promise<OpenBranch> {
  if (!isBranchName(branch)) {
    throw new GitopsError(
      'usage',
      `${JSON.stringify(branch)} is no name of a branch: see git check-ref-format.`,
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
      `There is no remote "${name}" here. Name a URL or a folder (--repository ./${name}), or run in a clone that has it.`,
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
  return patiently(() => openInItsFormat(options.format, open, signal), signal);
}

/** Opens it again where the remote cannot be asked, for a while: an address that is wrong shall be told soon. */
async function patiently(open: () => Promise<OpenBranch>, signal?: AbortSignal): Promise<OpenBranch> {
  const backoff = new FairBackoff(PATIENCE);
  for (const began = performance.now(); ;) {
    try {
      return await open();
    } catch (error) {
      const again = error instanceof GitopsError && error.retryable && performance.now() - began < PATIENCE;
      if (!again || signal?.aborted) throw error;
    }
    await sleep(backoff.afterFailure(), undefined, { signal }).catch(() => {});
  }
}

/** Which hash a repository uses is only known once it was asked. */
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
      `${branch.remote} has no branch ${branch.branch}. Name the branch that has the files: --branch <name>`,
      { value: branch.branch },
    );
  } catch (error) {
    await branch.close();
    throw error;
  }
}
