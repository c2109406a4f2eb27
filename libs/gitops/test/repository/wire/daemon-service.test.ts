import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bumpFiles, type BumpFilesRequest } from '../../../src/index.ts';
import { daemonAddress } from '../../../src/repository/wire/daemon-service.ts';
import { countGit } from '../../count-git.ts';
import { ValuesRepository } from '../../file/repository.ts';
import { serveDaemon } from '../../serve-daemon.ts';
import { scratch } from '../../workspace.ts';

const values = () => new ValuesRepository({ 'a/v.yaml': 'tag: v1\n' });
const bump = (repository: string, value: string, more: Partial<BumpFilesRequest> = {}) =>
  bumpFiles({ repository, cwd: scratch(), edits: [{ file: 'a/v.yaml', path: 'tag', value }], ...more });

/** A commit that somebody else puts on top. */
function pushOnTop(deploy: ValuesRepository): void {
  const tree = deploy.git('rev-parse', 'main^{tree}').trim();
  const who = ['-c', 'user.name=B', '-c', 'user.email=b@b'];
  deploy.git(
    'update-ref',
    'refs/heads/main',
    deploy.git(...who, 'commit-tree', tree, '-p', 'main', '-m', 'other').trim(),
  );
}

const isPush = (request: string): boolean => request.startsWith('git-receive-pack ');

afterEach(() => vi.unstubAllEnvs());

describe('the address of a daemon', () => {
  it.each([
    ['git://h/r.git', { asked: 'h', host: 'h', port: 9418, path: '/r.git' }],
    ['git://h:1234/a/b c', { asked: 'h:1234', host: 'h', port: 1234, path: '/a/b c' }],
    ['git://[::1]:99/r', { asked: '[::1]:99', host: '::1', port: 99, path: '/r' }],
    ['git://[fe80::1]/r', { asked: '[fe80::1]', host: 'fe80::1', port: 9418, path: '/r' }],
    ['git://h/~ada/r.git', { asked: 'h', host: 'h', port: 9418, path: '~ada/r.git' }],
  ])('%s is taken apart', (url, address) => {
    expect(daemonAddress(url)).toEqual(address);
  });

  it.each([
    'git://-oProxyCommand=x/r',
    'git://h',
    'git://h/a%20b',
    'git://h/a\nb',
    'git://h/a\0host=elsewhere',
    'git://h:/r',
    'git://ada@h/r',
    'git://[::1/r',
    'GIT://h/r',
    'ssh://h/r',
    '/srv/git://h/r',
  ])('%j is left to git', (url) => {
    expect(daemonAddress(url)).toBeUndefined();
  });
});

describe('a bump over git daemon', () => {
  it('takes two conversations, one after the other, and no git on this side', async () => {
    const deploy = values();
    const started = countGit();
    await using server = await serveDaemon(deploy.bare);
    const { commit } = await bump(server.url, 'v2');
    expect(started()).toEqual([]);
    const host = `host=${new URL(server.url).host}`;
    expect(server.asked).toEqual([
      ['git-upload-pack /deploy.git', host, 'version=2'],
      ['git-receive-pack /deploy.git', host],
    ]);
    expect(deploy.git('rev-parse', 'main').trim()).toBe(commit);
    expect(deploy.read('a/v.yaml')).toBe('tag: v2\n');
    expect(deploy.git('fsck', '--full', '--strict')).toBe('');
    vi.stubEnv('GIT_CONFIG_COUNT', '1');
    vi.stubEnv('GIT_CONFIG_KEY_0', 'core.gitProxy');
    vi.stubEnv('GIT_CONFIG_VALUE_0', 'none'); // which is for git to understand: the negative control
    await bump(server.url, 'v3');
    expect(started().length).toBeGreaterThan(0);
  });

  it('finds it at an address of six', async ({ skip }) => {
    const deploy = values();
    const started = countGit();
    await using server = await serveDaemon(deploy.bare, { listen: '::1' }).catch(() => skip('no IPv6 here'));
    await bump(server.url, 'v2');
    expect(started()).toEqual([]);
    expect(deploy.read('a/v.yaml')).toBe('tag: v2\n');
  });

  it('reads folders, and of files those that it changes, where the daemon can leave things out', async () => {
    const apps = Array.from({ length: 20 }, (_, at) => `apps/app-${at}/v.yaml`);
    const deploy = new ValuesRepository(
      Object.fromEntries(apps.map((file) => [file, `tag: v1 # ${file}\n`])),
    );
    for (const file of apps.slice(2)) {
      const id = deploy.git('rev-parse', `main:${file}`).trim();
      const object = join(deploy.bare, 'objects', id.slice(0, 2), id.slice(2));
      chmodSync(object, 0o600);
      writeFileSync(object, 'damaged'); // whoever reads it fails
    }
    const edits = apps.slice(0, 2).map((file) => ({ file, path: 'tag', value: 'v2' }));
    await using server = await serveDaemon(deploy.bare);
    const whole = await bump(server.url, '', { edits }).catch((error: unknown) => error);
    expect(whole).toMatchObject({ code: 'corrupt' }); // the negative control: this daemon cannot
    deploy.git('config', 'uploadpack.allowFilter', 'true');
    await bump(server.url, '', { edits });
    expect(deploy.read('apps/app-1/v.yaml')).toBe('tag: v2 # apps/app-1/v.yaml\n');
  });

  it('is applied anew when somebody was quicker before the push, of which nothing is sent, and during it', async () => {
    const deploy = values();
    let pushes = 0;
    const changed = (request: string): string => {
      if (isPush(request) && (pushes += 1) === 1) pushOnTop(deploy);
      return request;
    };
    const started = countGit();
    await using server = await serveDaemon(deploy.bare, { changed });
    const { retries } = await bump(server.url, 'v2');
    expect([retries, deploy.commits()]).toEqual([1, 3]);
    expect(deploy.git('count-objects')).toMatch(/^9 /); // 4 by hand, 1 on top, 4 of ours: no commit of the first try
    const other = join(scratch(), 'pushed');
    writeFileSync(
      join(deploy.bare, 'hooks/pre-receive'),
      `#!/bin/sh\ntest -e ${other} || { touch ${other}; unset GIT_QUARANTINE_PATH; ` +
        'git update-ref refs/heads/main $(git -c user.name=B -c user.email=b@b commit-tree main^{tree} -p main -m other); }\n',
      { mode: 0o755 },
    );
    expect((await bump(server.url, 'v3')).retries).toBe(1);
    expect(started()).toEqual([]);
    expect([deploy.commits(), deploy.read('a/v.yaml')]).toEqual([5, 'tag: v3\n']);
  });

  it('is told landed when the answer was lost, though others have pushed on top of it', async () => {
    const deploy = values();
    let lost = 0;
    const loseAnswer = (request: string): boolean => isPush(request) && (lost += 1) === 1;
    writeFileSync(
      join(deploy.bare, 'hooks/post-receive'),
      '#!/bin/sh\ngit update-ref refs/heads/main $(git -c user.name=B -c user.email=b@b commit-tree main^{tree} -p main -m other)\n',
      { mode: 0o755 },
    );
    const started = countGit();
    await using server = await serveDaemon(deploy.bare, { loseAnswer });
    const { commit, changes } = await bump(server.url, 'v2');
    expect(lost).toBe(1);
    expect(started()).toEqual([]);
    expect(changes).toMatchObject([{ outcome: 'landed' }]);
    expect([deploy.git('rev-parse', 'main~1').trim(), deploy.commits()]).toEqual([commit, 3]);
  });

  it('reads a repository whose objects are named by SHA-256', async () => {
    const bare = join(scratch(), 'r.git');
    const git = (args: string[], input = '') => execFileSync('git', args, { encoding: 'utf8', input }).trim();
    git(['init', '--quiet', '--bare', '--object-format=sha256', '--initial-branch=main', bare]);
    const blob = git(['-C', bare, 'hash-object', '-w', '--stdin'], 'tag: v1\n');
    const tree = git(['-C', bare, 'mktree'], `100644 blob ${blob}\tv.yaml\n`);
    const who = ['-c', 'user.name=A', '-c', 'user.email=a@b'];
    const first = git(['-C', bare, ...who, 'commit-tree', tree, '-m', 'x']);
    git(['-C', bare, 'update-ref', 'refs/heads/main', first]);
    const started = countGit();
    await using server = await serveDaemon(bare);
    const edits = [{ file: 'v.yaml', path: 'tag', value: 'v2' }];
    expect((await bump(server.url, '', { edits })).commit).toHaveLength(64);
    expect(started()).toEqual([]);
    expect(git(['-C', bare, 'show', 'main:v.yaml'])).toBe('tag: v2');
  });

  it('is left to git where the daemon does not speak version 2', async () => {
    const deploy = values();
    const started = countGit();
    await using server = await serveDaemon(deploy.bare, {
      changed: (request) => request.replace(/\0version=2\0/, ''),
    });
    await bump(server.url, 'v2');
    expect(started().length).toBeGreaterThan(0);
    expect(deploy.read('a/v.yaml')).toBe('tag: v2\n');
  });

  it('lands all the same where a daemon with too many connections ends some without a word', async () => {
    const deploy = values();
    const met = new Map<string, number>();
    const changed = (request: string, socket: Socket): string | undefined => {
      const service = request.split(' ')[0] as string;
      met.set(service, (met.get(service) ?? 0) + 1);
      if ((met.get(service) as number) > 4) return request;
      socket.destroy();
      return undefined;
    };
    await using server = await serveDaemon(deploy.bare, { changed });
    const { retries } = await bump(server.url, 'v2');
    expect(retries).toBeGreaterThan(0);
    expect(Math.min(...met.values())).toBeGreaterThan(4);
    expect(deploy.read('a/v.yaml')).toBe('tag: v2\n');
  });

  it.each<[string, (socket: Socket) => void]>([
    ['closes at once', (socket) => socket.destroy()],
    ['says nothing and closes', (socket) => socket.end()],
    ['sends what is no packet', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['sends an error', (socket) => socket.end('0011ERR go away\n')],
    ['ends inside a packet', (socket) => socket.end('ffefversion')],
    ['sends packets without an end', (socket) => endless(socket)],
  ])('is left to git where the other end %s', async (_, hostile) => {
    const deploy = values();
    const started = countGit();
    let met = 0;
    const changed = (request: string, socket: Socket): string | undefined => {
      if ((met += 1) > 1) return request;
      hostile(socket);
      return undefined;
    };
    await using server = await serveDaemon(deploy.bare, { changed });
    await bump(server.url, 'v2');
    expect(met).toBeGreaterThan(1);
    expect(started().length).toBeGreaterThan(0);
    expect(deploy.read('a/v.yaml')).toBe('tag: v2\n');
  });

  it('ends by its deadline where the other end says nothing at all', async () => {
    await using server = await serveDaemon(values().bare, { changed: () => undefined });
    const error = await bump(server.url, 'v2', { deadlineMs: 1_000 }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'timeout' });
  });
});

function endless(socket: Socket): void {
  const packets = Buffer.concat(
    Array.from({ length: 16 }, () => Buffer.concat([Buffer.from('fff0'), Buffer.alloc(0xffec)])),
  );
  const more = (): void => {
    while (!socket.destroyed && socket.write(packets));
    socket.once('drain', more);
  };
  more();
}
