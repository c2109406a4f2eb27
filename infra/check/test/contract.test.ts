import { SECRET, UNKNOWN, type Value } from '@slipway/stack';
import { describe, expect, it } from 'vitest';
import { graphOf } from './stacks.ts';

const isMarked = (value: Value | undefined, mark: string) =>
  typeof value === 'object' && value !== null && mark in value;

describe.each(['production', 'development'])('the cluster of %s', (environment) => {
  it('hands on what every cluster does, and nothing else', async () => {
    const { outputs } = await graphOf(environment, 'cluster');
    expect(Object.keys(outputs)).toEqual(['endpoint', 'facts', 'kubeconfig', 'name', 'region']);
    expect(outputs['name']).toBe(environment);
    expect(outputs['region']).toMatch(/^[a-z]{2}-[a-z]+/);
    expect(isMarked(outputs['endpoint'], UNKNOWN)).toBe(true); // only the cloud can tell
    expect(isMarked(outputs['kubeconfig'], SECRET)).toBe(true);
  });

  it('hands on facts that are known by name and no secret', async () => {
    const { outputs } = await graphOf(environment, 'cluster');
    const facts = Object.values(outputs['facts'] as Record<string, Value>).flat();
    expect(facts.length).toBeGreaterThan(1);
    for (const fact of facts) expect(fact).toMatch(/^\$\{.+::.+\.id\}$/);
  });
});
