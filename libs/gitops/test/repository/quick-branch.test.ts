import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { dirname, join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bumpFiles, type BumpFilesRequest } from '../../src/index.ts';
import { SMALL_OBJECTS } from '../../src/repository/wire/limits.ts';
import { FLUSH, packet } from '../../src/repository/wire/packet.ts';
import { countGit } from '../count-git.ts';
import { ValuesRepository } from '../file/repository.ts';
import { serveHttp, type HttpOptions } from '../serve-http.ts';
import { scratch } from '../workspace.ts';
import { entry, packOf } from './wire/written-pack.ts';

const values = () => new ValuesRepository({ 'a/v.yaml': 'tag: v1\n', 'b/run.sh': 'echo\n' });
const bump = (deploy: ValuesRepository, value: string, more: Partial<BumpFilesRequest> = {}) =>
  bumpFiles({
    repository: deploy.bare,
    cwd: scratch(),
    edits: [{ file: 'a/v.yaml', path: 'tag', value }],
    ...more,
  });

/** Puts a hook into the repository itself, where a host has its rules. */
function hook(deploy: ValuesRepository, name: string, script: string): void {
  const file = join(deploy.bare, 'hooks', name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

/** Bytes as a part of what was asked for, beside progress and errors. */
const inBand = (bytes: Buffer): Buffer => {
  const length = (bytes.length + 5).toString(16).padStart(4, '0');
  return Buffer.concat([Buffer.from(`${length}\u0001`), bytes]);
};

async function overHttp<T>(
  deploy: ValuesRepository,
  options: HttpOptions,
  work: (url: string) => Promise<T>,
): Promise<T> {
  deploy.git('config', 'http.receivepack', 'true');
  await using server = await serveHttp(deploy.bare, options);
  return await work(server.url);
}

const [READ_TIP, FETCH, PUSH] = ['refs?service=git-receive-pack', 'git-upload-pack', 'git-receive-pack'];

/** What a bump asks a server for; never by git. */
async function askedFor(
  deploy: ValuesRepository,
  edits: BumpFilesRequest['edits'],
): Promise<readonly string[]> {
  const started = countGit();
  deploy.git('config', 'http.receivepack', 'true');
  await using server = await serveHttp(deploy.bare);
  await bump(deploy, '', { repository: server.url, edits });
  expect(started()).toEqual([]);
  return server.asked;
}

/** A repository of more objects than are taken at once. */
const large = (): ValuesRepository => {
  const files = Array.from({ length: SMALL_OBJECTS / 2 }, (_, app) => [
    `apps/app-${app}/v.yaml`,
    'tag: v1\n',
  ]);
  return new ValuesRepository(
    Object.fromEntries(files.map(([file, text], app) => [file, `${text}# ${app}\n`])),
  );
};

/** Git's settings as variables. */
function told(settings: Readonly<Record<string, string>>): void {
  vi.stubEnv('GIT_CONFIG_COUNT', String(Object.keys(settings).length));
  Object.entries(settings).forEach(([key, value], at) => {
    vi.stubEnv(`GIT_CONFIG_KEY_${at}`, key);
    vi.stubEnv(`GIT_CONFIG_VALUE_${at}`, value);
  });
}

afterEach(() => vi.unstubAllEnvs());

describe('a bump without git on this side', () => {
  it('makes the commit that git would make, in a folder and over HTTP', async () => {
    const deploy = values();
    const started = countGit();
    const { commit } = await bump(deploy, 'v2');
    await bump(deploy, 'v3', { repository: `file://${deploy.bare}` });
    await overHttp(deploy, {}, (repository) => bump(deploy, 'v4', { repository }));
    expect(started()).toEqual([]);
    expect(deploy.git('diff', '--stat=80', 'main~3', 'main~2')).toContain('a/v.yaml | 2 +-');
    expect(deploy.git('rev-parse', 'main~2').trim()).toBe(commit);
    expect(deploy.read('a/v.yaml')).toBe('tag: v4\n');
    expect(deploy.git('fsck', '--full', '--strict')).toBe('');
    told({ 'protocol.version': '2' }); // which is for git to understand: the negative control
    await bump(deploy, 'v5');
    expect(started()).toHaveLength(2);
  });

  it('goes in with the name of an address, or the header that CI leaves in the settings', async () => {
    const deploy = values();
    const started = countGit();
    const authorization = `Basic ${Buffer.from('ci:s3cr3t').toString('base64')}`;
    await overHttp(deploy, { authorization }, async (url) => {
      await bump(deploy, 'v2', { repository: url.replace('://', '://ci:s3cr3t@') });
      told({ [`http.${url.replace('/r.git', '')}/.extraheader`]: `AUTHORIZATION: ${authorization}` });
      await bump(deploy, 'v3', { repository: url });
      expect(started()).toEqual([]);
      told({ 'http.https://elsewhere.example/.extraheader': `AUTHORIZATION: ${authorization}` });
      await expect(bump(deploy, 'v4', { repository: url })).rejects.toMatchObject({ code: 'auth' });
    });
    expect(deploy.read('a/v.yaml')).toBe('tag: v3\n');
  });

  it.each([
    ['a proxy', { 'http.proxy': 'http://127.0.0.1:9' }],
    ['certificates', { 'http.sslCAInfo': '/nowhere' }],
    ['a protocol', { 'protocol.allow': 'always' }],
    ['a helper', { 'credential.helper': '!false' }],
  ])('leaves it to git where that was told of %s', async (_, settings) => {
    const deploy = values();
    const started = countGit();
    await overHttp(deploy, {}, async (repository) => {
      told(settings);
      await bump(deploy, 'v2', { repository, deadlineMs: 3_000 }).catch(() => {});
    });
    expect(started().length).toBeGreaterThan(0);
  });

  it('leaves it to git where a commit is to be signed', async () => {
    const started = countGit();
    const error = await bump(values(), 'v2', { commits: { sign: '/no/such/key' } }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 'signing' });
    expect(started().length).toBeGreaterThan(0);
  });

  it('has the words of whoever says no', async () => {
    const deploy = values();
    hook(deploy, 'pre-receive', 'echo "tags are frozen" >&2; exit 1');
    const error = await bump(deploy, 'v2').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'refused' });
    expect(String(error)).toContain('tags are frozen');
    expect(deploy.commits()).toBe(1);
  });

  it('applies its values anew when somebody else was quicker', async () => {
    const deploy = values();
    const other = join(scratch(), 'pushed');
    // Another commit lands once, after the tip was told and before the push is taken.
    hook(
      deploy,
      'pre-receive',
      `test -e ${other} || { touch ${other}; unset GIT_QUARANTINE_PATH; ` +
        'git update-ref refs/heads/main $(git -c user.name=B -c user.email=b@b commit-tree main^{tree} -p main -m other); }',
    );
    const started = countGit();
    const { commit, retries } = await bump(deploy, 'v2');
    expect(retries).toBe(1);
    expect(started()).toEqual([]);
    expect(deploy.git('log', '--format=%s', '--reverse', 'main').split('\n').slice(0, 2)).toEqual([
      'by hand',
      'other',
    ]);
    expect(deploy.git('rev-parse', 'main').trim()).toBe(commit);
    expect(deploy.read('a/v.yaml')).toBe('tag: v2\n');
  });

  it('is told landed when the answer was lost, though others have pushed on top of it', async () => {
    const deploy = values();
    let lost = 0;
    const onTop = (): void => {
      const tree = deploy.git('rev-parse', 'main^{tree}').trim();
      const who = ['-c', 'user.name=B', '-c', 'user.email=b@b'];
      const made = deploy.git(...who, 'commit-tree', tree, '-p', 'main', '-m', 'on top').trim();
      deploy.git('update-ref', 'refs/heads/main', made);
    };
    const loseAnswer = (): boolean => {
      lost += 1;
      onTop();
      return true;
    };
    const started = countGit();
    const { commit, changes } = await overHttp(deploy, { loseAnswer }, (repository) =>
      bump(deploy, 'v2', { repository }),
    );
    expect(lost).toBe(1);
    expect(started()).toEqual([]); // one question, and no clone
    expect(changes).toMatchObject([{ outcome: 'landed' }]);
    expect(deploy.git('rev-parse', 'main~1').trim()).toBe(commit);
    expect(deploy.commits()).toBe(3);
  });

  it('reads a repository whose objects are named by SHA-256', async () => {
    const started = countGit();
    const bare = join(scratch(), 'r.git');
    execFileSync('git', [
      'init',
      '--quiet',
      '--bare',
      '--object-format=sha256',
      '--initial-branch=main',
      bare,
    ]);
    const git = (args: string[], input = '') =>
      execFileSync('git', ['-C', bare, ...args], { encoding: 'utf8', input }).trim();
    const blob = git(['hash-object', '-w', '--stdin'], 'tag: v1\n');
    const tree = git(['mktree'], `100644 blob ${blob}\tv.yaml\n`);
    git([
      'update-ref',
      'refs/heads/main',
      git(['-c', 'user.name=A', '-c', 'user.email=a@b', 'commit-tree', tree, '-m', 'x']),
    ]);
    const { commit } = await bumpFiles({
      repository: bare,
      edits: [{ file: 'v.yaml', path: 'tag', value: 'v2' }],
    });
    expect(commit).toHaveLength(64);
    expect(git(['show', 'main:v.yaml'])).toBe('tag: v2');
    expect(started()).toEqual([]);
  });

  it('reads what it changes and nothing else, at once for all files, in a folder', async () => {
    const apps = Array.from({ length: 40 }, (_, at) => `apps/app-${at}/v.yaml`);
    const deploy = new ValuesRepository(
      Object.fromEntries(apps.map((file) => [file, `tag: v1 # ${file}\n`])),
    );
    deploy.git('config', 'http.receivepack', 'true');
    const started = countGit();
    // All other apps are damaged, so that whoever reads them fails.
    for (const file of apps.slice(10)) {
      const id = deploy.git('rev-parse', `main:${file}`).trim();
      const object = join(deploy.bare, 'objects', id.slice(0, 2), id.slice(2));
      chmodSync(object, 0o600);
      writeFileSync(object, 'damaged');
    }
    const edits = apps.slice(0, 10).map((file) => ({ file, path: 'tag', value: 'v2' }));
    await bump(deploy, '', { edits });
    expect(deploy.read('apps/app-9/v.yaml')).toBe('tag: v2 # apps/app-9/v.yaml\n');
    expect(started()).toEqual([]);
    await using server = await serveHttp(deploy.bare);
    const whole = bump(deploy, '', { repository: server.url, edits });
    await expect(whole).rejects.toMatchObject({ code: 'corrupt' }); // the negative control: all of it is sent
  });

  it('takes a small commit whole over HTTP, so that a bump is three requests', async () => {
    const deploy = new ValuesRepository({ 'a/b/c/d/v.yaml': 'tag: v1\n' });
    const edits = [{ file: 'a/b/c/d/v.yaml', path: 'tag', value: 'v2' }];
    expect(await askedFor(deploy, edits)).toEqual([READ_TIP, FETCH, PUSH]);
    expect(deploy.read('a/b/c/d/v.yaml')).toBe('tag: v2\n');
  });

  it('takes the folders of a large one, and then the files in question at once', async () => {
    const deploy = large();
    deploy.git('config', 'uploadpack.allowFilter', 'true');
    const edits = [3, 4].map((app) => ({ file: `apps/app-${app}/v.yaml`, path: 'tag', value: 'v2' }));
    // The first one ends where it says how much there is.
    expect(await askedFor(deploy, edits)).toEqual([READ_TIP, FETCH, FETCH, FETCH, PUSH]);
    expect(deploy.read('apps/app-4/v.yaml')).toBe('tag: v2\n# 4\n');
  });

  it('takes all of a large one from a server that cannot leave things out', async () => {
    const deploy = large();
    deploy.git('config', 'uploadpack.allowFilter', 'false');
    const edits = [{ file: 'apps/app-3/v.yaml', path: 'tag', value: 'v2' }];
    expect(await askedFor(deploy, edits)).toEqual([READ_TIP, FETCH, FETCH, FETCH, PUSH]);
    expect(deploy.read('apps/app-3/v.yaml')).toBe('tag: v2\n# 3\n');
  });

  it('is read by git where the connection breaks in the middle, and starts over where the branch has moved', async () => {
    const deploy = large();
    deploy.git('config', 'uploadpack.allowFilter', 'true');
    const started = countGit();
    let uploads = 0;
    const breaks = (url = ''): Buffer | undefined => {
      if (!url.endsWith('/git-upload-pack') || (uploads += 1) !== 3) return undefined; // the files
      deploy.push({ 'other.yaml': 'x: 1\n' });
      return Buffer.from('0008ERR ');
    };
    const edits = [{ file: 'apps/app-3/v.yaml', path: 'tag', value: 'v2' }];
    const { commit, retries } = await overHttp(deploy, { instead: ({ url }) => breaks(url) }, (repository) =>
      bump(deploy, '', { repository, edits }),
    );
    expect(retries).toBe(1);
    expect(started().length).toBeGreaterThan(0);
    expect(deploy.git('rev-parse', 'main').trim()).toBe(commit);
    expect(deploy.read('apps/app-3/v.yaml')).toBe('tag: v2\n# 3\n');
    expect(deploy.read('other.yaml')).toBe('x: 1\n');
  });

  it.each([
    [
      'a pack that says it holds a terabyte',
      1,
      Buffer.concat([
        packet('packfile\n'),
        inBand(packOf(entry(3, 2 ** 40, Buffer.from('tag: v9\n')))),
        FLUSH,
      ]),
    ],
    ['packets without an end', 1, Buffer.alloc(70 * 2 ** 20, inBand(Buffer.alloc(60_000)))],
    [
      'a pack without an end, whatever is asked for',
      3,
      Buffer.concat([packet('packfile\n'), Buffer.alloc(70 * 2 ** 20, inBand(Buffer.alloc(60_000)))]),
    ],
    ['what is no packet', 1, Buffer.from('<html>')],
    ['nothing', 1, Buffer.alloc(0)],
  ])('leaves it to git where a server sends %s, and makes no room for it', async (_, asked, answer) => {
    const deploy = values();
    const started = countGit();
    let told = 0;
    const instead = ({ url = '' }: IncomingMessage): Buffer | undefined =>
      url.endsWith('/git-upload-pack') && (told += 1) <= asked ? answer : undefined;
    await overHttp(deploy, { instead }, (repository) => bump(deploy, 'v2', { repository }));
    expect(told).toBeGreaterThan(asked);
    expect(started().length).toBeGreaterThan(0);
    expect(deploy.read('a/v.yaml')).toBe('tag: v2\n');
  });
});
