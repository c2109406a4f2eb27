import { describe, expect, it } from 'vitest';
import { platformTargets } from '../../src/targets/platform-targets.ts';

const { deploy, lint, render } = platformTargets({
  environments: [
    { name: 'development', base: 'pinned' },
    { name: 'local', base: 'embedded' },
  ],
  defaultEnvironment: 'local',
});

describe('the targets of the platform', () => {
  it('deploy to every environment, never from the cache', () => {
    expect(deploy.cache).toBe(false);
    expect(deploy.options).toEqual({ command: 'slipway deploy platform --env=local' });
    expect(deploy.configurations).toEqual({
      development: { command: 'slipway deploy platform --env=development' },
      local: { command: 'slipway deploy platform --env=local' },
    });
  });

  it('release only after successful checks of the charts’ scenarios and the environments’ values', () => {
    expect(deploy.dependsOn).toEqual(['lint', 'render']);
    expect(lint.options).toEqual({ command: 'slipway lint deploy/argocd deploy/argocd/root' });
    expect(render.options).toEqual({
      command: 'slipway render platform --all --output deploy/argocd/dist/render',
    });
  });

  it('make the platform due after a change of the values that an environment gives to every app', () => {
    expect(deploy.inputs).toContain('{workspaceRoot}/deploy/environments/**/*');
  });
});
