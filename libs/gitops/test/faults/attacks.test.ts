import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bumpFiles, getValue, GitopsError, hold, readEnvironment } from '../../src/index.ts';
import { parseFilePath } from '../../src/bump-files/file-path.ts';
import { isBranchName } from '../../src/git/ref-name.ts';
import { ValuesRepository } from '../support/values-repository.ts';
import { scratch, Workspace } from '../support/workspace.ts';

/** A folder to run in, with a canary that only a payload that is executed would make. */
const around = mkdtempSync(join(tmpdir(), 'slipway-attacks-'));
const folder = join(around, 'a');
const CANARY = join(folder, 'canary');
mkdirSync(folder);
afterAll(() => rmSync(around, { recursive: true, force: true }));

const COMMANDS = [
  `--upload-pack=touch ${CANARY}`,
  `--receive-pack=touch ${CANARY}`,
  `--exec=touch ${CANARY}`,
  `-c core.sshCommand=touch ${CANARY}`,
  `--config=core.sshCommand=touch ${CANARY}`,
  `-u touch ${CANARY}`,
  `--output=${CANARY}`,
  `$(touch ${CANARY})`,
  `\`touch ${CANARY}\``,
  `; touch ${CANARY};`,
  `| touch ${CANARY}`,
  `&& touch ${CANARY}`,
  `|| touch ${CANARY}`,
  `x\ntouch ${CANARY}`,
  `x\r\ntouch ${CANARY}`,
  `> ${CANARY}`,
  `!touch ${CANARY}`,
  `"; touch ${CANARY}; "`,
  `'; touch ${CANARY}; '`,
  `\${IFS}touch\${IFS}${CANARY}`,
  `ext::sh -c touch% ${CANARY}`,
  `ext::touch ${CANARY}`,
  `fd::17/x`,
  `ssh://-oProxyCommand=touch ${CANARY}/x`,
  `ssh://h/-oProxyCommand=touch%20${CANARY}`,
  `-oProxyCommand=touch ${CANARY}:x/y`,
  `file://$(touch ${CANARY})/x`,
];

const ESCAPES = [
  '../outside',
  '../../etc/passwd',
  'a/../../outside',
  '/etc/passwd',
  '//server/share',
  '..\\outside',
  'C:\\windows',
  '.git/config',
  '.GIT/config',
  '.git /config',
  '.git./config',
  '.git::$DATA/config',
  'git~1/config',
  'a/.git/hooks/post-checkout',
  '.',
  '..',
  './..',
  'a//b',
  'a/./b',
  'a/',
  '',
  '\0',
  'a\0b',
  'a\tb',
  'a\u007fb',
  '\u200bapps',
  'apps\u202e/x',
  'x'.repeat(5_000),
];

const REFS = [
  'HEAD^{/x}',
  '@{-1}',
  '@',
  'a..b',
  'a.lock',
  'a.lock/b',
  '.hidden',
  'a/.hidden',
  'a b',
  'a~1',
  'a^1',
  'a:b',
  'a?b',
  'a*b',
  'a[b',
  'a\\b',
  'a/',
  '/a',
  'a//b',
  'a.',
  '-b',
  '--all',
  ':refs/heads/main',
  '+main',
  'main\u0000x',
  '',
  'x'.repeat(5_000),
];

/** Names that look like others, or like nothing. They are names all the same: what they must not do is act. */
const LOOK_ALIKES = [
  '\u0430pi',
  'ap\u0456',
  'api\u200d',
  '\u202eipa',
  'ＡＰＩ',
  'api\u00ad',
  'İstanbul',
  '%2e%2e%2f',
  '%s%n',
  '{{ .Values }}',
];

const ALL = [...COMMANDS, ...ESCAPES, ...REFS, ...LOOK_ALIKES];

/** Nothing was executed, and nothing lies where it should not. */
function expectNothingHappened(): void {
  expect(existsSync(CANARY)).toBe(false);
  expect(readdirSync(around)).toEqual(['a']);
  expect(readdirSync(folder)).toEqual([]);
}

const refusal = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'accepted',
    (error: unknown) => error,
  );
const edit = { file: 'a.yaml', path: 'tag', value: 'v2' };

describe(`${ALL.length} names as attacks, in every place that takes a name`, () => {
  it('as a branch are refused, or are a name for Git too', async () => {
    const deploy = new ValuesRepository({ 'a.yaml': 'tag: v1\n' });
    for (const name of ALL) {
      if (!isBranchName(name)) {
        const error = await refusal(
          bumpFiles({ repository: deploy.bare, branch: name, edits: [edit], cwd: folder }),
        );
        expect(error, name).toMatchObject({ code: 'usage', value: name });
      } else {
        const known = spawnSync('git', ['check-ref-format', '--branch', name], { cwd: deploy.bare });
        expect(known.status, name).toBe(0);
      }
    }
    const accepted = ALL.filter((name) => isBranchName(name));
    expect(accepted.filter((name) => REFS.includes(name))).toEqual(['+main']); // an odd name, but one
    expectNothingHappened();
  });

  it('as a file are refused, or are a file that is not there', { timeout: 240_000 }, async () => {
    const deploy = new ValuesRepository({ 'a.yaml': 'tag: v1\n' });
    const plain = ALL.filter((name) => {
      try {
        return parseFilePath(name) !== '';
      } catch (error) {
        expect(error, name).toMatchObject({ code: 'usage' });
        return false;
      }
    });
    expect(plain.filter((name) => ESCAPES.includes(name))).toEqual([]);
    const work = plain.map((file) =>
      refusal(bumpFiles({ repository: deploy.bare, edits: [{ ...edit, file }], cwd: folder, dryRun: true })),
    );
    for (const error of await Promise.all(work)) expect(error).toBeInstanceOf(GitopsError);
    expectNothingHappened();
  });

  it('as a repository fail, and are addresses of nothing', { timeout: 240_000 }, async () => {
    const names = [...COMMANDS, ...LOOK_ALIKES].filter((name) => !name.includes('ssh://h'));
    for (const repository of names) {
      const error = await refusal(bumpFiles({ repository, edits: [edit], cwd: folder, deadlineMs: 10_000 }));
      expect(error, repository).toBeInstanceOf(GitopsError);
    }
    expectNothingHappened();
  });

  it('as values are refused, or every reader reads exactly them', async () => {
    const keys = ALL.map((_, at) => `k${at}: none\n`).join('');
    const deploy = new ValuesRepository({ 'a.yaml': keys });
    const edits = ALL.map((value, at) => ({ file: 'a.yaml', path: `k${at}`, value }));
    const allowed: typeof edits = [];
    for (const one of edits) {
      const refused = /[\0\u007f]/.test(one.value);
      const answer = await refusal(
        refused ? bumpFiles({ repository: deploy.bare, edits: [one], cwd: folder }) : Promise.resolve(),
      );
      if (answer === 'accepted') allowed.push(one);
      else expect(answer, one.value).toMatchObject({ name: 'ValuesError' });
    }
    await bumpFiles({ repository: deploy.bare, edits: allowed, cwd: folder });
    const after = Buffer.from(deploy.read('a.yaml'));
    for (const { path, value } of allowed) expect(getValue(after, path)).toBe(value);
    expect(allowed.length).toBeGreaterThan(80);
    expectNothingHappened();
  });

  it(
    'as subject, author and address of the run forge no field of the commit',
    { timeout: 240_000 },
    async () => {
      const deploy = new ValuesRepository({ 'a.yaml': 'tag: v1\n' });
      const names = [
        'a\n\nSlipway-Forged: yes',
        'a\0b',
        'a\nparent 0000',
        'x> 0 +0000\nauthor y <z',
        '[skip ci]',
        ...COMMANDS.slice(0, 6),
      ];
      for (const [at, name] of names.entries()) {
        await bumpFiles({
          repository: deploy.bare,
          edits: [{ ...edit, value: `v${at + 2}` }],
          subject: name,
          commits: { author: { name, email: name } },
          runUrl: name,
          cwd: folder,
        });
        const lines = deploy.git('cat-file', 'commit', 'main').split('\n');
        const headers = lines.slice(0, lines.indexOf('')).map((line) => line.split(' ')[0]);
        expect(headers, name).toEqual(['tree', 'parent', 'author', 'committer']);
        const trailers = deploy.git('log', '-1', '--format=%(trailers:only)', 'main').trim();
        expect(trailers, name).toBe('Slipway-File: a.yaml');
      }
      expect(deploy.git('fsck', '--full', '--strict')).toBe('');
      expectNothingHappened();
    },
  );

  it('as an app, an environment and a remote of the ledger are refused', { timeout: 240_000 }, async () => {
    const workspace = new Workspace();
    await workspace.deploy('development', ['api', 'web']);
    const environment = await readEnvironment(workspace.root, 'development');
    const checkout = await workspace.source();
    const by = { by: 'ada', reason: 'x' };
    for (const name of [...COMMANDS.slice(0, 8), ...ESCAPES.slice(0, 4)]) {
      expect(await refusal(hold(checkout, environment, name, by)), name).toMatchObject({
        code: 'usage',
        value: name,
      });
      expect(await refusal(readEnvironment(workspace.root, name)), name).toMatchObject({
        code: 'usage',
        value: name,
      });
      const elsewhere = { ...environment, ledger: { ...environment.ledger, remote: name } };
      if (!name.includes('/') || name.startsWith('-')) continue; // a folder of this machine would be made
      expect(await refusal(hold(checkout, elsewhere, 'api', by)), name).toBeInstanceOf(GitopsError);
    }
    expectNothingHappened();
  });

  it('would be noticed: the canary sings when a payload is executed', () => {
    spawnSync('sh', ['-c', `: $(touch ${CANARY})`]);
    expect(existsSync(CANARY)).toBe(true);
    execFileSync('rm', [CANARY]);
  });
});

describe('the content of a branch', () => {
  it('a symbolic link, a submodule and a folder in the place of a file are refused', async () => {
    const deploy = new ValuesRepository({ 'a.yaml': 'tag: v1\n' });
    const clone = join(scratch(), 'clone');
    execFileSync('git', ['clone', '--quiet', deploy.bare, clone]);
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', clone, '-c', 'user.name=A', '-c', 'user.email=a@b', ...args]);
    execFileSync('ln', ['-s', '/etc/passwd', join(clone, 'link.yaml')]);
    execFileSync('ln', ['-s', '..', join(clone, 'up')]);
    writeFileSync(join(clone, '.gitattributes'), '* filter=evil\n');
    const commit = execFileSync('git', ['-C', clone, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
    git('update-index', '--add', '--cacheinfo', `160000,${commit},sub`);
    git('add', 'link.yaml', 'up', '.gitattributes');
    git('commit', '--quiet', '--message', 'hostile');
    git('push', '--quiet', 'origin', 'HEAD:main');
    for (const file of ['link.yaml', 'up/a.yaml', 'sub', 'sub/a.yaml']) {
      const error = await refusal(bumpFiles({ repository: deploy.bare, edits: [{ ...edit, file }] }));
      expect(error, file).toMatchObject({ code: 'usage', value: file });
    }
    expect((await bumpFiles({ repository: deploy.bare, edits: [edit] })).commit).toBeDefined();
  });

  it('an executable file stays executable', async () => {
    const deploy = new ValuesRepository({ 'a.yaml': 'tag: v1\n' });
    const clone = join(scratch(), 'clone');
    execFileSync('git', ['clone', '--quiet', deploy.bare, clone]);
    chmodSync(join(clone, 'a.yaml'), 0o755);
    execFileSync('git', [
      '-C',
      clone,
      '-c',
      'user.name=A',
      '-c',
      'user.email=a@b',
      'commit',
      '--quiet',
      '--all',
      '--message=x',
    ]);
    execFileSync('git', ['-C', clone, 'push', '--quiet', 'origin', 'HEAD:main']);
    await bumpFiles({ repository: deploy.bare, edits: [edit] });
    expect(deploy.git('ls-tree', 'main', 'a.yaml')).toMatch(/^100755/);
  });
});
