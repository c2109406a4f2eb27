import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listEnvironments, readEnvironment } from '../../src/workspace/environment.ts';
import { scratch } from '../support/workspace.ts';

function withEnvironment(text: string): string {
  const root = scratch();
  mkdirSync(join(root, 'deploy/environments/staging'), { recursive: true });
  writeFileSync(join(root, 'deploy/environments/staging/environment.yaml'), text);
  return root;
}

describe('readEnvironment', () => {
  it('fills in a branch env/<name> on origin, and main as the source', async () => {
    const root = withEnvironment('deploy: auto\nbase: pinned\nregistries: [docker.io/acme]\n');
    expect(await readEnvironment(root, 'staging')).toEqual({
      name: 'staging',
      deploy: 'auto',
      base: 'pinned',
      registries: ['docker.io/acme'],
      source: { remote: 'origin', branch: 'main' },
      ledger: { remote: 'origin', branch: 'env/staging', folder: '' },
    });
  });

  it('takes the ledger from the remote that the source is on', async () => {
    const root = withEnvironment(
      'deploy: promote\nbase: pinned\nregistries: [docker.io/acme]\nsource: { remote: upstream, branch: trunk }\n',
    );
    expect((await readEnvironment(root, 'staging')).ledger).toEqual({
      remote: 'upstream',
      branch: 'env/staging',
      folder: '',
    });
  });

  it('names the environments that there are, for one that is not', async () => {
    const root = withEnvironment('deploy: auto\nbase: pinned\nregistries: [docker.io/acme]\n');
    await expect(readEnvironment(root, 'stagign')).rejects.toMatchObject({
      code: 'usage',
      value: 'stagign',
      message: expect.stringContaining('Known: staging.') as string,
    });
    expect(await listEnvironments(root)).toEqual(['staging']);
  });

  it('reports all mistakes of a file at once, each with its path and value', async () => {
    const root = withEnvironment(
      [
        'deploy: always',
        'registries: ["https://docker.io/acme", 7]',
        'sourc: worktree',
        'source: { remote: "-x", branch: main, tag: v1 }',
        'ledger: { folder: ../elsewhere }',
      ].join('\n'),
    );
    const error = (await readEnvironment(root, 'staging').catch((reason: unknown) => reason)) as Error;
    expect(error).toMatchObject({ code: 'invalid' });
    expect(error.message.split('\n').slice(1)).toEqual([
      '  (whole file): needs base',
      '  sourc: is not a known key, got "worktree"',
      '  deploy: must be one of auto, promote, got "always"',
      expect.stringMatching(/^ {2}registries\.0: must match .*, got "https:\/\/docker\.io\/acme"$/) as string,
      '  registries.1: must be string, got 7',
      '  source.tag: is not a known key, got "v1"',
      expect.stringMatching(/^ {2}source\.remote: must match .*, got "-x"$/) as string,
      expect.stringMatching(/^ {2}ledger\.folder: must match .*, got "\.\.\/elsewhere"$/) as string,
    ]);
  });

  it.each([
    ['not YAML', 'deploy: [auto', 'is not valid YAML'],
    ['a duplicate key', 'deploy: auto\ndeploy: promote\n', 'is not valid YAML'],
    [
      'both a remote and a repository',
      'deploy: auto\nbase: pinned\nregistries: [a]\nledger: { remote: a, repository: b/c }\n',
      'not both',
    ],
    [
      'a ledger among the sources',
      'deploy: auto\nbase: pinned\nregistries: [a]\nsource: { remote: origin, branch: trunk }\nledger: { branch: trunk }\n',
      'Name another branch, or a folder outside all projects',
    ],
  ])('refuses %s', async (_, text, words) => {
    await expect(readEnvironment(withEnvironment(text), 'staging')).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining(words) as string,
    });
  });

  it('refuses a ledger that two environments name, for a run of one would release in the other', async () => {
    const text = 'deploy: auto\nbase: pinned\nregistries: [a]\n';
    const root = withEnvironment(text);
    const add = (name: string, ledger: string) => {
      mkdirSync(join(root, 'deploy/environments', name));
      writeFileSync(join(root, 'deploy/environments', name, 'environment.yaml'), `${text}${ledger}`);
    };
    add('copied', 'ledger: { branch: env/staging }\n');
    add('apart', 'ledger: { branch: env/staging, folder: apart }\n');
    add('broken', 'ledger: [');
    for (const [name, other] of [
      ['copied', 'staging'],
      ['staging', 'copied'],
    ] as const) {
      const [one, two] = [name, other].map((one) => `deploy/environments/${one}/environment.yaml`);
      await expect(readEnvironment(root, name)).rejects.toMatchObject({
        code: 'invalid',
        message: `${one} and ${two} have the same ledger (env/staging at origin). Give each its own branch: ledger: { branch: env/${name} }`,
      });
    }
    expect((await readEnvironment(root, 'apart')).ledger.folder).toBe('apart');
  });
});
