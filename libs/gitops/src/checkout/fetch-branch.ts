import { mkdir, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { GitopsError } from '../error.ts';
import { git, tryGit } from '../git/run-git.ts';
import { remoteError } from '../git/rejection.ts';
import { connectionTo, REMOTE, type Connection } from '../git/connection.ts';
import type { Source } from './checkout.ts';
import type { Commit } from '../git/commit.ts';
import { redact } from '../text/redact.ts';

/**
 * The newest commit of a branch of a remote of the checkout, its objects fetched; no ref is moved.
 *
 * @throws {GitopsError} `not-found`, `auth`, `network`
 */
export async function fetchBranch(source: Source, remote: string, branch: string): Promise<Commit> {
  const { env, name } = await connect(source, remote);
  const options = { cwd: source.root, env: { ...env } };
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
  if ((await source.resolve(commit)) === undefined) {
    const args = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--refmap=', '--', REMOTE, ref];
    const fetched = await tryGit(args, options);
    if (fetched.code !== 0) throw remoteError(`Fetching ${branch} from`, name, fetched.stderr);
  }
  return commit;
}

/**
 * How to reach a remote of a checkout by its name, an address, or a folder, which is made when it is not there.
 *
 * @throws {GitopsError} `not-found` for a name that the checkout does not have
 */
export async function connect(source: Source, remote: string): Promise<Connection> {
  const settings = await source.settings();
  const address = remote.includes('/') && isFolder(remote) ? await makeFolder(source, remote) : remote;
  const connection = connectionTo(settings, address);
  if (connection !== undefined) return connection;
  throw new GitopsError(
    'not-found',
    `This checkout has no remote "${redact(remote)}". Add it: git remote add ${redact(remote)} <address>`,
    { value: remote },
  );
}

async function makeFolder(source: Source, remote: string): Promise<string> {
  const folder = resolve(source.root, remote);
  const exists = await stat(join(folder, 'HEAD')).catch(() => undefined);
  if (!exists) {
    const format = `--object-format=${await source.objectFormat()}`;
    await mkdir(folder, { recursive: true }).catch((cause: Error) => {
      throw new GitopsError('not-found', `${folder} is no folder for a repository: ${cause.message}`, {
        value: remote,
        cause,
      });
    });
    await git(['init', '--quiet', '--bare', '--template=', format, folder], { cwd: source.root });
  }
  return folder;
}

/** Neither `scheme://…` nor `host:path`. */
function isFolder(remote: string): boolean {
  return isAbsolute(remote) || !/^[^/]+:/.test(remote);
}
