import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Tip } from '../../src/ledger/ledger-repository.ts';
import {
  printRecord,
  readReleases,
  readState,
  releasedApps,
  type Release,
} from '../../src/ledger/records.ts';

const release: Release = {
  image: { repository: 'registry.example/api', tag: 'sha-0e1234567890', digest: `sha256:${'0'.repeat(64)}` },
  release: { source: '1'.repeat(40), config: '2'.repeat(40), chart: 'deploy/charts/service' },
};

const tip = (files: Record<string, string>): Tip => ({
  commit: undefined,
  files: Object.keys(files),
  read: (paths) =>
    Promise.resolve(
      new Map(paths.flatMap((path) => (files[path] === undefined ? [] : [[path, files[path]]]))),
    ),
});

describe('ledger files', () => {
  it('read back as they were written, and every value is quoted so that no reader takes it for a number', async () => {
    const text = printRecord(release);
    expect(parse(text, { version: '1.1' })).toEqual(release);
    expect(text).toContain('tag: "sha-0e1234567890"');
    const read = await readReleases(tip({ 'apps/api/release.yaml': text }), ['api', 'web'], 'env/x');
    expect([...read]).toEqual([['api', release]]);
  });

  it('are an empty state if the file does not exist', async () => {
    expect(await readState(tip({}), 'env/x')).toEqual({ pending: [] });
  });

  it('name the apps that have a release, and nothing else', () => {
    const files = [
      'apps/b/release.yaml',
      'apps/a/release.yaml',
      'apps/a/other.yaml',
      'stacks/x/applied.yaml',
      'ledger.yaml',
    ];
    expect(releasedApps(tip(Object.fromEntries(files.map((file) => [file, '']))))).toEqual(['a', 'b']);
  });

  it.each([
    [
      'a tag instead of a digest',
      { ...release, image: { ...release.image, digest: 'latest' } },
      'image.digest',
    ],
    ['a short commit', { ...release, release: { ...release.release, config: 'abc1234' } }, 'release.config'],
    ['an unknown key', { ...release, approved: true }, 'approved: is not a known key'],
  ])('with %s are refused by path', async (_, content, words) => {
    const file = { 'apps/api/release.yaml': JSON.stringify(content) };
    await expect(readReleases(tip(file), ['api'], 'env/x')).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining(words) as string,
    });
  });
});
