import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bumpFiles, type BumpFilesRequest } from '../../src/index.ts';
import { ValuesRepository } from '../support/values-repository.ts';
import { serveHttp, type HttpOptions } from '../support/serve-http.ts';
import { scratch } from '../support/workspace.ts';

const values = () => new ValuesRepository({ 'a/v.yaml': 'tag: v1\n', 'b/run.sh': 'echo\n' });
const bump = (deploy: ValuesRepository, value: string, more: Partial<BumpFilesRequest> = {}) =>
  bumpFiles({
    repository: deploy.bare,
    cwd: scratch(),
    edits: [{ file: 'a/v.yaml', path: 'tag', value }],
    ...more,
  });

/** Installs a hook in the remote repository, where a Git host enforces its rules. */
function hook(deploy: ValuesRepository, name: string, script: string): void {
  const file = join(deploy.bare, 'hooks', name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

async function overHttp<T>(
  deploy: ValuesRepository,
  options: HttpOptions,
  work: (url: string) => Promise<T>,
): Promise<T> {
  deploy.git('config', 'http.receivepack', 'true');
  await using server = await serveHttp(deploy.bare, options);
  return await work(server.url);
}

/** Sets Git settings through environment variables. */
function configure(settings: Readonly<Record<string, string>>): void {
  vi.stubEnv('GIT_CONFIG_COUNT', String(Object.keys(settings).length));
  Object.entries(settings).forEach(([key, value], at) => {
    vi.stubEnv(`GIT_CONFIG_KEY_${at}`, key);
    vi.stubEnv(`GIT_CONFIG_VALUE_${at}`, value);
  });
}

afterEach(() => vi.unstubAllEnvs());

describe('a bump of a branch over plain Git', () => {
  it('makes a valid commit in a folder, by file URL and over HTTP', async () => {
    const deploy = values();
    const { commit } = await bump(deploy, 'v2');
    await bump(deploy, 'v3', { repository: `file://${deploy.bare}` });
    await overHttp(deploy, {}, (repository) => bump(deploy, 'v4', { repository }));
    expect(deploy.git('diff', '--stat=80', 'main~3', 'main~2')).toContain('a/v.yaml | 2 +-');
    expect(deploy.git('rev-parse', 'main~2').trim()).toBe(commit);
    expect(deploy.read('a/v.yaml')).toBe('tag: v4\n');
    expect(deploy.git('fsck', '--full', '--strict')).toBe('');
  });

  it('logs in with the name in a URL, or with the header that CI puts into the settings', async () => {
    const deploy = values();
    const authorization = `Basic ${Buffer.from('ci:s3cr3t').toString('base64')}`;
    await overHttp(deploy, { authorization }, async (url) => {
      await bump(deploy, 'v2', { repository: url.replace('://', '://ci:s3cr3t@') });
      configure({ [`http.${url.replace('/r.git', '')}/.extraheader`]: `AUTHORIZATION: ${authorization}` });
      await bump(deploy, 'v3', { repository: url });
      configure({ 'http.https://elsewhere.example/.extraheader': `AUTHORIZATION: ${authorization}` });
      await expect(bump(deploy, 'v4', { repository: url })).rejects.toMatchObject({ code: 'auth' });
    });
    expect(deploy.read('a/v.yaml')).toBe('tag: v3\n');
  });

  it('repeats the reason that the remote gives for a rejection', async () => {
    const deploy = values();
    hook(deploy, 'pre-receive', 'echo "tags are frozen" >&2; exit 1');
    const error = await bump(deploy, 'v2').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'refused' });
    expect(String(error)).toContain('tags are frozen');
    expect(deploy.commits()).toBe(1);
  });

  it('applies its values to the newer tip when another push lands first', async () => {
    const deploy = values();
    const other = join(scratch(), 'pushed');
    // Another commit lands once, after the tip was read and before the push is accepted.
    hook(
      deploy,
      'pre-receive',
      `test -e ${other} || { touch ${other}; unset GIT_QUARANTINE_PATH; ` +
        'git update-ref refs/heads/main $(git -c user.name=B -c user.email=b@b commit-tree main^{tree} -p main -m other); }',
    );
    const { commit, retries } = await bump(deploy, 'v2');
    expect(retries).toBe(1);
    const subjects = deploy.git('log', '--format=%s', '--reverse', 'main').split('\n');
    expect(subjects.slice(0, 2)).toEqual(['by hand', 'other']);
    expect(deploy.git('rev-parse', 'main').trim()).toBe(commit);
    expect(deploy.read('a/v.yaml')).toBe('tag: v2\n');
  });

  it('has landed when the answer was lost and others have pushed on top of it', async () => {
    const deploy = values();
    let lost = 0;
    const loseAnswer = (): boolean => {
      // Git first sends an empty probe, and curl may send the push again on a new connection.
      if (deploy.commits() === 1 || lost > 0) return false;
      lost += 1;
      const tree = deploy.git('rev-parse', 'main^{tree}').trim();
      const who = ['-c', 'user.name=B', '-c', 'user.email=b@b'];
      const made = deploy.git(...who, 'commit-tree', tree, '-p', 'main', '-m', 'on top').trim();
      deploy.git('update-ref', 'refs/heads/main', made);
      return true;
    };
    const { commit, changes } = await overHttp(deploy, { loseAnswer }, (repository) =>
      bump(deploy, 'v2', { repository }),
    );
    expect(lost).toBe(1);
    expect(changes).toMatchObject([{ outcome: 'landed' }]);
    expect(deploy.git('rev-parse', 'main~1').trim()).toBe(commit);
    expect(deploy.commits()).toBe(3);
  });
});
