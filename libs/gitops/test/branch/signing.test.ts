import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { GitopsError, Checkout, type CommitOptions } from '../../src/index.ts';
import { onOrigin } from '../support/ledger-of.ts';
import { scratch, words, Workspace } from '../support/workspace.ts';

const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;

async function deploy(workspace: Workspace, commits: CommitOptions = {}) {
  const checkout = await Checkout.open(workspace.root, commits);
  return workspace.deploy('development', ['api', 'web'], { checkout });
}

const field = (workspace: Workspace, format: string): string =>
  onOrigin(workspace, 'log', '-1', `--format=${format}`, 'env/development');

describe('the author of a ledger commit', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('is from the configuration of Git', async () => {
    const workspace = new Workspace();
    await deploy(workspace);
    expect(field(workspace, '%an <%ae> %cn <%ce>')).toBe('Ada <ada@example.com> Ada <ada@example.com>');
  });

  it('is from the options, without characters that would break a commit', async () => {
    const workspace = new Workspace();
    const author = { name: 'Bo <t> \nx', email: 'bo@example.com>\nparent 0' };
    await deploy(workspace, { author, committer: { name: 'CI', email: 'ci@example.com' } });
    expect(field(workspace, '%an|%ae|%cn|%ce')).toBe('Bo t x|bo@example.comparent 0|CI|ci@example.com');
    expect(onOrigin(workspace, 'fsck', '--strict')).toBe('');
  });

  it('is slipway if Git has none', async () => {
    const workspace = new Workspace();
    workspace.git('config', '--unset', 'user.name');
    vi.stubEnv('HOME', scratch());
    vi.stubEnv('XDG_CONFIG_HOME', scratch());
    await deploy(workspace);
    expect(field(workspace, '%an')).toBe('slipway');
  });
});

describe('a ledger commit', () => {
  it.skipIf(!has('ssh-keygen') && !has('ssh'))(
    'is signed with an SSH key if Git is configured so',
    async () => {
      const workspace = new Workspace();
      const folder = scratch();
      const key = join(folder, 'key');
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
      const allowed = join(folder, 'allowed');
      writeFileSync(allowed, `ada@example.com ${execFileSync('cat', [`${key}.pub`], { encoding: 'utf8' })}`);
      workspace.git('config', 'gpg.format', 'ssh');
      workspace.git('config', 'user.signingKey', key);
      workspace.git('config', 'commit.gpgSign', 'true');
      expect(words(await deploy(workspace))).toMatchObject({ api: 'landed' });
      const verify = ['-c', `gpg.ssh.allowedSignersFile=${allowed}`, 'verify-commit', 'env/development'];
      expect(() => onOrigin(workspace, ...verify)).not.toThrow();
    },
  );

  it.skipIf(!has('gpg'))('is signed with the OpenPGP key of an option', async () => {
    const workspace = new Workspace();
    const home = mkdtempSync('/tmp/slipway-gpg-'); // a socket's path is short
    chmodSync(home, 0o700);
    vi.stubEnv('GNUPGHOME', home);
    try {
      const identity = 'Ada <ada@example.com>';
      execFileSync(
        'gpg',
        ['--batch', '--quiet', '--passphrase', '', '--quick-generate-key', identity, 'ed25519', 'sign'],
        { stdio: 'ignore' },
      );
      await deploy(workspace, { sign: 'ada@example.com' });
      expect(field(workspace, '%G?')).toMatch(/[GU]/);
    } finally {
      spawnSync('gpgconf', ['--kill', 'all']);
      rmSync(home, { recursive: true, force: true });
      vi.unstubAllEnvs();
    }
  });

  it('is not written if the key does not exist', async () => {
    const workspace = new Workspace();
    workspace.git('config', 'gpg.format', 'ssh');
    const failed = await deploy(workspace, { sign: join(scratch(), 'no-such-key') }).catch(
      (error: unknown) => error,
    );
    expect(failed).toBeInstanceOf(GitopsError);
    expect(failed).toMatchObject({ code: 'signing', retryable: false });
    expect(onOrigin(workspace, 'branch', '--list', 'env/*')).toBe('');
  });
});
