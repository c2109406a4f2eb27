import { describe, expect, it } from 'vitest';
import { evaluate, packPolicies, relaxationsOf, resourcePolicy } from '../../src/index.ts';
import { handmade } from '../programs.ts';

const small = resourcePolicy({
  name: 'small',
  description: 'Things are small.',
  source: 'a test',
  relaxedBy: 'large',
  types: ['test:index/thing:Thing'],
  *inspect({ inputs }) {
    if (Number(inputs['size']) > 3) yield { message: 'too large', property: 'size', value: inputs['size'] };
  },
});

const chosen = {
  type: 'slipway:test:Box',
  name: 'box',
  custom: false,
  inputs: { relaxations: { large: 'it must hold a lot' } },
};

describe('a policy', () => {
  it('holds, or reports the resource, the property and the value', () => {
    expect(evaluate([small], handmade({ inputs: { size: 1 } }))[0]?.state).toBe('held');
    const [finding] = evaluate([small], handmade({ inputs: { size: 9 } }));
    expect(finding).toMatchObject({
      state: 'violated',
      violations: [{ property: 'size', value: 9, urn: expect.stringContaining('thing-0') }],
    });
  });

  it('is violated by a graph without a resource of its types', () => {
    const graph = handmade({ type: 'test:index/other:Other' });
    expect(evaluate([small], graph)[0]?.state).toBe('violated');
  });

  it('is relaxed only by the option that it names', () => {
    const graph = handmade({ inputs: { size: 9 } }, chosen);
    expect(evaluate([small], graph)[0]).toMatchObject({ state: 'relaxed', relaxedBy: 'large' });
    expect(evaluate([{ ...small, relaxedBy: 'wide' }], graph)[0]?.state).toBe('violated');
    expect(relaxationsOf(graph)).toEqual([
      { option: 'large', reason: 'it must hold a lot', urn: expect.stringContaining('Box::box') },
    ]);
  });

  it('reports the same violation to a Pulumi policy pack', () => {
    const [policy] = packPolicies([small]);
    const [resource] = handmade({ inputs: { size: 9 } }).resources;
    const reports: unknown[] = [];
    policy?.validateStack(
      {
        resources: [
          {
            type: resource?.type as string,
            props: { size: 9 },
            urn: resource?.urn as string,
            name: 'thing-0',
            opts: { protect: false, ignoreChanges: [] },
            dependencies: [],
          },
        ],
      },
      (message, urn) => reports.push([message, urn]),
    );
    expect(reports).toEqual([['too large', resource?.urn]]);
  });
});
