import { describe, expect, it } from 'vitest';
import { diffManifests, diffMarkdown, diffText } from '../../src/index.ts';
import type { Manifest } from '../../src/render.ts';

const deployment = (image: string, replicas: number, extra: object = {}): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'api', namespace: 'web', labels: { 'app.kubernetes.io/name': 'api' } },
  spec: {
    replicas,
    template: { spec: { containers: [{ name: 'side' }, { name: 'app', image, ...extra }] } },
  },
});
const service: Manifest = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'api' } };
const secret = (password: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: 'keys',
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': password, a: 'b' },
  },
  data: { password, user: 'YWRh' },
  stringData: { note: password },
});

describe('the difference of two renderings', () => {
  it('lists objects and fields', () => {
    const diff = diffManifests([deployment('a:1', 2), service], [deployment('a:2', 3), secret('x')]);
    expect(diff).toEqual([
      {
        object: 'Deployment.apps web/api',
        change: 'changed',
        fields: [
          { path: 'spec.replicas', before: 2, after: 3 },
          { path: 'spec.template.spec.containers[app].image', before: 'a:1', after: 'a:2' },
        ],
      },
      { object: 'Secret keys', change: 'added', fields: [] },
      { object: 'Service api', change: 'removed', fields: [] },
    ]);
  });

  it('is none for another order of keys, of objects and of named items', () => {
    const { spec, ...rest } = deployment('a:1', 2);
    const containers = [{ image: 'a:1', name: 'app' }, { name: 'side' }];
    const other = {
      spec: { template: { spec: { containers } }, replicas: 2 },
      ...rest,
    } as unknown as Manifest;
    expect(spec).toBeDefined();
    expect(diffManifests([deployment('a:1', 2), service], [service, other])).toEqual([]);
  });

  it('names items without names by their place, fields that come and go, and keys with dots in quotes', () => {
    const before = deployment('a:1', 2, { args: ['x', 'y'], gone: true });
    const after = deployment('a:1', 2, { args: ['x', 'z', 'new'], come: 1 });
    (after.metadata.labels as Record<string, string>)['app.kubernetes.io/name'] = 'web';
    expect(diffText([{ app: 'api', objects: diffManifests([before], [after]) }])).toBe(
      [
        'api: 1 changed',
        '  ~ Deployment.apps web/api',
        '      metadata.labels."app.kubernetes.io/name": api -> web',
        '      spec.template.spec.containers[app].args[1]: y -> z',
        '      spec.template.spec.containers[app].args[2]: + new',
        '      spec.template.spec.containers[app].come: + 1',
        '      spec.template.spec.containers[app].gone: - true',
      ].join('\n'),
    );
  });

  it('shows that a secret changed, but never its value', () => {
    const [before, after] = [secret('aHVudGVyMg=='), secret('c3dvcmRmaXNo')];
    const objects = diffManifests([before], [after]);
    const text = diffText([{ app: 'api', objects }]) + JSON.stringify(objects);
    expect(text).not.toMatch(/aHVudGVyMg|c3dvcmRmaXNo/);
    expect(objects[0]?.fields.map(({ path }) => path)).toEqual(['data.password', 'stringData.note']);
    expect(diffManifests([before], [before])).toEqual([]);
  });

  it('shows a long value around its first difference, one line for each side', () => {
    const config = (level: string): Manifest => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'api' },
      data: { 'app.conf': `${'# a long introduction\n'.repeat(40)}level: ${level}\n${'x'.repeat(200)}` },
    });
    const app = { app: 'api', objects: diffManifests([config('info')], [config('debug')]) };
    const [, , path, ...sides] = diffText([app]).split('\n');
    expect(path).toBe('      data."app.conf":');
    expect(sides).toEqual([
      expect.stringMatching(/^ {8}- ….{0,30}level: info.*… \(1\d\d\d characters\)$/),
      expect.stringMatching(/^ {8}\+ ….{0,30}level: debug.*… \(1\d\d\d characters\)$/),
    ]);
    for (const line of diffText([app]).split('\n')) expect(line.length).toBeLessThanOrEqual(132);
    expect(diffMarkdown([app])).toMatch(/^- .*level: info.*\n\+ .*level: debug/m);
    const both = diffManifests([config('info')], [{ ...config('info'), data: { 'app.conf': 'short' } }]);
    expect(diffText([{ app: 'api', objects: both }])).toContain('        + short');
  });

  it('is Markdown that no value can break out of', () => {
    const objects = diffManifests([deployment('a:1', 2)], [deployment('````\n</details>', 2)]);
    const markdown = diffMarkdown([
      { app: 'api', objects },
      { app: 'web', objects: [] },
    ]);
    expect(markdown).toContain('<summary>api: 1 changed</summary>');
    expect(markdown).toMatch(/^`````diff$/m);
    expect(markdown).toContain('! Deployment.apps web/api');
    expect(markdown).toContain('**web**: no object changes');
    expect(markdown.match(/^<\/details>$/gm)).toHaveLength(1); // the value's own is inside a text
  });
});
