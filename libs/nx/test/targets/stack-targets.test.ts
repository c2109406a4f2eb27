import { describe, expect, it } from 'vitest';
import { stackTargets } from '../../src/targets/stack-targets.ts';

const facts = {
  root: 'infra/production/cluster',
  environments: ['development', 'local', 'production'],
  defaultEnvironment: 'local',
  byHand: false,
  maker: 'libs/stack/src',
};
const targets = stackTargets(facts);

describe('the targets of a stack', () => {
  it('are commands that users can run, and need no cloud', () => {
    expect(targets.synth.options).toEqual({ command: 'slipway stack synth infra/production/cluster' });
    expect(targets.policy.options).toEqual({ command: 'slipway stack policy infra/production/cluster' });
    expect(targets.test.options).toEqual({ command: 'slipway stack check infra/production/cluster' });
  });

  it('are cached with all inputs of a graph; a deploy is never cached', () => {
    for (const target of [targets.synth, targets.policy, targets.test]) {
      expect(target.cache).toBe(true);
      expect(target.inputs).toEqual(['default', '^default', '{workspaceRoot}/libs/stack/src/**/*']);
    }
    expect(targets.synth.outputs).toEqual(['{projectRoot}/dist/graph.*']);
    expect(targets.deploy.cache).toBe(false);
  });

  it('plan only after the policies hold and the graph is fresh', () => {
    expect(targets.deploy.dependsOn).toContain('test');
    expect(targets.test.dependsOn).toEqual(['policy']);
  });

  it('apply only with the own environment as configuration, and plan with others', () => {
    const plan = 'slipway stack plan infra/production/cluster';
    expect(targets.deploy.options).toEqual({ command: plan });
    expect(targets.deploy.configurations).toEqual({
      development: { command: plan },
      local: { command: plan },
      production: { command: 'slipway stack deploy infra/production/cluster --env=production' },
    });
  });

  it('never apply a stack that is applied by hand', () => {
    const { deploy } = stackTargets({ ...facts, byHand: true });
    expect(deploy.configurations?.['production']).toEqual({
      command: 'slipway stack plan infra/production/cluster',
    });
  });

  it('have a deploy for every environment, because Nx would silently use the default', () => {
    expect(Object.keys(targets.deploy.configurations ?? {})).toEqual(['development', 'local', 'production']);
    expect(targets.deploy.defaultConfiguration).toBe('local');
  });
});
