import { describe, expect, test } from 'vitest';
import { parseManifests, placeOf } from '../../../src/render/helm/manifest.ts';

describe('manifests', () => {
  test('are read as Kubernetes reads them, without empty documents', () => {
    const text =
      '---\n# nothing\n---\napiVersion: v1\nkind: A\nmetadata: {name: a}\nmode: 0440\non: no\n---\n';
    const [manifest, ...more] = parseManifests(text);
    expect(more).toEqual([]);
    expect(manifest).toMatchObject({ mode: 288, true: false });
    expect(manifest && placeOf(manifest)).toBe('A/a');
  });

  test.each([
    [
      'a key twice',
      'apiVersion: v1\nkind: A\nmetadata: {name: a}\nspec: {x: 1, x: 2}\n',
      'Map keys must be unique',
    ],
    ['a broken line', 'apiVersion: v1\n kind: A\n', 'not YAML'],
    [
      'a name that is a number',
      'apiVersion: v1\nkind: A\nmetadata: {name: 1}\n',
      'no apiVersion, kind or metadata.name',
    ],
    ['plain text', 'hello\n', 'no apiVersion, kind or metadata.name'],
  ])('are refused with %s', (_, text, message) => {
    expect(() => parseManifests(text)).toThrow(expect.objectContaining({ code: 'invalid' }));
    expect(() => parseManifests(text)).toThrow(message);
  });

  test('are none if a chart renders nothing', () => {
    expect(parseManifests('')).toEqual([]);
  });
});
