import { describe, expect, it } from 'vitest';
import { stackTargets } from '../src/stack-targets.ts';

const facts = {
  root: 'infra/production/cluster',
  environments: ['development', 'local', 'production'],
  defaultEnvironment: 'local',
  byHand: false,
  maker: 'libs/stack/src',
};
const targets = stackTargets(facts);

describe('the targets of a stack', () => {
  it('are commands that one can type, and need no cloud', () => {
    expect(targets.synth.options).toEqual({ command: 'slipway stack synth infra/production/cluster' });
    expect(targets.policy.options).toEqual({ command: 'slipway stack policy infra/production/cluster' });
    expect(targets.test.options).toEqual({ command: 'slipway stack check infra/production/cluster' });
  });

  it('are cached, with what shapes a graph among their inputs; a deploy never is', () => {
    for (const target of [targets.synth, targets.policy, targets.test]) {
      expect(target.cache).toBe(true);
      expect(target.inputs).toEqual(['default', '^default', '{workspaceRoot}/libs/stack/src/**/*']);
    }
    expect(targets.synth.outputs).toEqual(['{projectRoot}/dist/graph.*']);
    expect(targets.deploy.cache).toBe(false);
  });

  it('plan nothing that breaks a policy or whose graph is stale', () => {
    expect(targets.deploy.dependsOn).toContain('test');
    expect(targets.test.dependsOn).toEqual(['policy']);
  });

  it('apply with the own environment as configuration only; with any other they plan', () => {
    const plan = 'slipway stack plan infra/production/cluster';
    expect(targets.deploy.options).toEqual({ command: plan });
    expect(targets.deploy.configurations).toEqual({
      development: { command: plan },
      local: { command: plan },
      production: { command: 'slipway stack deploy infra/production/cluster --env=production' },
    });
  });

  it('apply nothing in any run when the stack is applied by hand', () => {
    const { deploy } = stackTargets({ ...facts, byHand: true });
    expect(deploy.configurations?.['production']).toEqual({
      command: 'slipway stack plan infra/production/cluster',
    });
  });

  it('have a deploy for every environment, as Nx would silently take the default one', () => {
    expect(Object.keys(targets.deploy.configurations ?? {})).toEqual(['development', 'local', 'production']);
    expect(targets.deploy.defaultConfiguration).toBe('local');
  });
});
