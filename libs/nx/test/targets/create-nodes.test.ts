import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodesV2 } from '../../src/targets/create-nodes.ts';

let workspaceRoot: string;

beforeEach(() => {
  workspaceRoot = mkdtempSync(join(tmpdir(), 'slipway-nx-'));
});

afterEach(() => {
  rmSync(workspaceRoot, { recursive: true, force: true });
});

/** Writes an app and returns the project that the plugin makes. */
async function inferred(folder: string, manifest: object) {
  const files = {
    'deploy/charts/service/Chart.yaml': 'name: service\n',
    [`apps/${folder}/package.json`]: JSON.stringify(manifest),
    [`apps/${folder}/deploy/values.yaml`]: '',
  };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(workspaceRoot, file)), { recursive: true });
    writeFileSync(join(workspaceRoot, file), text);
  }
  const found = await createNodesV2[1]([`apps/${folder}/deploy/values.yaml`], undefined, {
    workspaceRoot,
    nxJsonConfiguration: {},
  });
  return found[0]?.[1].projects?.[`apps/${folder}`];
}

describe('an app', () => {
  it('is a project with the name of its folder', async () => {
    expect(await inferred('api', { name: 'api' })).toMatchObject({ name: 'api', root: 'apps/api' });
  });

  it('is refused with another name, so names are unique', async () => {
    await expect(inferred('api-2', { name: 'api' })).rejects.toThrow(
      'apps/api-2/package.json has the name "api", but apps are released under the name of their folder. Name it "api-2".',
    );
  });

  it('is refused if its chart does not exist', async () => {
    await expect(inferred('api', { name: 'api', slipway: { chart: 'deploy/charts/gone' } })).rejects.toThrow(
      'deploy/charts/gone/Chart.yaml does not exist. Correct slipway.chart in apps/api/package.json.',
    );
  });
});
