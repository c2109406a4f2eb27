import { describe, expect, it } from 'vitest';
import { appTargets } from '../../src/targets/app-targets.ts';

const targets = appTargets({
  name: 'api',
  root: 'apps/api',
  chart: 'deploy/charts/service',
  environments: [
    { name: 'development', base: 'pinned' },
    { name: 'local', base: 'embedded' },
  ],
  defaultEnvironment: 'local',
  builder: 'libs/image/src',
});

describe('the targets of an app', () => {
  it('publish only after successful tests and render checks, and never take a deploy from the cache', () => {
    expect(targets.deploy.dependsOn).toEqual(['image', 'test', 'render']);
    expect(targets.deploy.cache).toBe(false);
  });

  it('have a configuration per environment, one of them as default', () => {
    for (const target of [targets.deploy, targets.image]) {
      expect(Object.keys(target.configurations ?? {})).toEqual(['development', 'local']);
      expect(target.defaultConfiguration).toBe('local');
    }
    expect(targets.deploy.configurations?.['development']).toEqual({
      command: 'slipway deploy api --env=development',
    });
  });

  it('have separate outputs for the images of the two bases, with all their inputs', () => {
    expect(targets.image.options).toMatchObject({ output: 'apps/api/dist/image/embedded' });
    expect(targets.image.configurations?.['development']).toEqual({
      'base-lock': 'deploy/base/base.lock.yaml',
      platform: 'linux/amd64',
      output: 'apps/api/dist/image/pinned',
    });
    expect(targets.image.outputs).toEqual(['{options.output}']);
    expect(targets.image.inputs).toContain('{workspaceRoot}/libs/image/src/**/*');
    expect(targets.image.inputs).toContain('{workspaceRoot}/deploy/base/base.lock.yaml');
  });

  it('do not build after a change of values', () => {
    expect(JSON.stringify(targets.build.inputs)).not.toMatch(/deploy|projectRoot\}\/\*\*/);
  });

  it('render again after a change of values, chart or environment, but not of code', () => {
    expect(targets.render.cache).toBe(true);
    expect(targets.render.inputs).toEqual(
      expect.arrayContaining([
        '{projectRoot}/deploy/**/*',
        '{workspaceRoot}/deploy/charts/service/**/*',
        '{workspaceRoot}/deploy/environments/**/*',
      ]),
    );
    expect(JSON.stringify(targets.render.inputs)).not.toMatch(/src|default/);
  });

  it('make every app due after a change of an environment', () => {
    expect(targets.deploy.inputs).toContain('{workspaceRoot}/deploy/environments/*/environment.yaml');
  });
});
