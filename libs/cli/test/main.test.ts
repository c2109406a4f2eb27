import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../src/index.ts';

const home = process.cwd();
let folder: string;
let output: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-cli-'));
  process.chdir(folder);
  output = '';
  const take = (chunk: string | Uint8Array): boolean => {
    output += String(chunk);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(take);
  vi.spyOn(process.stderr, 'write').mockImplementation(take);
});

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
});

/** An empty Git repository with these files committed. */
function repository(files: Record<string, string> = {}): void {
  execFileSync('git', ['init', '--quiet', folder]);
  for (const [file, text] of Object.entries(files)) {
    execFileSync('mkdir', ['-p', join(folder, file, '..')]);
    writeFileSync(join(folder, file), text);
  }
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];
  execFileSync('git', ['-C', folder, 'add', '--all']);
  execFileSync('git', [
    '-C',
    folder,
    ...identity,
    'commit',
    '--quiet',
    '--allow-empty',
    '--message',
    'start',
  ]);
}

const LOCAL = {
  'deploy/environments/local/environment.yaml':
    'deploy: auto\nbase: embedded\nregistries: ["oci:.slipway/registry"]\nsource: worktree\nledger: { repository: .slipway/ledger.git }\n',
};

describe('the command', () => {
  it('prints its help with the exit codes', async () => {
    expect(await main(['--help'])).toBe(0);
    for (const name of [
      'status',
      'history',
      'deploy',
      'bump',
      'affected',
      'affected-base',
      'wait',
      'promote',
      'rollback',
      'hold',
      'unhold',
      'remove',
      'image',
      'values',
      'doctor',
    ]) {
      expect(output).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    }
    expect(output).toContain(
      'Exit codes: 0 done (also: nothing to do) · 1 work failed · 2 wrong usage · 3 refused',
    );
  });

  it.each([[['deplyo']], [['deploy']], [['status', '--env']], [['values', 'set', 'x']]])(
    'exits 2 for %j',
    async (argv) => {
      expect(await main(argv)).toBe(2);
      expect(output).toMatch(/^error: /);
    },
  );

  it.each([
    [['promote', '--json'], "required option '--to <environment>' not specified"],
    [['statsu', '--json'], "unknown command 'statsu'\n(Did you mean status?)"],
    [['hold', 'api', '--json', '--env'], "option '--env <environment>' argument missing"],
  ])('reports errors of %j also as JSON', async (argv, message) => {
    const out = vi.mocked(process.stdout.write);
    expect(await main(argv)).toBe(2);
    const printed = out.mock.calls.map(([chunk]) => String(chunk)).join('');
    expect(JSON.parse(printed)).toEqual({ error: { code: 'usage', message } });
  });

  it('reports a missing repository in one line', async () => {
    expect(await main(['status'])).toBe(1);
    expect(output).toMatch(/^slipway: .* is not inside a Git work tree\. .*\n$/);
  });

  it('exits 2 for an unknown environment, and lists the known ones', async () => {
    repository(LOCAL);
    expect(await main(['status', '--env', 'staging'])).toBe(2);
    expect(output).toContain('There is no environment "staging". Known: local.');
  });

  it('exits 2 for an unknown app', async () => {
    repository(LOCAL);
    expect(await main(['deploy', 'api'])).toBe(2);
    expect(output).toContain('apps/api/deploy/values.yaml is missing');
  });

  it('prints the command that builds a missing image', async () => {
    repository({ ...LOCAL, 'apps/api/deploy/values.yaml': '', 'apps/api/deploy/local.yaml': '' });
    expect(await main(['deploy', 'api'])).toBe(2);
    expect(output).toContain('npx nx image api -c local');
  });

  it('shows an app that was never released', async () => {
    repository({ ...LOCAL, 'apps/api/deploy/values.yaml': '', 'apps/api/deploy/local.yaml': '' });
    expect(await main(['status', '--json'])).toBe(0);
    expect(JSON.parse(output)).toMatchObject([
      { environment: 'local', apps: [{ app: 'api', pending: false, held: false, orphan: false }] },
    ]);
  });

  it('shows readable environments, and the error of one that cannot be read', async () => {
    const broken = { 'deploy/environments/stage/environment.yaml': 'deploy: sometimes\n' };
    repository({ ...LOCAL, ...broken, 'apps/api/deploy/local.yaml': '' });
    expect(await main(['status'])).toBe(0);
    expect(output).toMatch(/^api +local .*not released$/m);
    expect(output).toMatch(/^stage: deploy\/environments\/stage\/environment\.yaml is not valid:$/m);
    expect(await main(['status', '--env', 'stage'])).toBe(2);
  });

  it('exports a base for Nx, and a head only without uncommitted changes', async () => {
    repository({ ...LOCAL, '.gitignore': '.slipway\n' });
    const head = execFileSync('git', ['-C', folder, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
    const empty = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'; // Git's id of an empty tree: everything is due
    expect(await main(['affected-base', '--export'])).toBe(0);
    expect(output).toBe(`NX_BASE=${empty}\nNX_HEAD=${head}\n`);
    output = '';
    writeFileSync(join(folder, 'new'), '');
    expect(await main(['affected-base', '--export'])).toBe(0);
    expect(output).toBe(`NX_BASE=${empty}\n`);
  });

  it('has nothing to bump if no run has published', async () => {
    repository(LOCAL);
    expect(await main(['bump'])).toBe(2);
    expect(output).toContain('anything for local');
  });
});

describe('doctor', () => {
  it('finds no problem in a complete workspace', async () => {
    repository({
      ...LOCAL,
      'deploy/charts/service/Chart.yaml': 'apiVersion: v2\nname: service\nversion: 1.0.0\n',
      'apps/api/deploy/values.yaml': '',
      'apps/api/deploy/local.yaml': '',
    });
    expect(await main(['doctor'])).toBe(0);
    expect(output).toMatch(/^ok +apps +api \(local\)$/m);
  });

  it('finds no problem in the apps of an environment with a platform', async () => {
    repository({
      ...LOCAL,
      'deploy/argocd/Chart.yaml': 'apiVersion: v2\nname: argocd\nversion: 1.0.0\n',
      'deploy/environments/local/values.yaml': '',
    });
    await main(['doctor']);
    expect(output).toMatch(/^ok +apps +platform \(local\)$/m);
  });

  it('names missing files, with the remedy, and exits 1', async () => {
    repository({ ...LOCAL, 'apps/api/deploy/local.yaml': '' });
    expect(await main(['doctor'])).toBe(1);
    expect(output).toMatch(/^FAILED +apps +apps\/api\/deploy\/values\.yaml is missing: .* Create it/m);
  });

  it('reports a shallow clone', async () => {
    repository(LOCAL);
    execFileSync('git', [
      '-c',
      'user.name=A',
      '-c',
      'user.email=a@b',
      'commit',
      '--quiet',
      '--allow-empty',
      '-m',
      'two',
    ]);
    const clone = join(folder, 'clone');
    execFileSync('git', ['clone', '--quiet', '--depth=1', `file://${folder}`, clone]);
    process.chdir(clone);
    expect(await main(['doctor'])).toBe(1);
    expect(output).toMatch(/^FAILED +history +This clone is shallow.*git fetch --unshallow/m);
  });
});

describe('values', () => {
  it('sets one value without changing other bytes, then reports that there is nothing to change', async () => {
    const text = '# the image\nimage: { tag: v1, digest: "sha256:aa" } # keep me\r\n';
    writeFileSync('values.yaml', text);
    expect(await main(['values', 'set', 'values.yaml', 'image.tag', 'v2'])).toBe(0);
    expect(readFileSync('values.yaml', 'utf8')).toBe(text.replace('v1', 'v2'));
    expect(await main(['values', 'set', 'values.yaml', 'image.tag', 'v2', '--json'])).toBe(0);
    expect(output).toContain('"changed": false');
    output = '';
    expect(await main(['values', 'get', 'values.yaml', 'image.digest'])).toBe(0);
    expect(output).toBe('sha256:aa\n');
  });

  it('refuses a missing key, and does not change the file', async () => {
    writeFileSync('values.yaml', 'image: {}\n');
    expect(await main(['values', 'set', 'values.yaml', 'image.tag', 'v2'])).toBe(3);
    expect(readFileSync('values.yaml', 'utf8')).toBe('image: {}\n');
  });

  it.each([
    ['number', 'seven'],
    ['boolean', 'yes'],
  ])('refuses a value that is not a %s', async (type, value) => {
    writeFileSync('values.yaml', 'a: 1\n');
    expect(await main(['values', 'set', 'values.yaml', 'a', value, '--type', type])).toBe(2);
  });

  it('reports a missing file in one line', async () => {
    expect(await main(['values', 'get', 'nowhere.yaml', 'a'])).toBe(2);
    expect(output).toMatch(/^slipway: nowhere\.yaml cannot be read: .*\n$/);
  });
});
