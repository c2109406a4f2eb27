import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bumpFiles, Checkout } from '../../src/index.ts';
import { scratch } from '../support/workspace.ts';
import { ValuesRepository } from '../support/values-repository.ts';

const VALUES = `# hand-written\r
image: { repository: 'registry.example/api', tag: v1 }   # the image\r
replicas: 2\r
revision: "none"`;

const repository = (): ValuesRepository =>
  new ValuesRepository({ 'apps/api/values.yaml': VALUES, 'apps/web/values.yaml': 'image: { tag: v7 }\n' });

const tag = (value: string, file = 'apps/api/values.yaml') => ({ file, path: 'image.tag', value });

describe('a bump of files', () => {
  it('changes only the bytes of the values, in several files, in one commit', async () => {
    const deploy = repository();
    const edits = [
      tag('v2'),
      { file: 'apps/api/values.yaml', path: 'replicas', value: 3 },
      tag('v8', 'apps/web/values.yaml'),
    ];
    const { changes, commit } = await bumpFiles({ repository: deploy.bare, edits });
    expect(deploy.read('apps/api/values.yaml')).toBe(
      VALUES.replace('v1', 'v2').replace('replicas: 2', 'replicas: 3'),
    );
    expect(deploy.read('apps/web/values.yaml')).toBe('image: { tag: v8 }\n');
    expect(changes.map(({ path, before, after, outcome }) => [path, before, after, outcome])).toEqual([
      ['image.tag', 'v1', 'v2', 'landed'],
      ['replicas', 2, 3, 'landed'],
      ['image.tag', 'v7', 'v8', 'landed'],
    ]);
    expect(deploy.git('rev-parse', 'main').trim()).toBe(commit);
    expect(deploy.commits()).toBe(2);
    expect(deploy.git('log', '-1', '--format=%(trailers:only)', 'main').trim().split('\n')).toEqual([
      'Slipway-File: apps/api/values.yaml',
      'Slipway-File: apps/web/values.yaml',
    ]);
    expect(deploy.git('fsck', '--full', '--strict')).toBe('');
  });

  it('a second time makes no commit', async () => {
    const deploy = repository();
    await bumpFiles({ repository: deploy.bare, edits: [tag('v2')] });
    const again = await bumpFiles({ repository: deploy.bare, edits: [tag('v2')] });
    expect(again).toMatchObject({ commit: undefined, changes: [{ outcome: 'unchanged' }] });
    expect(deploy.commits()).toBe(2);
  });

  it('on a dry run writes nothing', async () => {
    const deploy = repository();
    const { changes } = await bumpFiles({ repository: deploy.bare, edits: [tag('v2')], dryRun: true });
    expect(changes).toMatchObject([{ outcome: 'landed', before: 'v1', after: 'v2' }]);
    expect(deploy.commits()).toBe(1);
  });

  it('keeps what others push meanwhile to the same file', async () => {
    const deploy = repository();
    const edits = ['image.tag', 'replicas', 'revision'].map((path) => ({
      file: 'apps/api/values.yaml',
      path,
      value: path === 'replicas' ? 5 : 'new',
    }));
    const results = await Promise.all(
      edits.map((edit) => bumpFiles({ repository: deploy.bare, edits: [edit] })),
    );
    expect(new Set(results.map(({ commit }) => commit)).size).toBe(3);
    const text = deploy.read('apps/api/values.yaml');
    for (const part of ['tag: new', 'replicas: 5', 'revision: "new"']) expect(text).toContain(part);
    expect(deploy.commits()).toBe(4);
  });

  it('with newerWins, an older commit never replaces a newer one', async () => {
    const deploy = repository();
    const app = new ValuesRepository({ 'main.ts': '1' });
    const [older, newer] = [app.git('rev-parse', 'main').trim(), app.push({ 'main.ts': '2' })];
    const checkout = await Checkout.open(app.bare);
    const release = (commit: string) =>
      bumpFiles({
        repository: deploy.bare,
        edits: [tag(`sha-${commit.slice(0, 7)}`)], // without a letter it may be a number, and is quoted then
        newerWins: { path: 'revision', commit, checkout },
      });
    expect((await release(newer)).changes.map(({ outcome }) => outcome)).toEqual(['landed', 'landed']);
    const late = await release(older);
    expect(late).toMatchObject({
      commit: undefined,
      changes: [{ outcome: 'superseded' }, { outcome: 'superseded' }],
    });
    expect(deploy.read('apps/api/values.yaml')).toContain(`tag: sha-${newer.slice(0, 7)}`);
  });

  it('works in a repository whose objects are named by SHA-256', async () => {
    const folder = scratch();
    const [bare, clone] = [join(folder, 'r.git'), join(folder, 'clone')];
    execFileSync('git', [
      'init',
      '--quiet',
      '--bare',
      '--object-format=sha256',
      '--initial-branch=main',
      bare,
    ]);
    execFileSync('git', ['init', '--quiet', '--object-format=sha256', clone]);
    execFileSync('git', ['-C', clone, 'remote', 'add', 'origin', bare]);
    execFileSync(
      'sh',
      [
        '-c',
        'echo "tag: v1" > v.yaml && git add . && git -c user.name=A -c user.email=a@b commit -qm x && git push -q origin HEAD:main',
      ],
      { cwd: clone },
    );
    const { commit } = await bumpFiles({
      repository: bare,
      edits: [{ file: 'v.yaml', path: 'tag', value: 'v2' }],
    });
    expect(commit).toHaveLength(64);
  });

  it.each([
    ['a file that is not there', { file: 'apps/none.yaml' }, { code: 'usage', value: 'apps/none.yaml' }],
    ['a folder', { file: 'apps' }, { code: 'usage' }],
    ['a key that is not there', { path: 'image.no' }, { code: 'missing' }],
  ])('refuses %s, and writes nothing', async (_, wrong, error) => {
    const deploy = repository();
    const refused = await bumpFiles({
      repository: deploy.bare,
      edits: [tag('v2'), { ...tag('v2'), ...wrong }],
    }).catch((reason: unknown) => reason);
    expect(refused).toMatchObject(error);
    expect(deploy.commits()).toBe(1);
  });

  it('refuses a branch that is not there, and a remote that is not known', async () => {
    const deploy = repository();
    const edits = [tag('v2')];
    await expect(bumpFiles({ repository: deploy.bare, branch: 'prod', edits })).rejects.toMatchObject({
      code: 'not-found',
      value: 'prod',
    });
    await expect(bumpFiles({ repository: 'nowhere', cwd: scratch(), edits })).rejects.toMatchObject({
      code: 'not-found',
      value: 'nowhere',
    });
  });
});
