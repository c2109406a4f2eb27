import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** Removes a function that Node before 22.15 does not have. */
const OLDER = 'data:text/javascript,import module from "node:module"; delete module.registerHooks;';

const BINS = { slipway: 'cli', 'slipway-gitops': 'gitops', 'slipway-image': 'image' };

describe.each(Object.entries(BINS))('%s', (name, library) => {
  const bin = fileURLToPath(new URL(`../../libs/${library}/bin/${name}.js`, import.meta.url));

  it('prints the required version of Node if it is started by an older one', () => {
    const { status, stderr } = spawnSync(process.execPath, ['--import', OLDER, bin, '--help'], {
      encoding: 'utf8',
    });
    expect(stderr).toBe(`${name} needs Node 22.15 or newer; this is ${process.versions.node}.\n`);
    expect(status).toBe(2);
  });
});
