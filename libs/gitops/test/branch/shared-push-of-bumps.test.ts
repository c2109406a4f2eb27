import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { onOrigin, stateOf } from '../support/ledger-of.ts';
import { words, Workspace } from '../support/workspace.ts';

describe('waiting bumps of one process', () => {
  it('need at most one push each, make one commit each, and none is lost', async () => {
    const apps = Array.from({ length: 12 }, (_, at) => `app-${at}`);
    const workspace = new Workspace({ apps });
    const log = join(workspace.origin, 'pushes');
    mkdirSync(join(workspace.origin, 'hooks'));
    writeFileSync(join(workspace.origin, 'hooks/post-receive'), `#!/bin/sh\necho push >> ${log}\n`, {
      mode: 0o755,
    });
    const results = await Promise.all(apps.map((app) => workspace.deploy('development', [app])));
    expect(results.map((result) => words(result))).toEqual(apps.map((app) => ({ [app]: 'landed' })));
    expect(new Set(results.map(({ commit }) => commit)).size).toBe(apps.length);
    expect(workspace.ledgerCommits()).toBe(apps.length);
    expect(stateOf(workspace).pending).toEqual([]);
    expect(readFileSync(log, 'utf8').trim().split('\n').length).toBeLessThanOrEqual(apps.length); // shared-push.test.ts shows that they share
    expect(onOrigin(workspace, 'fsck', '--full', '--strict')).toBe('');
  });

  it('fail independently of each other', async () => {
    const workspace = new Workspace();
    const environment = { reason: 'no such app' };
    const [good, bad] = await Promise.all([
      workspace.deploy('development', ['api']),
      workspace.deploy('development', [], { failed: [{ app: 'web', ...environment }] }),
    ]);
    expect(words(good)).toEqual({ api: 'landed' });
    expect(words(bad)).toEqual({ web: 'failed' });
    expect(bad.commit).toBeUndefined();
  });
});
