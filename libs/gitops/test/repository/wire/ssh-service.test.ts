import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bumpFiles, type BumpFilesRequest } from '../../../src/index.ts';
import { Settings } from '../../../src/repository/settings.ts';
import { sshAddress, sshArguments, sshProgram } from '../../../src/repository/wire/ssh-service.ts';
import { countGit } from '../../count-git.ts';
import { ValuesRepository } from '../../file/repository.ts';
import { scratch } from '../../workspace.ts';

const values = () => new ValuesRepository({ 'a/v.yaml': 'tag: v1\n' });
const bump = (repository: string, value: string, more: Partial<BumpFilesRequest> = {}) =>
  bumpFiles({ repository, cwd: scratch(), edits: [{ file: 'a/v.yaml', path: 'tag', value }], ...more });

/** An `ssh` on PATH that writes down its arguments, one a line, and runs here what it is told to run there. */
function fakeSsh(run = 'eval "$last"'): { file: string; calls(): string[][] } {
  const folder = scratch();
  const log = join(folder, 'calls');
  const file = join(folder, 'ssh');
  writeFileSync(log, '');
  writeFileSync(
    file,
    `#!/bin/sh\ncall=$(printf '%s\\n' "$@"; echo "GIT_PROTOCOL=$GIT_PROTOCOL GIT_CONFIG_COUNT=$GIT_CONFIG_COUNT"; echo)\n` +
      `printf '%s\\n\\n' "$call" >> ${log}\nfor last; do :; done\n${run}\n`,
    { mode: 0o755 },
  );
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
  const calls = () =>
    readFileSync(log, 'utf8')
      .split('\n\n')
      .filter(Boolean)
      .map((call) => call.split('\n'))
      .sort((one, other) => one.length - other.length); // the two are started at once
  return { file, calls };
}

afterEach(() => vi.unstubAllEnvs());

describe('an address of SSH', () => {
  it.each([
    ['ssh://h/r.git', { host: 'h', path: '/r.git' }],
    ['ssh://git@h.example:2222/a/r.git', { host: 'git@h.example', port: '2222', path: '/a/r.git' }],
    ['ssh://git@h/~ada/r.git', { host: 'git@h', path: '~ada/r.git' }],
    ['git@h:acme/r.git', { host: 'git@h', path: 'acme/r.git' }],
    ['h:/srv/r.git', { host: 'h', path: '/srv/r.git' }],
    ['h:~ada/r', { host: 'h', path: '~ada/r' }],
    ['h:/~ada/r', { host: 'h', path: '~ada/r' }],
    ['h:a%20b', { host: 'h', path: 'a%20b' }],
  ])('%s is taken apart', (url, address) => {
    expect(sshAddress(url)).toEqual(address);
  });

  it.each([
    'ssh://-oProxyCommand=touch x/r',
    'ssh://-oProxyCommand=x@h/r',
    '-oProxyCommand=x:r',
    'ssh://h/a%20b',
    'ssh://h',
    'ssh://h:99999999/r',
    'ssh://[::1]/r',
    '[h:22]:r',
    'h:-r',
    'h::r',
    'https://h/r',
    'ssh://ada:s3cret@h/r',
    'h:a\nb',
    'git+ssh://h/r',
    './a:b/r',
  ])('%j is left to git', (url) => {
    expect(sshAddress(url)).toBeUndefined();
  });
});

describe('the program for SSH', () => {
  it.each<[string, Record<string, string>, [string, string][], unknown]>([
    ['is ssh', {}, [], { command: 'ssh', line: false }],
    [
      'is GIT_SSH, by name',
      { GIT_SSH: '/opt/my tools/ssh' },
      [],
      { command: '/opt/my tools/ssh', line: false },
    ],
    [
      'is a line of the settings',
      { GIT_SSH: '/usr/bin/ssh' },
      [['core.sshcommand', 'ssh -i ~/.ssh/deploy']],
      { command: 'ssh -i ~/.ssh/deploy', line: true },
    ],
    [
      'is first of all what GIT_SSH_COMMAND says',
      { GIT_SSH_COMMAND: '/usr/bin/ssh -F none' },
      [['core.sshcommand', 'ssh -v']],
      { command: '/usr/bin/ssh -F none', line: true },
    ],
    [
      'may be any that is said to be like OpenSSH',
      { GIT_SSH_COMMAND: '"$HOME/bin/wrapped"', GIT_SSH_VARIANT: 'ssh' },
      [['ssh.variant', 'plink']],
      { command: '"$HOME/bin/wrapped"', line: true },
    ],
    ['is left to git where it may be another', { GIT_SSH: 'plink' }, [], undefined],
    ['is left to git where it is a script', { GIT_SSH_COMMAND: './deploy-ssh' }, [], undefined],
    ['is left to git where its name is quoted', { GIT_SSH_COMMAND: '"ssh" -v' }, [], undefined],
    ['is left to git behind a variable', { GIT_SSH_COMMAND: 'A=b ssh' }, [], undefined],
    ['is left to git where it is nothing', { GIT_SSH_COMMAND: '' }, [], undefined],
    ['is left to git where it is called simple', {}, [['ssh.variant', 'simple']], undefined],
  ])('%s', (_, env, settings, program) => {
    expect(sshProgram(new Settings(settings), env)).toEqual(program);
  });

  it('gets what git gives it, in the order in which git does', () => {
    const address = { host: 'git@h', port: '2222', path: `it's $(here)!` };
    expect(sshArguments({ command: 'ssh', line: false }, address, 'git-upload-pack')).toEqual([
      'ssh',
      [
        ...['-o', 'BatchMode=yes', '-o', 'SendEnv=GIT_PROTOCOL', '-p', '2222', 'git@h'],
        `git-upload-pack 'it'\\''s $(here)'\\!''`,
      ],
    ]);
    expect(
      sshArguments({ command: 'ssh -v', line: true }, { host: 'h', path: '/r' }, 'git-receive-pack'),
    ).toEqual(['sh', ['-c', 'ssh -v "$@"', 'ssh -v', '-o', 'BatchMode=yes', 'h', `git-receive-pack '/r'`]]);
  });
});

describe('a bump over SSH', () => {
  it('takes two connections, and no git on this side', async () => {
    const deploy = values();
    const started = countGit();
    const { calls } = fakeSsh();
    vi.stubEnv('GIT_CONFIG_COUNT', '1');
    vi.stubEnv('GIT_CONFIG_KEY_0', 'user.name');
    vi.stubEnv('GIT_CONFIG_VALUE_0', 'Ada');
    const { commit } = await bump(`ssh://git@host.example:2222${deploy.bare}`, 'v2');
    expect(started()).toEqual([]);
    expect(calls()).toEqual([
      [
        ...['-o', 'BatchMode=yes', '-p', '2222', 'git@host.example', `git-receive-pack '${deploy.bare}'`],
        'GIT_PROTOCOL= GIT_CONFIG_COUNT=',
      ],
      [
        ...['-o', 'BatchMode=yes', '-o', 'SendEnv=GIT_PROTOCOL', '-p', '2222', 'git@host.example'],
        `git-upload-pack '${deploy.bare}'`,
        'GIT_PROTOCOL=version=2 GIT_CONFIG_COUNT=',
      ],
    ]);
    expect(deploy.git('rev-parse', 'main').trim()).toBe(commit);
    expect(deploy.git('fsck', '--full', '--strict')).toBe('');
    vi.stubEnv('GIT_SSH_VARIANT', 'auto'); // which is for git to find out: the negative control
    await bump(`host.example:${deploy.bare}`, 'v3');
    expect(started().length).toBeGreaterThan(0);
    expect(deploy.read('a/v.yaml')).toBe('tag: v3\n');
  });

  it('starts the line that was told, with the arguments as they are', async () => {
    const deploy = values();
    const started = countGit();
    const { file, calls } = fakeSsh();
    vi.stubEnv('GIT_SSH_COMMAND', `${file} -i "$HOME/a key"`);
    vi.stubEnv('HOME', '/home/ada');
    await bump(`git@host.example:${deploy.bare}`, 'v2');
    expect(started()).toEqual([]);
    expect(calls()[0]?.slice(0, 4)).toEqual(['-i', '/home/ada/a key', '-o', 'BatchMode=yes']);
    expect(deploy.read('a/v.yaml')).toBe('tag: v2\n');
  });

  it.each([`it's`, '$(touch canary)', '`touch canary`', '"; touch canary; "', 'a!b', 'a b', 'a\\b'])(
    'finds the folder %j, and executes nothing of it',
    async (name) => {
      const deploy = values();
      const started = countGit();
      fakeSsh(`cd ${dirname(deploy.bare)} && eval "$last"`);
      const place = join(dirname(deploy.bare), name, 'r.git');
      mkdirSync(dirname(place));
      renameSync(deploy.bare, place);
      await bump(`host.example:${place}`, 'v2');
      expect(started()).toEqual([]);
      expect(existsSync(join(dirname(deploy.bare), 'canary'))).toBe(false);
      renameSync(place, deploy.bare);
      expect(deploy.read('a/v.yaml')).toBe('tag: v2\n');
    },
  );

  it.each([
    ['asks for a password', 'case "$*" in *BatchMode*) exit 255;; esac; eval "$last"'],
    ['does not hand on the version', 'unset GIT_PROTOCOL; eval "$last"'],
    ['greets whoever comes', 'case "$*" in *BatchMode*) echo Welcome;; esac; eval "$last"'],
  ])('is left to git where the other end %s', async (_, run) => {
    const deploy = values();
    const started = countGit();
    const { calls } = fakeSsh(run);
    await bump(`host.example:${deploy.bare}`, 'v2');
    expect(started().length).toBeGreaterThan(0);
    expect(calls().filter((call) => call.includes('BatchMode=yes'))).toHaveLength(2); // one try
    expect(deploy.read('a/v.yaml')).toBe('tag: v2\n');
  });

  it('ends by its deadline where the other end says nothing', async () => {
    fakeSsh('cat > /dev/null');
    const error = await bump('host.example:/srv/r.git', 'v2', { deadlineMs: 1_500 }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 'timeout' });
  });
});
