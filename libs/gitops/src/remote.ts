import { mkdir, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { GitopsError } from './error.ts';
import { git, gitLine, tryGit } from './git.ts';
import { remoteError } from './rejection.ts';
import type { Commit, Source } from './source.ts';

/** Settings of the checkout that a connection to its remotes needs: addresses, credentials, identity. */
const CARRIED =
  /^(http|credential|url|protocol|user)\.|^core\.(sshcommand|gitproxy|askpass)$|^remote\..*\.(url|pushurl|proxy|proxyauthmethod|uploadpack|receivepack)$/i;

/**
 * The newest commit of a branch of a remote of the checkout, its objects fetched; no ref is moved.
 *
 * @throws {GitopsError} `not-found`, `auth`, `network`
 */
export async function fetchBranch(source: Source, remote: string, branch: string): Promise<Commit> {
  await locate(source, remote);
  const ref = `refs/heads/${branch}`;
  const listed = await tryGit(['ls-remote', '--', remote, ref], { cwd: source.root });
  if (listed.code !== 0) throw remoteError(`Asking for ${branch} at`, remote, listed.stderr);
  const commit = listed.stdout.toString('utf8').split('\t')[0];
  if (!commit) {
    throw new GitopsError(
      'not-found',
      `${remote} has no branch ${branch}. Push it: git push ${remote} HEAD:${branch}`,
      {
        value: branch,
      },
    );
  }
  if ((await source.resolve(commit)) === undefined) {
    const args = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--refmap=', '--', remote, ref];
    const fetched = await tryGit(args, { cwd: source.root });
    if (fetched.code !== 0) throw remoteError(`Fetching ${branch} from`, remote, fetched.stderr);
  }
  return commit;
}

/** A remote's name as it is, an address as it is, a folder as an absolute path (made when it is not there). */
export async function locate(source: Source, remote: string): Promise<string> {
  if (!remote.includes('/')) {
    const known = await gitLine(['remote'], { cwd: source.root });
    if (known.split('\n').includes(remote)) return remote;
    throw new GitopsError(
      'not-found',
      `This checkout has no remote "${remote}". Add it: git remote add ${remote} <address>`,
      { value: remote },
    );
  }
  if (!isFolder(remote)) return remote;
  const folder = resolve(source.root, remote);
  const exists = await stat(join(folder, 'HEAD')).catch(() => undefined);
  if (!exists) {
    const format = `--object-format=${await source.objectFormat()}`;
    await mkdir(folder, { recursive: true });
    await git(['init', '--quiet', '--bare', '--template=', format, folder], { cwd: source.root });
  }
  return folder;
}

/** Neither `scheme://…` nor `host:path`. */
function isFolder(remote: string): boolean {
  return isAbsolute(remote) || !/^[^/]+:/.test(remote);
}

/** The checkout's own settings that its remotes need, as environment variables: never as arguments. */
export async function carriedConfig(source: Source): Promise<Record<string, string>> {
  const listed = await git(['config', '--list', '--null', '--show-scope', '--includes'], {
    cwd: source.root,
  });
  const fields = listed.toString('utf8').split('\0');
  const first = Number(process.env['GIT_CONFIG_COUNT'] ?? 0);
  const env: Record<string, string> = {};
  let count = first;
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const scope = fields[at];
    const [key = '', ...value] = (fields[at + 1] as string).split('\n');
    if ((scope !== 'local' && scope !== 'worktree') || !CARRIED.test(key)) continue;
    env[`GIT_CONFIG_KEY_${count}`] = key;
    env[`GIT_CONFIG_VALUE_${count}`] = value.join('\n');
    count += 1;
  }
  return count > first ? { ...env, GIT_CONFIG_COUNT: String(count) } : {};
}
