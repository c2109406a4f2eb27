import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bump, bumpFiles, Checkout, readEnvironment } from '../../src/index.ts';
import { ValuesRepository } from '../support/values-repository.ts';
import { intent, scratch, words, Workspace } from '../support/workspace.ts';

/** Each process costs milliseconds. If a change needs one more, raise the bound and say why in the commit. */
const [LEDGER_BUMP, FILE_BUMP] = [11, 4];

/**
 * Puts a `git` on PATH that records each command that this process starts, then is git.
 *
 * @param beforePush a shell command that runs once, before the first push
 * @returns reads the commands
 */
function recordGit(beforePush = ':'): () => string[] {
  const folder = scratch();
  const [log, pushed] = [join(folder, 'log'), join(folder, 'pushed')];
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  const script = [
    '#!/bin/sh',
    `[ "$PPID" = ${process.pid} ] && echo "$*" >> ${log}`,
    `case "$*" in *" push "*) [ -e ${pushed} ] || { touch ${pushed}; ${beforePush}; } ;; esac`,
    `exec ${real} "$@"`,
  ];
  writeFileSync(join(folder, 'git'), `${script.join('\n')}\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
  return () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').filter(Boolean) : []);
}

const setTag = (deploy: ValuesRepository) =>
  bumpFiles({
    repository: `file://${deploy.bare}`,
    cwd: scratch(),
    edits: [{ file: 'a/v.yaml', path: 'tag', value: 'v2' }],
  });

describe('git is started', () => {
  afterEach(() => vi.unstubAllEnvs());

  it(`at most ${LEDGER_BUMP} times for a bump of a ledger`, async () => {
    const workspace = new Workspace();
    await workspace.deploy('development', ['api', 'web']);
    workspace.edit('api', 'api 2');
    const environment = await readEnvironment(workspace.root, 'development');
    const commands = recordGit();
    const result = await bump({
      checkout: await Checkout.open(workspace.root),
      environment,
      changed: () => Promise.resolve(new Set(['api'])),
      intents: [intent('api', 'api 2')],
    });
    expect(words(result)).toEqual({ api: 'landed' });
    expect(commands().filter((command) => command.includes(' push '))).toHaveLength(1); // the record works
    expect(commands().length, commands().join('\n')).toBeLessThanOrEqual(LEDGER_BUMP);
  });

  it(`at most ${FILE_BUMP} times for a bump of a file`, async () => {
    const deploy = new ValuesRepository({ 'a/v.yaml': 'tag: v1\n' });
    const commands = recordGit();
    await setTag(deploy);
    expect(commands().length, commands().join('\n')).toBeLessThanOrEqual(FILE_BUMP);
    expect(deploy.read('a/v.yaml')).toBe('tag: v2\n');
  });

  it('twice more, for a fetch and a push, if another commit landed before the push', async () => {
    const deploy = new ValuesRepository({ 'a/v.yaml': 'tag: v1\n' });
    const older = deploy.git('rev-parse', 'main').trim();
    const newer = deploy.push({ 'b/v.yaml': 'tag: b\n' });
    deploy.git('update-ref', 'refs/heads/main', older);
    const commands = recordGit(`GIT_DIR=${deploy.bare} git update-ref refs/heads/main ${newer}`);
    const { retries } = await setTag(deploy);
    expect(retries).toBe(1);
    expect(commands().length, commands().join('\n')).toBeLessThanOrEqual(FILE_BUMP + 2);
    expect(deploy.git('rev-parse', 'main~1').trim()).toBe(newer);
  });
});
