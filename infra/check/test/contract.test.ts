import { SECRET, UNKNOWN, type Value } from '@slipway/stack';
import { describe, expect, it } from 'vitest';
import { graphOf } from './stacks.ts';

const isMarked = (value: Value | undefined, mark: string) =>
  typeof value === 'object' && value !== null && mark in value;

describe.each(['production', 'development'])('the cluster of %s', (environment) => {
  it('has exactly the outputs of the contract', async () => {
    const { outputs } = await graphOf(environment, 'cluster');
    expect(Object.keys(outputs)).toEqual(['endpoint', 'facts', 'kubeconfig', 'name', 'region']);
    expect(outputs['name']).toBe(environment);
    expect(outputs['region']).toMatch(/^[a-z]{2}-[a-z]+/);
    expect(isMarked(outputs['endpoint'], UNKNOWN)).toBe(true); // known only after apply
    expect(isMarked(outputs['kubeconfig'], SECRET)).toBe(true);
  });

  it('has facts that are named placeholders and not secret', async () => {
    const { outputs } = await graphOf(environment, 'cluster');
    const facts = Object.values(outputs['facts'] as Record<string, Value>).flat();
    expect(facts.length).toBeGreaterThan(1);
    for (const fact of facts) expect(fact).toMatch(/^\$\{.+::.+\.id\}$/);
  });
});
