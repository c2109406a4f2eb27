import { mkdir, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { GitopsError } from '../error.ts';
import { git, tryGit } from '../git/run-git.ts';
import { remoteError } from '../git/push-rejection.ts';
import { connectionTo, REMOTE, type Connection } from '../git/remote-connection.ts';
import type { Checkout } from './checkout.ts';
import type { Commit } from '../git/commit.ts';
import { redact } from '../text/redact.ts';

/**
 * Fetches the newest commit of a branch of one of the checkout's remotes, with its objects. No ref is
 * changed.
 *
 * @throws {GitopsError} `not-found`, `auth`, `network`
 */
export async function fetchBranch(checkout: Checkout, remote: string, branch: string): Promise<Commit> {
  const { env, name } = await connect(checkout, remote);
  const options = { cwd: checkout.root, env: { ...env } };
  const ref = `refs/heads/${branch}`;
  const listed = await tryGit(['ls-remote', '--', REMOTE, ref], options);
  if (listed.code !== 0) throw remoteError(`Asking for ${branch} at`, name, listed.stderr);
  const commit = listed.stdout.toString('utf8').split('\t')[0];
  if (!commit) {
    throw new GitopsError(
      'not-found',
      `${name} has no branch ${branch}. Push it: git push ${name} HEAD:${branch}`,
      { value: branch },
    );
  }
  if ((await checkout.resolve(commit)) === undefined) {
    const args = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--refmap=', '--', REMOTE, ref];
    const fetched = await tryGit(args, options);
    if (fetched.code !== 0) throw remoteError(`Fetching ${branch} from`, name, fetched.stderr);
  }
  return commit;
}

/**
 * The connection to a remote, given by its name, its address, or a folder. A missing folder is created as a
 * bare repository.
 *
 * @throws {GitopsError} `not-found` if the checkout has no remote of this name
 */
export async function connect(checkout: Checkout, remote: string): Promise<Connection> {
  const settings = await checkout.settings();
  const address = remote.includes('/') && isFolder(remote) ? await makeFolder(checkout, remote) : remote;
  const connection = connectionTo(settings, address);
  if (connection !== undefined) return connection;
  throw new GitopsError(
    'not-found',
    `This checkout has no remote "${redact(remote)}". Add it: git remote add ${redact(remote)} <address>`,
    { value: remote },
  );
}

async function makeFolder(checkout: Checkout, remote: string): Promise<string> {
  const folder = resolve(checkout.root, remote);
  const exists = await stat(join(folder, 'HEAD')).catch(() => undefined);
  if (!exists) {
    const format = `--object-format=${await checkout.objectFormat()}`;
    await mkdir(folder, { recursive: true }).catch((cause: Error) => {
      throw new GitopsError('not-found', `The repository ${folder} cannot be created: ${cause.message}`, {
        value: remote,
        cause,
      });
    });
    await git(['init', '--quiet', '--bare', '--template=', format, folder], { cwd: checkout.root });
  }
  return folder;
}

/** Whether an address is neither `scheme://…` nor `host:path`. */
function isFolder(remote: string): boolean {
  return isAbsolute(remote) || !/^[^/]+:/.test(remote);
}
