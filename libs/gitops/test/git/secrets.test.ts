import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { onOrigin } from '../support/ledger-of.ts';
import { serveHttp } from '../support/serve-http.ts';
import { scratch, words, Workspace } from '../support/workspace.ts';

const SECRET = 's3cr3t-t0ken';
const basic = (user: string): string => `Basic ${Buffer.from(`${user}:${SECRET}`).toString('base64')}`;

/** A `git` that logs the arguments of every process that git starts, then runs git. */
function loggingGit(): { path: string; seen(): string } {
  const folder = scratch();
  const log = join(folder, 'arguments');
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  writeFileSync(
    join(folder, 'git'),
    `#!/bin/sh\nprintf '%s\\n' "$@" >> ${log}\nGIT_TRACE=${log} exec ${real} "$@"\n`,
    {
      mode: 0o755,
    },
  );
  return { path: `${folder}:${process.env['PATH']}`, seen: () => readFileSync(log, 'utf8') };
}

describe('a secret', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('of an address gives access to the remote, and is in no argument, commit or file of the checkout', async () => {
    const workspace = new Workspace();
    await using server = await serveHttp(workspace.origin, { authorization: basic('ci') });
    workspace.git('remote', 'set-url', 'origin', server.url.replace('://', `://ci:${SECRET}@`));
    const { path, seen } = loggingGit();
    vi.stubEnv('PATH', path);
    expect(words(await workspace.deploy('development', ['api', 'web']))).toMatchObject({ api: 'landed' });
    expect(server.refused).toBeGreaterThan(0); // the remote asked for it
    expect(seen()).toContain('git-remote-http'); // the negative control: the log has the processes that git started
    expect(seen()).not.toContain(SECRET);
    expect(onOrigin(workspace, 'log', '--format=%B%an%ae%cn%ce', 'env/development')).not.toContain(SECRET);
  });

  it('of a rewriting rule is in no argument, either', async () => {
    const workspace = new Workspace();
    await using server = await serveHttp(workspace.origin, { authorization: basic('ci') });
    workspace.git('remote', 'set-url', 'origin', 'https://git.example/acme/r.git');
    const base = server.url.replace('://', `://ci:${SECRET}@`);
    workspace.git('config', `url.${base}.insteadOf`, 'https://git.example/acme/r.git');
    const { path, seen } = loggingGit();
    vi.stubEnv('PATH', path);
    expect(words(await workspace.deploy('development', ['api', 'web']))).toMatchObject({ api: 'landed' });
    expect(seen()).not.toContain(SECRET);
  });

  it('of an address that the remote refuses is in no error', async () => {
    const workspace = new Workspace();
    await using server = await serveHttp(workspace.origin, { authorization: basic('somebody else') });
    workspace.git('remote', 'set-url', 'origin', server.url.replace('://', `://ci:${SECRET}@`));
    const error = await workspace.deploy('development', ['api']).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 'auth', retryable: false });
    expect(`${String(error)} ${JSON.stringify(error)} ${(error as Error).stack}`).not.toContain(SECRET);
  });

  it('comes from a credential helper, whose store is neither written nor cleared', async () => {
    const workspace = new Workspace();
    const folder = scratch();
    mkdirSync(join(folder, 'bin'));
    const log = join(folder, 'asked');
    const helper = join(folder, 'bin/helper');
    writeFileSync(
      helper,
      `#!/bin/sh\ncat > /dev/null\necho "$1" >> ${log}\necho username=ci\necho password=${SECRET}\n`,
      {
        mode: 0o755,
      },
    );
    workspace.git('config', 'credential.helper', helper);
    await using server = await serveHttp(workspace.origin, { authorization: basic('ci') });
    workspace.git('remote', 'set-url', 'origin', server.url);
    expect(words(await workspace.deploy('development', ['api', 'web']))).toMatchObject({ api: 'landed' });
    expect(new Set(readFileSync(log, 'utf8').trim().split('\n'))).toEqual(new Set(['get']));
  });
});
