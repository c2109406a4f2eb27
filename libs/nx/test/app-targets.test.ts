import { describe, expect, it } from 'vitest';
import { appTargets } from '../src/app-targets.ts';

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
  it('publish nothing that is red or that a cluster would refuse, and never take a deploy from the cache', () => {
    expect(targets.deploy.dependsOn).toEqual(['image', 'test', 'render']);
    expect(targets.deploy.cache).toBe(false);
  });

  it('have a configuration for every environment, and one of them by default', () => {
    for (const target of [targets.deploy, targets.image]) {
      expect(Object.keys(target.configurations ?? {})).toEqual(['development', 'local']);
      expect(target.defaultConfiguration).toBe('local');
    }
    expect(targets.deploy.configurations?.['development']).toEqual({
      command: 'slipway deploy api --env=development',
    });
  });

  it('keep the images of the two bases apart, each with what shapes it among its inputs', () => {
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

  it('build nothing for a change of values', () => {
    expect(JSON.stringify(targets.build.inputs)).not.toMatch(/deploy|projectRoot\}\/\*\*/);
  });

  it('render anew when values, chart or an environment change, and not for a change of code', () => {
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

  it('make every app due when an environment changes', () => {
    expect(targets.deploy.inputs).toContain('{workspaceRoot}/deploy/environments/*/environment.yaml');
  });
});
