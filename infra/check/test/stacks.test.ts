import {
  evaluate,
  graphHash,
  graphText,
  loadProgram,
  synth,
  withInput,
  type GraphResource,
} from '@slipway/stack';
import { describe, expect, it } from 'vitest';
import { ALL, graphOf, stackOf } from './stacks.ts';

const RUNS = 20;

describe.each(ALL)('%s/%s', (environment, name) => {
  it(`is the same graph in ${RUNS} runs`, async () => {
    const hashes = new Set<string>();
    for (let run = 0; run < RUNS; run += 1) hashes.add(graphHash(await graphOf(environment, name)));
    expect(hashes.size).toBe(1);
  });

  it('fulfils its policies or names the option that relaxes one', async () => {
    const { policies } = await loadProgram(await stackOf(environment, name));
    expect(policies.length).toBeGreaterThan(0);
    const findings = evaluate(policies, await graphOf(environment, name));
    expect(findings.filter(({ state }) => state === 'violated')).toEqual([]);
  });

  it('refuses to run as the stack of another environment', async () => {
    const project = await stackOf(environment, name);
    const { program } = await loadProgram(project);
    const other = environment === 'production' ? 'development' : 'production';
    await expect(synth(program, { ...project, stack: other })).rejects.toThrow(
      `runs as the stack "${other}"`,
    );
  });

  it('does not contain the name of another environment, and the check detects one that does', async () => {
    const other = environment === 'production' ? 'development' : 'production';
    const graph = await graphOf(environment, name);
    expect(graphText(graph)).not.toContain(other);
    const [{ type }] = graph.resources.filter(({ custom }) => custom) as [GraphResource];
    const mixed = withInput(graph, type, 'tags.from', `arn:aws:s3:::${other}-pulumi`);
    expect(graphText(mixed)).toContain(other);
  });

  it('creates all resources with the only provider of its environment', async () => {
    const { resources } = await graphOf(environment, name);
    const providers = resources.filter(({ type }) => type.startsWith('pulumi:providers:'));
    expect(providers).toHaveLength(1);
    const made = resources.filter(({ custom, type }) => custom && !type.startsWith('pulumi:'));
    for (const { options } of made) expect(options['provider']).toBe(providers[0]?.urn);
  });

  it('names a missing value if it has no configuration', async () => {
    const project = await stackOf(environment, name);
    const { program } = await loadProgram(project);
    await expect(synth(program, { ...project, config: {} })).rejects.toThrow(
      /Pulumi\.\w+\.yaml, \w+:\w+ is missing/,
    );
  });
});

describe('the AWS provider', () => {
  it('is limited to one region and one account', async () => {
    const { resources } = await graphOf('production', 'cluster');
    const provider = resources.find(({ type }) => type === 'pulumi:providers:aws');
    expect(provider?.inputs).toMatchObject({ region: 'eu-central-1', allowedAccountIds: '["111122223333"]' });
  });
});
