import { execFile } from 'node:child_process';
import { createHash, createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GitopsError, runUrlOf } from '@slipway/gitops';
import { keySigner, type Signer, type ProvenanceSource } from '@slipway/image';

const LOCKFILE = 'package-lock.json';

/**
 * The origin of the images of this workspace, for their provenance. The builder is `SLIPWAY_BUILDER`, in
 * GitHub Actions the workflow, else `slipway:local` for a personal machine, which no production policy should
 * accept.
 *
 * @param commit the commit that is deployed
 */
export async function imageSource(
  root: string,
  commit: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ProvenanceSource> {
  const { GITHUB_SERVER_URL: server, GITHUB_WORKFLOW_REF: workflow, SLIPWAY_BUILDER: builder } = env;
  const lockfile = await readFile(join(root, LOCKFILE)).catch(() => undefined);
  const invocation = runUrlOf(env);
  return {
    uri: await sourceUri(root),
    commit,
    builder: builder || (server && workflow ? `${server}/${workflow}` : 'slipway:local'),
    ...(lockfile && { lockfile: { path: LOCKFILE, digest: sha256(lockfile) } }),
    ...(invocation && { invocation }),
  };
}

/**
 * Makes a signer with the private key in the file `SLIPWAY_SIGNING_KEY` (PEM; passphrase in
 * `SLIPWAY_KEY_PASSPHRASE`). Returns undefined if the variable is not set: then nothing is signed.
 *
 * @throws {GitopsError} `usage` if the file is not such a key; the message does not contain its content
 */
export async function imageSigner(env: NodeJS.ProcessEnv = process.env): Promise<Signer | undefined> {
  const { SLIPWAY_SIGNING_KEY: file, SLIPWAY_KEY_PASSPHRASE: passphrase } = env;
  if (!file) return undefined;
  try {
    const key = await readFile(file, 'utf8');
    return keySigner(createPrivateKey({ key, ...(passphrase && { passphrase }) }));
  } catch {
    throw new GitopsError(
      'usage',
      `SLIPWAY_SIGNING_KEY: "${file}" cannot be read, is not a private key (ECDSA P-256 or Ed25519, PEM), or its passphrase is wrong.`,
      { value: file },
    );
  }
}

/** The remote `origin` without credentials, else the name of the workspace. Never a path of this machine. */
async function sourceUri(root: string): Promise<string> {
  const config = ['-C', root, 'config', '--get', 'remote.origin.url'];
  const remote = await promisify(execFile)('git', config).catch(() => ({ stdout: '' }));
  const known = remoteUri(remote.stdout.trim());
  if (known) return known;
  const manifest = await readFile(join(root, 'package.json'), 'utf8').catch(() => '{}');
  const { name } = JSON.parse(manifest) as { name?: string };
  return `git:${encodeURIComponent(name ?? 'workspace')}`;
}

/** Maps `git@host:team/app.git` and `https://user:token@host/team/app.git` to `git+https://host/team/app`. */
export function remoteUri(remote: string): string | undefined {
  const [, host, path] =
    /^(?:(?:https?|ssh|git):\/\/)(?:[^@/]*@)?([^/]+)\/(.+)$/.exec(remote) ??
    /^(?:[^@/\s]+@)([^:/\s]+):(.+)$/.exec(remote) ??
    [];
  return host && path ? `git+https://${host}/${path.replace(/\/$/, '').replace(/\.git$/, '')}` : undefined;
}

function sha256(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
