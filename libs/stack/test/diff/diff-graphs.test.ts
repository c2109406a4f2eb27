import { describe, expect, it } from 'vitest';
import { diffGraphs, diffMarkdown, diffSummary, diffTable } from '../../src/index.ts';
import { handmade } from '../programs.ts';

const cluster = (inputs: Record<string, never | string | object>, options = {}) =>
  handmade({ type: 'aws:eks/cluster:Cluster', name: 'main', inputs: inputs as never, options });

describe('the diff of two graphs', () => {
  it('is empty for equal graphs', () => {
    const graph = cluster({ version: '1.36' });
    expect(diffGraphs(graph, graph)).toEqual({ changes: [], outputs: [], same: 1 });
    expect(diffTable(diffGraphs(graph, graph))).toBe(
      '0 to add, 0 to change, 0 to replace, 0 to remove, 1 unchanged',
    );
  });

  it('lists added, removed and changed resources, with the path of each change', () => {
    const before = handmade({ name: 'a' }, { name: 'b', inputs: { list: [{ x: 1 }, { x: 2 }], t: 'y' } });
    const after = handmade({ name: 'b', inputs: { list: [{ x: 1 }, { x: 3 }] } }, { name: 'c' });
    const { changes } = diffGraphs(before, after);
    expect(changes.map(({ action, resource }) => `${action} ${resource.name}`)).toEqual([
      'remove a',
      'change b',
      'add c',
    ]);
    expect(changes[1]?.properties).toEqual([
      { path: 'list[1].x', before: 2, after: 3, forces: false },
      { path: 't', before: 'y', forces: false },
    ]);
  });

  it('shows a single difference for an item inserted into or removed from a list', () => {
    const statement = (Sid: string, Action = 'x') => ({ Sid, Action });
    const of = (...list: object[]) => handmade({ name: 'a', inputs: { list: list as never } });
    const listDiff = (before: object[], after: object[]) =>
      diffGraphs(of(...before), of(...after)).changes.flatMap(({ properties }) =>
        properties.map(({ path, before, after }) => [path, before, after]),
      );
    const [a, b, c] = ['A', 'B', 'C'].map((Sid) => statement(Sid)) as [object, object, object];
    expect(listDiff([a, c], [a, b, c])).toEqual([['list[1]', undefined, b]]);
    expect(listDiff([a, b, c], [a, c])).toEqual([['list[1]', b, undefined]]);
    expect(listDiff([a, c], [a, b, statement('C', 'y')])).toEqual([
      ['list[1]', undefined, b],
      ['list[2].Action', 'x', 'y'],
    ]);
    expect(listDiff([{ x: 1 }, { x: 2 }], [{ x: 2 }])).toEqual([['list[0]', { x: 1 }, undefined]]);
    expect(listDiff([a, a, a], [a, a])).toEqual([['list[2]', a, undefined]]);
    expect(listDiff([a, b], [b, a]).map(([path]) => path)).toEqual(['list[0].Sid', 'list[1].Sid']);
  });

  it('cuts long values to the part that differs', () => {
    const arn = (end: string) => handmade({ name: 'a', inputs: { arn: `${'x'.repeat(90)}/${end}` } });
    const table = diffTable(diffGraphs(arn('before'), arn('after')));
    expect(table).toMatch(/arn: …x+\/before" -> …x+\/after"/);
  });

  it('marks a property that forces a replacement, also a nested one', () => {
    const diff = diffGraphs(
      cluster({ version: '1.35', kubernetesNetworkConfig: { serviceIpv4Cidr: '10.1.0.0/16' } }),
      cluster({ version: '1.36', kubernetesNetworkConfig: { serviceIpv4Cidr: '10.2.0.0/16' } }),
    );
    expect(diff.changes[0]?.action).toBe('replace');
    expect(diff.changes[0]?.properties.filter(({ forces }) => forces)).toEqual([
      expect.objectContaining({ path: 'kubernetesNetworkConfig.serviceIpv4Cidr' }),
    ]);
  });

  it('respects the options replaceOnChanges and ignoreChanges', () => {
    const diff = (options: object) =>
      diffGraphs(cluster({ version: '1.35' }, options), cluster({ version: '1.36' }, options)).changes;
    expect(diff({})[0]?.action).toBe('change');
    expect(diff({ replaceOnChanges: ['version'] })[0]?.action).toBe('replace');
    expect(diff({ ignoreChanges: ['version'] })).toEqual([]);
  });

  it('warns about the replacement of a protected resource and counts the changes', () => {
    const before = cluster({ name: 'a' }, { protect: true });
    const table = diffTable(diffGraphs(before, cluster({ name: 'b' }, { protect: true })));
    expect(table).toContain('± eks.Cluster main (protected: the engine will refuse this)');
    expect(table).toContain('name: "a" -> "b"  (forces replacement)');
    expect(table).toContain('1 to replace');
  });

  it('masks secrets and escapes bars in Markdown tables', () => {
    const before = handmade({ name: 'a', inputs: { t: 'x|y', s: 'open' } });
    const after = handmade({ name: 'a', inputs: { t: 'z`', s: { $secret: true } } });
    const text = diffMarkdown('Plan', diffGraphs(before, after));
    expect(text).toContain('s: "open" -> [secret]');
    for (const row of text.split('\n').filter((line) => line.startsWith('|'))) {
      expect(row.replaceAll('\\|', '').split('|')).toHaveLength(5);
    }
    expect(text).toContain(diffSummary(diffGraphs(before, after)));
  });

  it('compares outputs too', () => {
    const graph = handmade({ name: 'a' });
    const diff = diffGraphs(graph, { ...graph, outputs: { url: 'x' } });
    expect(diff.outputs).toEqual([{ path: 'url', after: 'x', forces: false }]);
    expect(diffTable(diff)).toContain('url: nothing -> "x"');
  });
});
